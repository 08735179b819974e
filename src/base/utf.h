// UTF-8 as it lies in memory and on the wire, counted in UTF-16 code units as Yjs counts it.
// Everything but is_valid_utf8 expects valid UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark {

// U+FFFD, which takes the place of a surrogate that lost its other half.
inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Refuses overlong forms, surrogates and code points above U+10FFFF, as TextDecoder(fatal) does.
bool is_valid_utf8(std::string_view text);

bool is_ascii(std::string_view text);

// UTF-16 code units that the text takes.
size_t utf16_length(std::string_view text);

// Where a count of UTF-16 units from the start ends. If it ends between the two halves of an
// astral character, `bytes` is the start of that character and `is_inside_pair` is set.
struct Utf16Cut {
  size_t bytes;
  bool is_inside_pair;
};
Utf16Cut cut_utf16(std::string_view text, size_t units);
// The same for a count from the end, backwards.
Utf16Cut cut_utf16_from_end(std::string_view text, size_t units);

void append_code_point(std::string& out, uint32_t code_point);

}  // namespace tidemark
