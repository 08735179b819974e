// Writes lib0-encoded bytes; the grammar is at the head of decoder.h.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/decoder.h"

namespace tidemark {

class Encoder {
 public:
  Encoder() = default;

  void write_byte(uint8_t byte) { out_.push_back(byte); }
  void write_varuint(uint64_t value) {
    while (value >= 0x80) {
      out_.push_back(static_cast<uint8_t>(value | 0x80));
      value >>= 7;
    }
    out_.push_back(static_cast<uint8_t>(value));
  }
  void write_varint(SignedInt value);
  void write_varint(int64_t value);
  void write_bytes(Bytes bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  void write_varbytes(Bytes bytes) {
    write_varuint(bytes.size());
    write_bytes(bytes);
  }
  void write_varstring(std::string_view text) { write_varbytes(as_bytes(text)); }
  void write_float32(float value);
  void write_float64(double value);
  void write_int64(int64_t value);

  void reserve(size_t bytes) { out_.reserve(bytes); }
  void clear() { out_.clear(); }
  size_t size() const { return out_.size(); }
  bool is_empty() const { return out_.empty(); }
  // Valid until the next write.
  Bytes bytes() const { return out_; }
  Buffer take() { return std::exchange(out_, {}); }

 private:
  void write_big_endian(uint64_t value, unsigned count);

  Buffer out_;
};

}  // namespace tidemark
