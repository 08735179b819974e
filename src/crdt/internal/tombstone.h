// What a deleted item looks like to the edits beside it.
#pragma once

#include "crdt/internal/item.h"

namespace tidemark::crdt {

inline bool is_tombstone(const Item& item) {
  return item.ref() == Ref::kDeleted && !item.has(Item::kKeep);
}

}  // namespace tidemark::crdt
