// The name of one unit of content, the same on every replica: who wrote it, and how many units that
// client had written before.
#pragma once

#include <cstdint>

namespace tidemark::crdt {

struct Id {
  uint64_t client = 0;  // below 2^53
  uint64_t clock = 0;
  friend bool operator==(const Id&, const Id&) = default;
};

}  // namespace tidemark::crdt
