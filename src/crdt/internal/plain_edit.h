// Where a shortcut edits: what it is told, and what it finds out on its way.
#pragma once

#include <cstdint>

#include "base/decoder.h"
#include "crdt/internal/store/item.h"
#include "crdt/internal/store/position_index.h"
#include "crdt/internal/update/struct_view.h"

namespace tidemark::crdt {

// Units of one item that are about to be deleted.
struct Erasure {
  static constexpr uint32_t kUnknownIndex = 0xf0000000;

  BranchHandle branch;
  PositionIndex::Place from;
  uint32_t units;
  uint32_t index;  // kUnknownIndex of somebody else's deletion
  uint64_t origin = 0;
  bool is_local = true;
};

// Far below where clocks end, so that the reader's checks of them are true for what shortcuts take.
inline constexpr uint64_t kHighestClock = 0xf0000000;
// Values for keys that a shortcut takes from peers hold no more levels of arrays and objects.
inline constexpr uint64_t kPlainNesting = 3;

inline WireId read_id(Decoder& from) {
  const uint64_t client = from.read_varuint();
  return {client, from.read_varuint()};
}

}  // namespace tidemark::crdt
