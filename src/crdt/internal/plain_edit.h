// Where a shortcut edits: what it is told, and what it finds out on its way.
#pragma once

#include <cstdint>

#include "crdt/internal/directory.h"
#include "crdt/internal/item.h"
#include "crdt/internal/position_index.h"

namespace tidemark::crdt {

// A place in a list where something is about to stand.
struct Seam {
  BranchHandle branch;
  ItemHandle left = kNone;
  ItemHandle right = kNone;
  ItemHandle rest = kNone;  // what was cut off `left` for it
  Directory::Position rest_place{};
};

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
