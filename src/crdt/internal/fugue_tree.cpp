#include "crdt/internal/fugue_tree.h"

namespace tidemark::crdt {

// The item that holds the right origin; kNone for the end of the list, and for a unit of another
// list, which only a broken peer names.
ItemHandle FugueTree::right_origin_of(const Item& item) const {
  if (!item.has_right_origin()) return kNone;
  const ItemHandle handle = store_.find(item.right_origin_client, item.right_origin_clock);
  const Item& right = store_.items[handle];
  const bool is_here = !right.is_gc() && !right.has(Item::kHasKey) && right.parent == item.parent;
  return is_here ? handle : kNone;
}

bool FugueTree::is_left_child(const Item& item) const {
  const ItemHandle handle = right_origin_of(item);
  if (handle == kNone) return false;
  const Item& right = store_.items[handle];
  const bool is_first_unit = right.clock == item.right_origin_clock;
  if (is_first_unit) return has_same_origin(right, item);
  return item.has_origin() && item.origin_client() == right.client() &&
         item.origin_clock + 1 == item.right_origin_clock;
}

bool FugueTree::has_lower_id(const Item& a, const Item& b) const {
  const uint64_t a_id = store_.clients[a.client()].id;
  const uint64_t b_id = store_.clients[b.client()].id;
  return a_id != b_id ? a_id < b_id : a.clock < b.clock;
}

// Two items of one list. Walking a few links costs no more than looking them up.
bool FugueTree::precedes(ItemHandle a, ItemHandle b) {
  constexpr uint32_t kWalkItems = 32;
  Branch& branch = store_.branches[store_.items[a].parent];
  if (branch.tree == kNone) {
    ItemHandle from_a = a;
    ItemHandle from_b = b;
    for (uint32_t walked = 0; walked < kWalkItems; ++walked) {
      from_a = store_.items[from_a].right;
      from_b = store_.items[from_b].right;
      if (from_a == b || from_b == kNone) return true;
      if (from_b == a || from_a == kNone) return false;
    }
    branch.tree = store_.index().build(branch.start);
  }
  return store_.index().precedes(a, b);
}

// Of two right children of one node.
bool FugueTree::is_earlier_right_child(const Item& a, const Item& b) {
  if (has_same_right_origin(a, b)) return has_lower_id(a, b);
  const ItemHandle a_right = right_origin_of(a);
  const ItemHandle b_right = right_origin_of(b);
  if (a_right == kNone && b_right == kNone) return has_lower_id(a, b);
  if (a_right == kNone || b_right == kNone) return a_right == kNone;
  if (a_right == b_right) return b.right_origin_clock < a.right_origin_clock;
  return precedes(b_right, a_right);
}

// From the right origin backwards, each of its left children comes before those further left, and
// before what is below it. Yields the item to the left of the place.
ItemHandle FugueTree::among_left_children(const Item& item, ItemHandle left, ItemHandle right) {
  const Slab<Item>& items = store_.items;
  ScanMarks& scanned = scanned_.make();
  scanned.begin(items.size());
  ItemHandle first = right;  // of what the item stands before
  for (ItemHandle at = items[right].left; at != kNone && at != left; at = items[at].left) {
    const Item& other = items[at];
    if (!has_same_origin(other, item)) continue;
    if (has_same_right_origin(other, item)) {
      if (has_lower_id(other, item)) break;
    } else {
      const ItemHandle above = right_origin_of(other);
      const bool is_below =
          above != kNone && scanned.contains(above) && has_same_origin(items[above], item);
      if (!is_below) break;
    }
    scanned.add(at);
    first = at;
  }
  return items[first].left;
}

// Yields the item to the left of the place.
ItemHandle FugueTree::among_right_children(const Item& item, ItemHandle left) {
  const Slab<Item>& items = store_.items;
  ScanMarks& scanned = scanned_.make();
  scanned.begin(items.size());
  ItemHandle at = left != kNone ? items[left].right : store_.branches[item.parent].start;
  // Units of the spine that are left children come before the right child they are below.
  bool is_before_child = false;
  for (; at != kNone; at = items[at].right) {
    const Item& other = items[at];
    scanned.add(at);
    if (has_same_origin(other, item)) {
      is_before_child = is_left_child(other);
      if (is_before_child) continue;
      if (!is_earlier_right_child(other, item)) break;
    } else {
      if (!other.has_origin()) break;
      const ItemHandle origin = store_.find(other.origin_client(), other.origin_clock);
      if (!scanned.contains(origin)) break;
      if (is_before_child) continue;
    }
    left = at;
  }
  return left;
}

ItemHandle FugueTree::place_of(const Item& item, ItemHandle left, ItemHandle right) {
  return is_left_child(item) ? among_left_children(item, left, right)
                             : among_right_children(item, left);
}

}  // namespace tidemark::crdt
