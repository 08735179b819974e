// Index to item and item to index in O(log n): one B+tree per list that asks for it, over all its
// items, deleted ones with weight 0. Items point back to their leaf, so that a tree is climbed as
// well as descended. Edits come where edits were: a finger remembers the way to the leaf that was
// last found, and a leaf owes its parents what changed in it until somebody looks elsewhere. So
// whoever edits on in one place, here or far away, pays for a leaf and not for a tree.
//  (1) The leaves from left to right hold the list's items in list order.
//  (2) A leaf's weights are the items' visible units; an inner node's sums are those of its
//  children, less what the leaves below owe.
//  (3) Every node but the root has at least one child or item.
//  (4) What is known of the formats below a node is right.
//  (5) The finger's path leads to its leaf, and if no other leaf owes, its start is right.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "crdt/internal/store/format_run.h"
#include "crdt/internal/store/item.h"
#include "crdt/internal/store/pool.h"
#include "crdt/internal/store/slab.h"

namespace tidemark::crdt {

class PositionIndex {
 public:
  struct Place {
    ItemHandle item;
    uint32_t offset;
  };

  // The spans and the pool are where formats have their keys and values.
  PositionIndex(Slab<Item>& items, const std::vector<Span>& spans, const Pool& pool)
      : items_(items), spans_(spans), pool_(pool) {}

  // Indexes the list that starts here; yields the tree.
  uint32_t build(ItemHandle start);
  void destroy(uint32_t tree);

  // The visible item that holds this unit. The tree must hold more units than that.
  Place find(uint32_t tree, uint32_t unit);
  // Units before the item, which must be in a tree.
  uint32_t index_of(ItemHandle item);
  // Whether one item stands before another one of the same list.
  bool precedes(ItemHandle a, ItemHandle b);
  // The last item of the list. The tree must not be empty.
  ItemHandle last(uint32_t tree) const;
  // What the live formats before the item come to; all of them if item is kNone.
  void formats_before(uint32_t tree, ItemHandle item, FormatRun& out);

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
    update_late();
    late_ = item;
  }
  // Pays all debts.
  void flush() {
    update_late();
    settle();
  }

  // Forgets all trees.
  void clear();
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
    uint32_t is_owing;    // whether it is listed as such
    uint32_t owed_units;  // what the sums above lack, modulo 2^32
    uint32_t owed_formats;
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
  // 24^7 leaves are more than there are handles; splits leave nodes at least half full.
  static constexpr uint32_t kMaxHeight = 16;
  struct Finger {
    struct Step {
      uint32_t inner;
      uint32_t slot;
    };
    uint32_t tree = kNone;  // kNone: it points nowhere
    uint32_t leaf = kNone;
    uint32_t start = 0;  // units before the leaf
    uint32_t slot = 0;   // in the leaf, where somebody was
    uint32_t height = 0;
    Step path[kMaxHeight] = {};  // from the root down
  };

  static uint32_t format_weight(const Item& item) {
    return item.ref() == Ref::kFormat && !item.is_deleted() ? 1 : 0;
  }
  uint32_t new_leaf(uint32_t tree);
  uint32_t new_inner();
  uint32_t slot_of_item(uint32_t node, ItemHandle item);
  uint32_t slot_of_child(const Inner& inner, uint32_t child) const;
  Weight weight_of(uint32_t node, bool is_leaf) const;
  uint32_t& parent_of(uint32_t node, bool is_leaf) {
    return is_leaf ? leaves_[node].parent : inners_[node].parent;
  }
  void update_late() {
    if (late_ != kNone) update(std::exchange(late_, kNone));
  }
  void owe(uint32_t leaf, uint32_t units, uint32_t formats);
  void settle();
  void settle_leaf(uint32_t leaf);
  bool is_finger_right(uint32_t tree) const {
    return finger_.tree == tree &&
           (owing_.empty() || (owing_.size() == 1 && owing_.front() == finger_.leaf));
  }
  void move_finger(uint32_t tree, uint32_t& unit);
  void drop_finger() { finger_.tree = finger_.leaf = kNone; }
  uint32_t leftmost_leaf(uint32_t tree) const;
  uint32_t split_leaf(uint32_t leaf);
  void insert_child(uint32_t tree, uint32_t node, uint32_t sibling, bool is_leaf);
  uint32_t split_inner(uint32_t inner, bool children_are_leaves);
  void remove_child(uint32_t tree, uint32_t parent, uint32_t child, uint32_t level);
  struct KnownRun {
    bool is_known = false;
    FormatRun run;
  };
  void pass_format(ItemHandle item, FormatRun& out) const;
  const FormatRun& run_of(uint32_t node, uint32_t height);
  void forget_runs(uint32_t leaf);
  static void forget_run(std::vector<KnownRun>& runs, uint32_t node) {
    if (node < runs.size()) runs[node].is_known = false;
  }
  void free_nodes(uint32_t node, uint32_t height);
  bool check_finger() const;
  bool check_node(uint32_t node, uint32_t height, ItemHandle& at) const;

  Slab<Item>& items_;
  const std::vector<Span>& spans_;
  const Pool& pool_;
  Slab<Leaf> leaves_;
  Slab<Inner> inners_;
  std::vector<Tree> trees_;
  std::vector<uint32_t> free_leaves_;
  std::vector<uint32_t> free_inners_;
  std::vector<uint32_t> free_trees_;
  ItemHandle late_ = kNone;      // its weight in its leaf may be out of date
  std::vector<uint32_t> owing_;  // leaves, each once
  Finger finger_;
  // By node, as far as anybody asked.
  std::vector<KnownRun> leaf_runs_;
  std::vector<KnownRun> inner_runs_;
};

}  // namespace tidemark::crdt
