// The run-length columns of update V2 as they are written; the grammar is at the head of columns.h.
// The last run stays open until finish(), after which only clear() and destruction make sense.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/encoder.h"

namespace tidemark::crdt {

// A varuint where one cannot guess how many bytes the next value takes: without a branch for each
// of them. There is to be room for ten.
inline uint8_t* put_varying(uint8_t* at, uint64_t value) {
  constexpr bool kIsLittle = std::endian::native == std::endian::little;
  if (!kIsLittle || value >= uint64_t{1} << 28) [[unlikely]]
    return put_varuint(at, value);
  auto bytes = static_cast<uint32_t>(value);
  // Groups of 14 bits move apart, then of 7.
  bytes = (bytes & 0x0FFFC000) << 2 | (bytes & 0x00003FFF);
  bytes = (bytes & 0x3F803F80) << 1 | (bytes & 0x007F007F);
  const unsigned last = static_cast<unsigned>(std::bit_width(bytes | 1) - 1) / 8;
  bytes |= 0x00808080 & ((1u << 8 * last) - 1);
  std::memcpy(at, &bytes, sizeof(bytes));
  return at + last + 1;
}

// What is to be written of the latest values. write() and close() put the bytes of what is over at
// `at`, where there is room for kMaxBytes, and yield where the next ones go.
struct ByteRun {
  static constexpr size_t kMaxBytes = 12;
  uint64_t count = 0;
  uint8_t value = 0;

  uint8_t* write(uint8_t* at, uint8_t next) {
    constexpr uint64_t kMaxShort = 0x80;
    if (count == 0 || count > kMaxShort) [[unlikely]] {
      if (count > 0 && next == value) return ++count, at;
      if (count > 0) at = put_varuint(at, count - 1);
      *at++ = next;
      count = 1;
    } else {
      // What comes next is anybody's guess, so that the end of a run is written and may not count.
      at[0] = static_cast<uint8_t>(count - 1);
      at[1] = next;
      const uint64_t is_same = next == value ? 1 : 0;
      at += 2 - 2 * is_same;
      count = 1 + is_same * count;
    }
    value = next;
    return at;
  }
  // The last count is left out.
  uint8_t* close(uint8_t* at) { return at; }
};

// A varint of less than 2^63; of -0, too.
inline uint8_t* put_varying_signed(uint8_t* at, uint64_t magnitude, bool is_negative) {
  return put_varying(
      at, (magnitude & ~uint64_t{0x3f}) << 1 | (is_negative ? 0x40u : 0u) | (magnitude & 0x3f));
}

struct UintRun {
  static constexpr size_t kMaxBytes = 20;
  uint64_t count = 0;
  uint64_t value = 0;

  uint8_t* write(uint8_t* at, uint64_t next) {
    if (next != value) {
      at = close(at);
      value = next;
    }
    ++count;
    return at;
  }
  [[gnu::always_inline]] uint8_t* close(uint8_t* at) {
    if (count == 0) return at;
    constexpr uint64_t kMaxShort = 0x3f;
    if (value <= kMaxShort) {
      *at++ = static_cast<uint8_t>(value | (count > 1 ? 0x40u : 0u));
    } else {
      at = put_varying_signed(at, value, count > 1);
    }
    if (count > 1) at = put_varuint(at, count - 2);
    count = 0;
    return at;
  }
};

struct DiffRun {
  static constexpr size_t kMaxBytes = 20;
  uint64_t count = 0;
  uint64_t value = 0;
  int64_t diff = 0;

  uint8_t* write(uint8_t* at, uint64_t next) {
    const auto next_diff = static_cast<int64_t>(next - value);
    if (next_diff != diff) {
      at = close(at);
      diff = next_diff;
    }
    value = next;
    ++count;
    return at;
  }
  [[gnu::always_inline]] uint8_t* close(uint8_t* at) {
    if (count == 0) return at;
    const int64_t coded = diff * 2 + (count > 1 ? 1 : 0);
    at = put_varying_signed(at, static_cast<uint64_t>(coded < 0 ? -coded : coded), coded < 0);
    if (count > 1) at = put_varuint(at, count - 2);
    count = 0;
    return at;
  }
};

template <typename Run>
class RunColumn {
 public:
  void write(uint64_t value) {
    write_each(1, [value](auto&& put) { put(value); });
  }
  // What `f` puts, which is up to `most` values.
  template <typename F>
  void write_each(size_t most, F&& f) {
    Run run = run_;
    uint8_t* at = out_.room(most * Run::kMaxBytes);
    f([&run, &at](uint64_t value) { at = run.write(at, static_cast<decltype(run.value)>(value)); });
    out_.end_at(at);
    run_ = run;
  }
  Bytes finish() {
    if (run_.count > 0) out_.end_at(run_.close(out_.room(Run::kMaxBytes)));
    return out_.bytes();
  }
  void clear() {
    out_.clear();
    run_ = {};
  }

 private:
  Run run_;
  Encoder out_;
};

class StringColumnWriter {
 public:
  // A string in up to three parts, of `units` UTF-16 units together.
  void append(std::string_view part) {
    flush();
    text_ += part;
  }
  void end_string(uint64_t units) { lengths_.write(units); }
  void write(std::string_view text);

  // Strings whose text stays where it is until finish(): of those that follow each other there, as
  // in a document that was loaded, one copy is made. `f` puts up to `most` strings and lengths.
  template <typename F>
  void write_lasting(size_t most, F&& f) {
    std::string_view row = row_;
    lengths_.write_each(most, [&](auto&& put_length) {
      f([&](std::string_view text, uint64_t units) {
        if (text.data() != row.data() + row.size()) [[unlikely]] {
          text_ += row;
          row = text;
        } else {
          row = {row.data(), row.size() + text.size()};
        }
        put_length(units);
      });
    });
    row_ = row;
  }

  // All strings in a row, and their lengths.
  struct Column {
    std::string_view text;
    std::string_view more_text;
    Bytes lengths;
  };
  Column finish() { return {text_, row_, lengths_.finish()}; }
  void clear();

 private:
  void flush() {
    text_ += row_;
    row_ = {};
  }

  std::string text_;
  std::string_view row_;  // what comes after it, where it is
  RunColumn<UintRun> lengths_;
};

}  // namespace tidemark::crdt
