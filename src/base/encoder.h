// Writes lib0-encoded bytes; the grammar is at the head of decoder.h.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/decoder.h"

namespace tidemark {

// Up to ten bytes go to `at`; yields where the next ones go.
inline uint8_t* put_varuint(uint8_t* at, uint64_t value) {
  while (value >= 0x80) {
    *at++ = static_cast<uint8_t>(value | 0x80);
    value >>= 7;
  }
  *at++ = static_cast<uint8_t>(value);
  return at;
}

class Encoder {
 public:
  Encoder() = default;

  void write_byte(uint8_t byte) {
    *room(1) = byte;
    ++size_;
  }
  void write_varuint(uint64_t value) {
    constexpr size_t kMaxBytes = 10;
    end_at(put_varuint(room(kMaxBytes), value));
  }
  void write_varint(SignedInt value);
  void write_varint(int64_t value);
  void write_bytes(Bytes bytes) {
    copy_short(room(bytes.size()), bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void write_varbytes(Bytes bytes) {
    write_varuint(bytes.size());
    write_bytes(bytes);
  }
  void write_varstring(std::string_view text) { write_varbytes(as_bytes(text)); }
  void write_float32(float value);
  void write_float64(double value);
  void write_int64(int64_t value);

  void reserve(size_t bytes) { room(bytes); }
  // Where the next bytes go, with room for so many; whoever writes them there says where they end.
  uint8_t* room(size_t count) {
    if (out_.size() - size_ < count) grow(count);
    return out_.data() + size_;
  }
  void end_at(const uint8_t* end) { size_ = static_cast<size_t>(end - out_.data()); }
  void clear() { size_ = 0; }
  size_t size() const { return size_; }
  bool is_empty() const { return size_ == 0; }
  // Valid until the next write.
  Bytes bytes() const { return Bytes(out_).first(size_); }
  Buffer take() {
    out_.resize(std::exchange(size_, 0));
    return std::exchange(out_, {});
  }

 private:
  void write_big_endian(uint64_t value, unsigned count);
  void grow(size_t count);

  Buffer out_;  // as long as there is room
  size_t size_ = 0;
};

}  // namespace tidemark
