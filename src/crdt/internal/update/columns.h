// The run-length columns of update V2. Readers are sticky like Decoder: a column that is exhausted
// or malformed yields zeros and says so in ok().
//
//   bytes  := (byte, varuint count - 1)*, the last count left out: its byte repeats forever
//   uints  := (varint value | varint -value, varuint count - 2)*     -0 opens a run of zeros
//   diffs  := (varint 2d | varint 2d + 1, varuint count - 2)*        each value is d more than the
//             one before it; the first follows 0
//   string := varstring of all strings in a row, uints: their lengths in UTF-16 units
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/decoder.h"

namespace tidemark::crdt {

class ByteRuns {
 public:
  ByteRuns() = default;
  explicit ByteRuns(Bytes column) : in_(column) {}

  // What next() will yield.
  uint8_t peek() {
    if (left_ == 0) [[unlikely]]
      open_run();
    return value_;
  }
  uint8_t next() {
    const uint8_t value = peek();
    left_ -= is_last_ ? 0 : 1;
    return value;
  }
  bool ok() const { return in_.ok(); }

 private:
  void open_run();

  Decoder in_;
  uint64_t left_ = 0;
  uint8_t value_ = 0;
  bool is_last_ = false;
};

class UintRuns {
 public:
  UintRuns() = default;
  explicit UintRuns(Bytes column) : in_(column) {}

  uint64_t next() {
    if (left_ == 0) open_run();
    --left_;
    return value_;
  }
  bool ok() const { return in_.ok(); }

 private:
  void open_run();

  Decoder in_;
  uint64_t left_ = 0;
  uint64_t value_ = 0;
};

// Fails when a value leaves 0 .. 2^53 - 1.
class DiffRuns {
 public:
  DiffRuns() = default;
  explicit DiffRuns(Bytes column) : in_(column) {}

  uint64_t next() {
    if (left_ == 0) open_run();
    --left_;
    value_ += diff_;
    if (static_cast<uint64_t>(value_) > kMaxSafeInteger) [[unlikely]]
      fail();
    return static_cast<uint64_t>(value_);
  }
  bool ok() const { return in_.ok(); }

 private:
  SignedInt read_doubled();
  void open_run();
  void fail();

  Decoder in_;
  uint64_t left_ = 0;
  int64_t value_ = 0;
  int64_t diff_ = 0;
};

class StringColumn {
 public:
  // A string of the column. Where a cut fell inside an astral character, that side lacks a U+FFFD
  // in `text`.
  struct Piece {
    std::string_view text;
    uint64_t units = 0;
    bool is_ascii = true;
    bool starts_cut = false;
    bool ends_cut = false;
  };

  StringColumn() = default;
  explicit StringColumn(Bytes column);

  Piece next();
  bool is_all_ascii() const { return is_ascii_; }  // all of them
  bool ok() const { return lengths_.ok(); }

 private:
  Piece next_wide(uint64_t units);
  Piece fail();

  std::string_view text_;  // what is left
  UintRuns lengths_;
  bool is_ascii_ = true;
  bool is_inside_pair_ = false;  // the last cut left half a character at the front of text_
};

}  // namespace tidemark::crdt
