// Values at the borders of their encodings.
import { Random } from '../support/random.mjs';

export const ASTRAL_TEXT = '😀𝒳👩‍👩‍👧😀';

const BORDERS = [
  0,
  1,
  63,
  64,
  127,
  128,
  8191,
  8192,
  2 ** 24 + 1,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  0.5,
  1.5,
  1.1,
  0.1,
  1 / 3,
  1e20,
  1e21,
  1.5e21,
  123456789012345680000,
  1e-6,
  1e-7,
  1.234e-7,
  5e-324,
  2.2250738585072014e-308,
  1.7976931348623157e308,
  1e300,
  4.35,
  100,
  1e5,
  16777217.5,
  3.4028234663852886e38,
  3.4028235677973366e38,
];

const tag = (value) =>
  Object.is(value, -0) || !Number.isFinite(value)
    ? { $n: Object.is(value, -0) ? '-0' : String(value) }
    : value;

export const NUMBERS = [...BORDERS, ...BORDERS.map((n) => -n), Infinity, -Infinity].map(tag);

// Doubles of any bits, for the shortest decimal text.
export const randomNumbers = (count) => {
  const random = new Random(20);
  const view = new DataView(new ArrayBuffer(8));
  const out = [];
  while (out.length < count) {
    view.setBigUint64(0, random.next());
    const value =
      out.length % 2
        ? view.getFloat64(0)
        : Number(random.next() >> BigInt(random.below(64))) / 10 ** random.below(12);
    if (Number.isFinite(value)) out.push(value);
  }
  return out;
};

export const SHARED_VALUES = [
  null,
  true,
  false,
  0,
  { $n: '-0' },
  1,
  -1,
  63,
  64,
  -64,
  127,
  128,
  8191,
  8192,
  2147483647,
  -2147483647,
  2147483648,
  -2147483648,
  4294967295,
  9007199254740991,
  0.5,
  1.1,
  1e300,
  { $n: 'Infinity' },
  { $n: '-Infinity' },
  'str',
  '',
  'é😀',
  [1, [2, 'x']],
  { a: 1, b: { c: [] } },
  {},
  [],
];
