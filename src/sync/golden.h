// For tests: frames by name, as the reference implementations wrote them.
#pragma once

#include <cstdlib>
#include <string_view>

#include "base/bytes.h"
#include "sync/golden_frames.h"

namespace tidemark::golden {

inline Buffer from_hex(std::string_view hex) {
  const auto digit = [](char c) { return static_cast<uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); };
  Buffer bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(digit(hex[i]) << 4 | digit(hex[i + 1])));
  }
  return bytes;
}

// A name that was never recorded ends the test program.
inline Buffer frame(std::string_view name) {
  for (const Frame& known : kFrames) {
    if (known.name == name) return from_hex(known.hex);
  }
  std::abort();
}

}  // namespace tidemark::golden
