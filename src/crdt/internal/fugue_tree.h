// The order of FugueMax (Weidner and Kleppmann, "The Art of the Fugue: Minimizing Interleaving in
// Collaborative Text Editing", 2023).
//
// Every unit is a node of a tree, and the list is the tree read in order: what is below a node on
// its left, the node, what is below it on its right. Where a unit belongs follows from the two that
// it names and never changes:
//   a left child of its right origin, if that one has the same left origin;
//   else a right child of its left origin (of the root, without one).
// The paper says: a right child, unless the left origin has right children already. That is the
// same. Nothing stood between the two that a writer names, so if the left one had right children,
// the right one was the first of all below it on that side; and whatever is first there was put
// right behind it.
// Left children stand by client id. Right children stand by their right origins, the one whose
// right origin is furthest to the right first, then by client id.
//
// The units that name one left origin are called its spine here. Between a left origin and the end
// of what is below it on the right, the list is, for each unit of the spine: the spine's units that
// are left children of it, each as here; itself; and what is below it on its right, which names
// other left origins.
#pragma once

#include "base/on_demand.h"
#include "crdt/internal/store/scan_marks.h"
#include "crdt/internal/store/struct_store.h"

namespace tidemark::crdt {

class FugueTree {
 public:
  explicit FugueTree(StructStore& store) : store_(store) {}

  // The item after which a new one belongs that is not linked yet, by its origins: `left` ends with
  // its left origin and `right` begins with its right one.
  ItemHandle place_of(const Item& item, ItemHandle left, ItemHandle right);

 private:
  ItemHandle among_left_children(const Item& item, ItemHandle left, ItemHandle right);
  ItemHandle among_right_children(const Item& item, ItemHandle left);
  ItemHandle right_origin_of(const Item& item) const;
  bool is_left_child(const Item& item) const;
  bool has_lower_id(const Item& a, const Item& b) const;
  bool is_earlier_right_child(const Item& a, const Item& b);
  bool precedes(ItemHandle a, ItemHandle b);

  StructStore& store_;
  OnDemand<ScanMarks> scanned_;
};

}  // namespace tidemark::crdt
