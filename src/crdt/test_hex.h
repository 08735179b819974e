// For tests: bytes as they are written in them.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace tidemark::crdt {

// Two hexadecimal digits a byte, as to_hex() writes them.
inline Buffer from_hex(std::string_view hex) {
  Buffer bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

}  // namespace tidemark::crdt
