#include "base/encoder.h"

#include <algorithm>

namespace tidemark {

void Encoder::grow(size_t count) {
  constexpr size_t kLeast = 56;
  out_.resize(std::max({size_ + count, out_.size() * 2, kLeast}));
}

void Encoder::write_varint(SignedInt value) {
  uint64_t rest = value.magnitude;
  const uint8_t sign = value.is_negative ? 0x40 : 0;
  write_byte(static_cast<uint8_t>((rest > 0x3f ? 0x80 : 0) | sign | (rest & 0x3f)));
  rest >>= 6;
  while (rest > 0) {
    write_byte(static_cast<uint8_t>((rest > 0x7f ? 0x80 : 0) | (rest & 0x7f)));
    rest >>= 7;
  }
}

void Encoder::write_varint(int64_t value) {
  const uint64_t magnitude =
      value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  write_varint(SignedInt{magnitude, value < 0});
}

void Encoder::write_big_endian(uint64_t value, unsigned count) {
  for (unsigned i = count; i-- > 0;) write_byte(static_cast<uint8_t>(value >> (8 * i)));
}

void Encoder::write_float32(float value) { write_big_endian(std::bit_cast<uint32_t>(value), 4); }
void Encoder::write_float64(double value) { write_big_endian(std::bit_cast<uint64_t>(value), 8); }
void Encoder::write_int64(int64_t value) { write_big_endian(static_cast<uint64_t>(value), 8); }

}  // namespace tidemark
