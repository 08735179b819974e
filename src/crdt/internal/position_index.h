// Index to item and item to index in O(log n): one B+tree per list that asks for it, over all its
// items, deleted ones with weight 0. Items point back to their leaf, so that a tree is climbed as
// well as descended.
//  (1) The leaves from left to right hold the list's items in list order.
//  (2) An inner node's sums are those of its children; a leaf's weights are the items' visible
//  units. (3) Every node but the root has at least one child or item.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "crdt/internal/item.h"
#include "crdt/internal/slab.h"

namespace tidemark::crdt {

class PositionIndex {
 public:
  struct Place {
    ItemHandle item;
    uint32_t offset;
  };

  explicit PositionIndex(Slab<Item>& items) : items_(items) {}

  // Indexes the list that starts here; yields the tree.
  uint32_t build(ItemHandle start);
  void destroy(uint32_t tree);

  // The visible item that holds this unit. The tree must hold more units than that.
  Place find(uint32_t tree, uint32_t unit);
  // Units before the item, which must be in a tree.
  uint32_t index_of(ItemHandle item);
  // The last item of the list. The tree must not be empty.
  ItemHandle last(uint32_t tree) const;
  // Live formats that stand before the item, in list order; all of them if item is kNone.
  void formats_before(uint32_t tree, ItemHandle item, std::vector<ItemHandle>& out) const;

  // The item, already linked into the list, stands right after `left` (kNone: at the front).
  void insert(uint32_t tree, ItemHandle left, ItemHandle item);
  void remove(ItemHandle item);
  // `right` was cut off `left`, and stands right after it.
  void divide(ItemHandle left, ItemHandle right);
  // `right` became part of `left`, which stood right before it.
  void join(ItemHandle left, ItemHandle right);
  // The item's visible units changed, or a format died.
  void update(ItemHandle item);
  // The same for content only, put off until somebody looks: a typist changes one item many times.
  void update_later(ItemHandle item) {
    if (late_ == item) return;
    flush();
    late_ = item;
  }
  void flush() {
    if (late_ != kNone) update(std::exchange(late_, kNone));
  }

  size_t memory() const { return leaves_.memory() + inners_.memory(); }
  // Whether the tree holds exactly the list that starts here, with right sums.
  bool check(uint32_t tree, ItemHandle start) const;

 private:
  static constexpr uint32_t kLeafItems = 32;
  static constexpr uint32_t kInnerChildren = 24;
  struct Leaf {
    uint32_t parent;
    uint32_t tree;
    uint32_t count;
    uint32_t formats;
    ItemHandle items[kLeafItems];
    uint32_t units[kLeafItems];
  };
  struct Inner {
    uint32_t parent;
    uint32_t count;
    uint32_t children[kInnerChildren];
    uint32_t units[kInnerChildren];
    uint32_t formats[kInnerChildren];
  };
  struct Tree {
    uint32_t root;
    uint32_t height;  // 0: the root is a leaf
  };
  struct Weight {
    uint32_t units;
    uint32_t formats;
  };

  static uint32_t format_weight(const Item& item) {
    return item.ref() == Ref::kFormat && !item.is_deleted() ? 1 : 0;
  }
  uint32_t new_leaf(uint32_t tree);
  uint32_t new_inner();
  uint32_t slot_of_item(const Leaf& leaf, ItemHandle item) const;
  uint32_t slot_of_child(const Inner& inner, uint32_t child) const;
  Weight weight_of(uint32_t node, bool is_leaf) const;
  uint32_t& parent_of(uint32_t node, bool is_leaf) {
    return is_leaf ? leaves_[node].parent : inners_[node].parent;
  }
  void add_upwards(uint32_t leaf, uint32_t units, uint32_t formats);
  uint32_t leftmost_leaf(uint32_t tree) const;
  uint32_t split_leaf(uint32_t leaf);
  void insert_child(uint32_t tree, uint32_t node, uint32_t sibling, bool is_leaf);
  uint32_t split_inner(uint32_t inner, bool children_are_leaves);
  void remove_child(uint32_t tree, uint32_t parent, uint32_t child, uint32_t level);
  void collect_formats(uint32_t node, uint32_t height, std::vector<ItemHandle>& out) const;
  void free_nodes(uint32_t node, uint32_t height);
  bool check_node(uint32_t node, uint32_t height, ItemHandle& at) const;

  Slab<Item>& items_;
  Slab<Leaf> leaves_;
  Slab<Inner> inners_;
  std::vector<Tree> trees_;
  std::vector<uint32_t> free_leaves_;
  std::vector<uint32_t> free_inners_;
  std::vector<uint32_t> free_trees_;
  ItemHandle late_ = kNone;  // its weight in the tree may be out of date
};

}  // namespace tidemark::crdt
