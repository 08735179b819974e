// Putting back what was deleted: a copy of each item's content at its old place, as close as what
// has happened there since allows.
#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "crdt/internal/undo_history.h"

namespace tidemark::crdt {

// One step's deletions on their way back, inside a transaction.
class Redo {
 public:
  Redo(UndoHistory& history, const ClockRanges& insertions, std::vector<ItemHandle> items);

  // Whether anything came back.
  bool run();
  // What came back, in the order in which it did.
  const std::vector<RestoredUnits>& restored() const { return restored_; }

 private:
  // What of a long list is back in that of a new holder, in the order of the list, so that not
  // every item walks past all others that are still to come.
  struct Returned {
    ItemHandle holder = kNone;
    size_t cuts = 0;  // how many items the transaction had cut by then
    bool is_usable = true;
    std::unordered_map<ItemHandle, uint32_t> ordinals;
    std::map<uint32_t, ItemHandle> items;  // by ordinal
  };
  const Returned* returned_in(BranchHandle list, ItemHandle holder);
  void note_return(ItemHandle item, BranchHandle into);
  void note_units(ItemHandle item);

  bool is_among(ItemHandle type) const;
  bool redo(ItemHandle item);
  bool redo_alone(ItemHandle item);
  bool goes_before(ItemHandle a, ItemHandle b) const;
  // kNone for a root and for what was collected.
  ItemHandle holder_of(ItemHandle item) const;
  ItemHandle copy_of(ItemHandle item);
  ItemHandle trace(ItemHandle item, ItemHandle holder);
  bool is_back(ItemHandle item, ItemHandle holder) const;
  ItemHandle nearest(ItemHandle from, bool goes_left, ItemHandle holder);
  bool find_entry(ItemHandle item, BranchHandle parent, ItemHandle holder, ItemHandle& left);

  UndoHistory& history_;
  Document& document_;
  StructStore& store_;
  const ClockRanges& insertions_;
  std::vector<ItemHandle> items_;
  std::vector<ItemHandle> types_;  // those of them that hold others, ascending
  std::unordered_map<BranchHandle, Returned> returned_;
  std::vector<RestoredUnits> restored_;
  BranchHandle restored_into_ = kNone;  // of the last of them
};

}  // namespace tidemark::crdt
