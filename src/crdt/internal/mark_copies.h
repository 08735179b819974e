// What undo brought back of a marked text, as the overlay says it: which units are copies of which.
// The replica that undid states it, so that the anchors of marks go with their units on all of
// them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "crdt/internal/store/struct_store.h"
#include "crdt/undo.h"

namespace tidemark::crdt {

class MarkCopies {
 public:
  bool is_empty() const { return runs_.empty(); }
  // Takes the place of what was said of these units before. O(log n) for each run there was.
  void add(const RestoredUnits& units);
  // Where a unit is now: itself while it lives, else its copy, or the copy of that. The unit as it
  // was named if the document has never seen it.
  Id latest(const StructStore& store, Id unit) const;

 private:
  struct Run {
    uint64_t length;
    Id copy;
  };
  using Runs = std::map<std::pair<uint64_t, uint64_t>, Run>;  // by the first original

  std::optional<Id> copy_of(Id unit) const;
  void insert(Id original, uint64_t length, Id copy);

  Runs runs_;
};

}  // namespace tidemark::crdt
