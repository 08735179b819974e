// Putting back what was deleted: a copy of each item's content at its old place, as close as what
// has happened there since allows.
#pragma once

#include <vector>

#include "crdt/internal/undo_history.h"

namespace tidemark::crdt {

// One step's deletions on their way back, inside a transaction.
class Redo {
 public:
  Redo(UndoHistory& history, const ClockRanges& insertions, std::vector<ItemHandle> items);

  // Whether anything came back.
  bool run();

 private:
  bool is_among(ItemHandle type) const;
  bool redo(ItemHandle item);
  bool redo_alone(ItemHandle item);
  // kNone for a root and for what was collected.
  ItemHandle holder_of(ItemHandle item) const;
  ItemHandle copy_of(ItemHandle item);
  ItemHandle trace(ItemHandle item, ItemHandle holder);
  bool find_place(ItemHandle item, ItemHandle holder, ItemHandle& left, ItemHandle& right);
  bool find_entry(ItemHandle item, BranchHandle parent, ItemHandle holder, ItemHandle& left);

  UndoHistory& history_;
  Document& document_;
  StructStore& store_;
  const ClockRanges& insertions_;
  std::vector<ItemHandle> items_;
  std::vector<ItemHandle> types_;  // those of them that hold others, ascending
};

}  // namespace tidemark::crdt
