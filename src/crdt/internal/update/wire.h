// The numbers of the wire format that more than one file needs: the flags beside the kind of a
// struct in its first byte, and the first byte of a lib0 `any` value.
#pragma once

#include <cstdint>

namespace tidemark::crdt {

inline constexpr uint8_t kHasOrigin = 0x80;
inline constexpr uint8_t kHasRightOrigin = 0x40;
inline constexpr uint8_t kHasKey = 0x20;
inline constexpr uint8_t kRefMask = 0x1F;

enum AnyTag : uint8_t {
  kBinaryTag = 116,
  kArrayTag = 117,
  kObjectTag = 118,
  kStringTag = 119,
  kTrueTag = 120,
  kFalseTag = 121,
  kBigIntTag = 122,
  kFloat64Tag = 123,
  kFloat32Tag = 124,
  kIntegerTag = 125,
  kNullTag = 126,
  kUndefinedTag = 127,
};

}  // namespace tidemark::crdt
