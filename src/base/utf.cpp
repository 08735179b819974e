#include "base/utf.h"

#include <bit>
#include <cstring>

namespace tidemark {
namespace {

bool is_continuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

uint64_t load_word(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

constexpr uint64_t kHighBits = 0x8080808080808080u;

// The length in bytes of the sequence at text[i], or 0 if it is malformed.
size_t sequence_length(std::string_view text, size_t i) {
  const auto byte = [&](size_t k) { return static_cast<uint8_t>(text[i + k]); };
  const size_t left = text.size() - i;
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2) return 0;
  if (first < 0xE0) return left >= 2 && is_continuation(text[i + 1]) ? 2 : 0;
  if (first < 0xF0) {
    if (left < 3 || !is_continuation(text[i + 1]) || !is_continuation(text[i + 2])) return 0;
    if (first == 0xE0 && byte(1) < 0xA0) return 0;
    if (first == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (first > 0xF4 || left < 4) return 0;
  if (!is_continuation(text[i + 1]) || !is_continuation(text[i + 2]) ||
      !is_continuation(text[i + 3])) {
    return 0;
  }
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) > 0x8F) return 0;
  return 4;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    if (text.size() - i >= 8 && (load_word(text.data() + i) & kHighBits) == 0) {
      i += 8;
      continue;
    }
    const size_t length = sequence_length(text, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

bool is_ascii(std::string_view text) {
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    if ((load_word(text.data() + i) & kHighBits) != 0) return false;
  }
  for (; i < text.size(); ++i) {
    if (static_cast<uint8_t>(text[i]) >= 0x80) return false;
  }
  return true;
}

size_t utf16_length(std::string_view text) {
  size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    units += static_cast<size_t>((byte & 0xC0) != 0x80) + static_cast<size_t>(byte >= 0xF0);
  }
  return units;
}

namespace {

// UTF-16 units of the characters that begin in these eight bytes.
size_t units_in(uint64_t word) {
  constexpr uint64_t kLowBits = 0x0101010101010101u;
  const uint64_t continuations = word >> 7 & ~(word >> 6) & kLowBits;
  const uint64_t astral = word >> 7 & word >> 6 & word >> 5 & word >> 4 & kLowBits;
  return sizeof word - static_cast<size_t>(std::popcount(continuations)) +
         static_cast<size_t>(std::popcount(astral));
}

}  // namespace

Utf16Cut cut_utf16(std::string_view text, size_t units) {
  size_t i = 0;
  size_t seen = 0;
  // Eight bytes begin at most nine units, of which the last may end behind them.
  constexpr size_t kMostUnits = 9;
  while (text.size() - i >= sizeof(uint64_t) && units - seen > kMostUnits) {
    seen += units_in(load_word(text.data() + i));
    i += sizeof(uint64_t);
  }
  while (i < text.size() && is_continuation(text[i])) ++i;
  while (i < text.size() && seen < units) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte >= 0xF0) {
      if (seen + 1 == units) return {i, true};
      seen += 2;
      i += 4;
    } else {
      seen += 1;
      i += byte < 0x80 ? 1 : byte < 0xE0 ? 2 : 3;
    }
  }
  return {i, false};
}

Utf16Cut cut_utf16_from_end(std::string_view text, size_t units) {
  size_t i = text.size();
  size_t seen = 0;
  while (i > 0 && seen < units) {
    --i;
    while (i > 0 && is_continuation(text[i])) --i;
    if (static_cast<uint8_t>(text[i]) >= 0xF0) {
      if (seen + 1 == units) return {i, true};
      ++seen;
    }
    ++seen;
  }
  return {i, false};
}

void append_code_point(std::string& out, uint32_t code_point) {
  const auto push = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    push(code_point);
  } else if (code_point < 0x800) {
    push(0xC0 | code_point >> 6);
    push(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    push(0xE0 | code_point >> 12);
    push(0x80 | (code_point >> 6 & 0x3F));
    push(0x80 | (code_point & 0x3F));
  } else {
    push(0xF0 | code_point >> 18);
    push(0x80 | (code_point >> 12 & 0x3F));
    push(0x80 | (code_point >> 6 & 0x3F));
    push(0x80 | (code_point & 0x3F));
  }
}

}  // namespace tidemark
