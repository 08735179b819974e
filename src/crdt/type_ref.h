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

// Whether a shared type can be of this kind: false for kUnknown and for numbers that no kind has.
constexpr bool is_kind(TypeRef kind) { return kind <= TypeRef::kXmlText; }

// A set of kinds.
using Kinds = unsigned;
constexpr Kinds only(TypeRef kind) { return 1U << static_cast<unsigned>(kind); }
constexpr bool contains(Kinds kinds, TypeRef kind) {
  return is_kind(kind) && (kinds & only(kind)) != 0;
}

}  // namespace tidemark::crdt
