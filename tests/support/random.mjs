// Seeded randomness, the same SplitMix64 as src/base/random.h.

const MASK = (1n << 64n) - 1n

export class Random {
  constructor (seed) {
    this.state = BigInt(seed) & MASK
  }

  next () {
    this.state = (this.state + 0x9E3779B97F4A7C15n) & MASK
    let z = this.state
    z = ((z ^ (z >> 30n)) * 0xBF58476D1CE4E5B9n) & MASK
    z = ((z ^ (z >> 27n)) * 0x94D049BB133111EBn) & MASK
    return z ^ (z >> 31n)
  }

  // An integer in [0, bound).
  below (bound) {
    return Number(this.next() % BigInt(bound))
  }

  oneIn (n) {
    return this.below(n) === 0
  }

  pick (list) {
    return list[this.below(list.length)]
  }
}
