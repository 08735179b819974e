// Where a shortcut edits: what it is told, and what it finds out on its way.
#pragma once

#include <cstdint>

#include "crdt/internal/store/item.h"
#include "crdt/internal/store/position_index.h"

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

}  // namespace tidemark::crdt
