#include "base/decoder.h"

#include "base/utf.h"

namespace tidemark {

uint64_t Decoder::read_long_varuint() {
  // Most take two or three bytes.
  if (remaining() >= 3) {
    const uint32_t two = (at_[0] & 0x7fu) | (at_[1] & 0x7fu) << 7;
    if (at_[1] < 0x80) return at_ += 2, two;
    if (at_[2] < 0x80) return at_ += 3, two | static_cast<uint32_t>(at_[-1]) << 14;
  }
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 56; shift += 7) {
    if (at_ == end_) return fail(), 0;
    const uint8_t byte = *at_++;
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value <= kMaxSafeInteger ? value : (fail(), uint64_t{0});
  }
  return fail(), 0;
}

SignedInt Decoder::read_varint() {
  const uint8_t first = read_byte();
  uint64_t magnitude = first & 0x3f;
  const bool is_negative = (first & 0x40) != 0;
  if (first < 0x80) return {magnitude, is_negative};
  for (unsigned shift = 6; shift < 55; shift += 7) {
    if (at_ == end_) break;
    const uint8_t byte = *at_++;
    magnitude |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (magnitude > kMaxSafeInteger) break;
      return {magnitude, is_negative};
    }
  }
  fail();
  return {0, false};
}

std::string_view Decoder::read_varstring() {
  const std::string_view text = as_text(read_varbytes());
  if (!is_valid_utf8(text)) return fail(), std::string_view{};
  return text;
}

uint64_t Decoder::read_big_endian(size_t count) {
  uint64_t value = 0;
  for (const uint8_t byte : read_bytes(count)) value = value << 8 | byte;
  return value;
}

float Decoder::read_float32() {
  return std::bit_cast<float>(static_cast<uint32_t>(read_big_endian(4)));
}
double Decoder::read_float64() { return std::bit_cast<double>(read_big_endian(8)); }
int64_t Decoder::read_int64() { return static_cast<int64_t>(read_big_endian(8)); }

}  // namespace tidemark
