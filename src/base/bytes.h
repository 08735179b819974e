// Bytes as views and as owned buffers. A view never outlives what it points into; functions that
// keep bytes copy them into a Buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

using Bytes = std::span<const uint8_t>;
using Buffer = std::vector<uint8_t>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Buffer copy_of(Bytes bytes) { return Buffer(bytes.begin(), bytes.end()); }

// For bytes that are mostly one: a keystroke.
inline void copy_short(uint8_t* to, const void* from, size_t count) {
  if (count == 1) {
    *to = *static_cast<const uint8_t*>(from);
  } else if (count > 0) {
    std::memcpy(to, from, count);
  }
}

inline void append(Buffer& to, Bytes bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

bool equal(Bytes a, Bytes b);

// Lower-case hexadecimal, two digits a byte.
std::string to_hex(Bytes bytes);

}  // namespace tidemark
