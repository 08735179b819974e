// The kinds of shared types, with their numbers on the wire.
#pragma once

#include <cstdint>

namespace tidemark::crdt {

enum class TypeRef : uint8_t {
  kArray = 0,
  kMap = 1,
  kText = 2,
  kXmlElement = 3,
  kXmlFragment = 4,
  kXmlHook = 5,
  kXmlText = 6,
  kUnknown = 255,  // a root that only updates have named so far; never on the wire itself
};

}  // namespace tidemark::crdt
