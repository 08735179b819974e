// Reads lib0-encoded bytes. Sticky: the first bad read makes the decoder fail for good, after which
// it yields zeros and empty views; callers decode straight on and ask ok() once. Views point into
// the input.
//
//   varuint    := groups of 7 bits, least significant first, high bit = more; at most 2^53 - 1
//   varint     := first byte: bit 7 more, bit 6 sign, 6 bits; then groups of 7; negative zero is
//   real varstring  := varuint byte-count, UTF-8 varbytes   := varuint byte-count, bytes
//   float32/64, int64 := big endian
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace tidemark {

inline constexpr uint64_t kMaxSafeInteger = (uint64_t{1} << 53) - 1;

// A signed integer that tells -0 from 0, which run-length columns use as a flag.
struct SignedInt {
  uint64_t magnitude;
  bool is_negative;
  int64_t value() const {
    return is_negative ? -static_cast<int64_t>(magnitude) : static_cast<int64_t>(magnitude);
  }
};

class Decoder {
 public:
  Decoder() = default;
  explicit Decoder(Bytes input)
      : at_(input.data()), end_(input.data() + input.size()), begin_(input.data()) {}

  bool ok() const { return ok_; }
  bool at_end() const { return at_ == end_; }
  size_t remaining() const { return static_cast<size_t>(end_ - at_); }
  size_t position() const { return static_cast<size_t>(at_ - begin_); }
  Bytes input() const { return {begin_, end_}; }
  // Where the next read happens; valid as long as the input.
  const uint8_t* cursor() const { return at_; }
  void fail() {
    ok_ = false;
    at_ = end_;
  }

  uint8_t read_byte() {
    if (at_ == end_) return fail(), uint8_t{0};
    return *at_++;
  }
  uint8_t peek_byte() const { return at_ == end_ ? uint8_t{0} : *at_; }

  uint64_t read_varuint() {
    if (at_ != end_ && *at_ < 0x80) [[likely]]
      return *at_++;
    return read_long_varuint();
  }
  SignedInt read_varint();

  // A count of things that take at least min_bytes each; fails if the rest of the input cannot hold
  // that many, so that memory may be reserved for the answer.
  size_t read_count(size_t min_bytes) {
    const uint64_t count = read_varuint();
    if (min_bytes != 0 && count > remaining() / min_bytes) return fail(), 0;
    return static_cast<size_t>(count);
  }

  Bytes read_bytes(size_t count) {
    if (count > remaining()) return fail(), Bytes{};
    const Bytes bytes{at_, count};
    at_ += count;
    return bytes;
  }
  Bytes read_rest() { return read_bytes(remaining()); }
  Bytes read_varbytes() { return read_bytes(read_count(1)); }
  // Fails on invalid UTF-8. A leading byte order mark is data.
  std::string_view read_varstring();

  float read_float32();
  double read_float64();
  int64_t read_int64();

 private:
  uint64_t read_long_varuint();
  uint64_t read_big_endian(size_t count);

  const uint8_t* at_ = nullptr;
  const uint8_t* end_ = nullptr;
  const uint8_t* begin_ = nullptr;
  bool ok_ = true;
};

}  // namespace tidemark
