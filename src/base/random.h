// Seeded randomness (SplitMix64, Steele, Lea and Flood 2014), equal on every platform. The standard
// distributions differ between libraries, so this brings its own.
#pragma once

#include <cstdint>

namespace tidemark {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
  }
  // In [0, bound); bound must not be 0. The bias is below 2^-32 for bounds that tests use.
  uint64_t below(uint64_t bound) { return next() % bound; }
  bool one_in(uint64_t n) { return below(n) == 0; }

 private:
  uint64_t state_;
};

}  // namespace tidemark
