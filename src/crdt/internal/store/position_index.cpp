#include "crdt/internal/store/position_index.h"

#include <cstring>

#include "crdt/internal/update/wire.h"

namespace tidemark::crdt {
namespace {

// Moves the entries from `from` on by one to make room.
void shift_up(uint32_t* entries, uint32_t from, uint32_t count) {
  std::memmove(entries + from + 1, entries + from, (count - from) * sizeof(uint32_t));
}

void shift_down(uint32_t* entries, uint32_t to, uint32_t count) {
  std::memmove(entries + to, entries + to + 1, (count - to - 1) * sizeof(uint32_t));
}

void copy_entries(uint32_t* to, const uint32_t* from, uint32_t count) {
  std::memcpy(to, from, count * sizeof(uint32_t));
}

uint32_t sum_of(const uint32_t* entries, uint32_t count) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < count; ++i) sum += entries[i];
  return sum;
}

// Fresh nodes are filled to three quarters, so that the first edits do not split them.
constexpr uint32_t three_quarters(uint32_t full) { return full - full / 4; }

}  // namespace

uint32_t PositionIndex::new_leaf(uint32_t tree) {
  uint32_t node;
  if (free_leaves_.empty()) {
    node = leaves_.add();
  } else {
    node = free_leaves_.back();
    free_leaves_.pop_back();
  }
  forget_run(leaf_runs_, node);
  Leaf& leaf = leaves_[node];
  leaf.parent = kNone;
  leaf.tree = tree;
  leaf.count = 0;
  leaf.formats = 0;
  leaf.is_owing = 0;
  leaf.owed_units = 0;
  leaf.owed_formats = 0;
  return node;
}

uint32_t PositionIndex::new_inner() {
  uint32_t node;
  if (free_inners_.empty()) {
    node = inners_.add();
  } else {
    node = free_inners_.back();
    free_inners_.pop_back();
  }
  forget_run(inner_runs_, node);
  inners_[node].parent = kNone;
  inners_[node].count = 0;
  return node;
}

PositionIndex::Weight PositionIndex::weight_of(uint32_t node, bool is_leaf) const {
  if (is_leaf) {
    const Leaf& leaf = leaves_[node];
    return {sum_of(leaf.units, leaf.count), leaf.formats};
  }
  const Inner& inner = inners_[node];
  return {sum_of(inner.units, inner.count), sum_of(inner.formats, inner.count)};
}

void PositionIndex::clear() {
  Slab<Leaf>().swap(leaves_);
  Slab<Inner>().swap(inners_);
  trees_.clear();
  free_leaves_.clear();
  free_inners_.clear();
  free_trees_.clear();
  late_ = kNone;
  owing_.clear();
  finger_ = {};
  leaf_runs_.clear();
  inner_runs_.clear();
}

uint32_t PositionIndex::build(ItemHandle start) {
  uint32_t tree;
  if (free_trees_.empty()) {
    tree = static_cast<uint32_t>(trees_.size());
    trees_.push_back({});
  } else {
    tree = free_trees_.back();
    free_trees_.pop_back();
  }
  std::vector<uint32_t> level{new_leaf(tree)};
  for (ItemHandle at = start; at != kNone; at = items_[at].right) {
    if (leaves_[level.back()].count == three_quarters(kLeafItems)) level.push_back(new_leaf(tree));
    Leaf& leaf = leaves_[level.back()];
    Item& item = items_[at];
    leaf.items[leaf.count] = at;
    leaf.units[leaf.count++] = item.visible_len();
    leaf.formats += format_weight(item);
    item.leaf_or_key = level.back();
  }
  uint32_t height = 0;
  while (level.size() > 1) {
    std::vector<uint32_t> above;
    for (const uint32_t child : level) {
      if (above.empty() || inners_[above.back()].count == three_quarters(kInnerChildren)) {
        above.push_back(new_inner());
      }
      const Weight weight = weight_of(child, height == 0);
      Inner& inner = inners_[above.back()];
      inner.children[inner.count] = child;
      inner.units[inner.count] = weight.units;
      inner.formats[inner.count++] = weight.formats;
      parent_of(child, height == 0) = above.back();
    }
    level = std::move(above);
    ++height;
  }
  trees_[tree] = {level.front(), height};
  return tree;
}

void PositionIndex::free_nodes(uint32_t node, uint32_t height) {
  if (height == 0) {
    free_leaves_.push_back(node);
    return;
  }
  for (uint32_t i = 0; i < inners_[node].count; ++i) {
    free_nodes(inners_[node].children[i], height - 1);
  }
  free_inners_.push_back(node);
}

void PositionIndex::destroy(uint32_t tree) {
  flush();
  if (finger_.tree == tree) drop_finger();
  free_nodes(trees_[tree].root, trees_[tree].height);
  free_trees_.push_back(tree);
}

// Points the finger at the leaf that holds this unit, which becomes the unit's number in there.
void PositionIndex::move_finger(uint32_t tree, uint32_t& unit) {
  settle();
  finger_.tree = tree;
  finger_.start = unit;
  finger_.height = trees_[tree].height;
  TM_ASSERT(finger_.height <= kMaxHeight);
  uint32_t node = trees_[tree].root;
  for (uint32_t level = 0; level < finger_.height; ++level) {
    const Inner& inner = inners_[node];
    uint32_t i = 0;
    while (unit >= inner.units[i]) {
      unit -= inner.units[i];
      ++i;
      TM_ASSERT(i < inner.count);
    }
    finger_.path[level] = {node, i};
    node = inner.children[i];
  }
  finger_.leaf = node;
  finger_.start -= unit;
}

PositionIndex::Place PositionIndex::find(uint32_t tree, uint32_t unit) {
  update_late();
  if (is_finger_right(tree) && unit >= finger_.start) {
    const Leaf& leaf = leaves_[finger_.leaf];
    uint32_t left = unit - finger_.start;
    for (uint32_t i = 0; i < leaf.count; ++i) {
      if (left < leaf.units[i]) {
        finger_.slot = i;
        return {leaf.items[i], left};
      }
      left -= leaf.units[i];
    }
  }
  move_finger(tree, unit);
  const Leaf& leaf = leaves_[finger_.leaf];
  uint32_t i = 0;
  while (unit >= leaf.units[i]) {
    unit -= leaf.units[i];
    ++i;
    TM_ASSERT(i < leaf.count);
  }
  finger_.slot = i;
  return {leaf.items[i], unit};
}

uint32_t PositionIndex::slot_of_item(uint32_t node, ItemHandle item) {
  const Leaf& leaf = leaves_[node];
  const bool is_under_finger = node == finger_.leaf;
  if (is_under_finger) {
    // What an edit looks for stands here, or right behind what it put here.
    const uint32_t slot = finger_.slot;
    if (slot < leaf.count && leaf.items[slot] == item) return slot;
    if (slot + 1 < leaf.count && leaf.items[slot + 1] == item) return finger_.slot = slot + 1;
  }
  for (uint32_t i = 0; i < leaf.count; ++i) {
    if (leaf.items[i] != item) continue;
    if (is_under_finger) finger_.slot = i;
    return i;
  }
  TM_ASSERT(false);
}

uint32_t PositionIndex::slot_of_child(const Inner& inner, uint32_t child) const {
  for (uint32_t i = 0; i < inner.count; ++i) {
    if (inner.children[i] == child) return i;
  }
  TM_ASSERT(false);
}

uint32_t PositionIndex::index_of(ItemHandle item) {
  update_late();
  uint32_t child = items_[item].leaf_or_key;
  const Leaf& leaf = leaves_[child];
  uint32_t index = sum_of(leaf.units, slot_of_item(child, item));
  if (child == finger_.leaf && is_finger_right(leaf.tree)) return finger_.start + index;
  settle();
  for (uint32_t node = leaf.parent; node != kNone; node = inners_[node].parent) {
    index += sum_of(inners_[node].units, slot_of_child(inners_[node], child));
    child = node;
  }
  return index;
}

bool PositionIndex::precedes(ItemHandle a, ItemHandle b) {
  uint32_t a_node = items_[a].leaf_or_key;
  uint32_t b_node = items_[b].leaf_or_key;
  if (a_node == b_node) return slot_of_item(a_node, a) < slot_of_item(b_node, b);
  // All leaves are equally far below the root.
  uint32_t a_above = leaves_[a_node].parent;
  uint32_t b_above = leaves_[b_node].parent;
  while (a_above != b_above) {
    a_node = std::exchange(a_above, inners_[a_above].parent);
    b_node = std::exchange(b_above, inners_[b_above].parent);
  }
  return slot_of_child(inners_[a_above], a_node) < slot_of_child(inners_[a_above], b_node);
}

ItemHandle PositionIndex::last(uint32_t tree) const {
  uint32_t node = trees_[tree].root;
  for (uint32_t height = trees_[tree].height; height > 0; --height) {
    node = inners_[node].children[inners_[node].count - 1];
  }
  return leaves_[node].items[leaves_[node].count - 1];
}

void PositionIndex::pass_format(ItemHandle handle, FormatRun& out) const {
  const Item& item = items_[handle];
  if (format_weight(item) == 0) return;
  const Span& span = spans_[item.content];
  const bool is_null = span.bytes == 1 && *pool_.at(span.offset) == kNullTag;
  out.pass(span.key, is_null ? kNone : handle);
}

const FormatRun& PositionIndex::run_of(uint32_t node, uint32_t height) {
  std::vector<KnownRun>& runs = height == 0 ? leaf_runs_ : inner_runs_;
  const uint32_t nodes = height == 0 ? leaves_.size() : inners_.size();
  if (runs.size() < nodes) runs.resize(nodes);
  KnownRun& known = runs[node];
  if (known.is_known) return known.run;
  known.is_known = true;
  known.run.clear();
  if (height == 0) {
    const Leaf& leaf = leaves_[node];
    for (uint32_t i = 0; i < leaf.count; ++i) pass_format(leaf.items[i], known.run);
    return known.run;
  }
  const Inner& inner = inners_[node];
  for (uint32_t i = 0; i < inner.count; ++i) {
    if (inner.formats[i] > 0) known.run.pass(run_of(inner.children[i], height - 1));
  }
  return known.run;
}

// The formats in the leaf are no longer what they were.
void PositionIndex::forget_runs(uint32_t leaf) {
  forget_run(leaf_runs_, leaf);
  for (uint32_t node = leaves_[leaf].parent; node != kNone; node = inners_[node].parent) {
    forget_run(inner_runs_, node);
  }
}

void PositionIndex::formats_before(uint32_t tree, ItemHandle item, FormatRun& out) {
  flush();
  if (item == kNone) return out.pass(run_of(trees_[tree].root, trees_[tree].height));
  // The path from the root to the item; what lies left of it is wholly before the item.
  uint32_t path[kMaxHeight];
  uint32_t levels = 0;
  const uint32_t leaf_node = items_[item].leaf_or_key;
  for (uint32_t node = leaves_[leaf_node].parent; node != kNone; node = inners_[node].parent) {
    TM_ASSERT(levels < kMaxHeight);
    path[levels++] = node;
  }
  for (uint32_t level = levels; level-- > 0;) {
    const Inner& inner = inners_[path[level]];
    const uint32_t end = slot_of_child(inner, level > 0 ? path[level - 1] : leaf_node);
    for (uint32_t i = 0; i < end; ++i) {
      if (inner.formats[i] > 0) out.pass(run_of(inner.children[i], level));
    }
  }
  const Leaf& leaf = leaves_[leaf_node];
  for (uint32_t i = 0; leaf.items[i] != item; ++i) pass_format(leaf.items[i], out);
}

void PositionIndex::owe(uint32_t node, uint32_t units, uint32_t formats) {
  Leaf& leaf = leaves_[node];
  if (leaf.parent == kNone || (units == 0 && formats == 0)) return;
  leaf.owed_units += units;
  leaf.owed_formats += formats;
  if (leaf.is_owing != 0) return;
  leaf.is_owing = 1;
  owing_.push_back(node);
}

void PositionIndex::settle() {
  if (owing_.empty()) return;
  const bool is_finger_moved = !is_finger_right(finger_.tree);
  for (const uint32_t leaf : owing_) settle_leaf(leaf);
  owing_.clear();
  if (is_finger_moved) drop_finger();
}

void PositionIndex::settle_leaf(uint32_t node) {
  Leaf& leaf = leaves_[node];
  const uint32_t units = std::exchange(leaf.owed_units, 0);
  const uint32_t formats = std::exchange(leaf.owed_formats, 0);
  leaf.is_owing = 0;
  if (units == 0 && formats == 0) return;
  if (node == finger_.leaf) {
    for (uint32_t level = 0; level < finger_.height; ++level) {
      const auto [inner, slot] = finger_.path[level];
      inners_[inner].units[slot] += units;
      inners_[inner].formats[slot] += formats;
    }
    return;
  }
  uint32_t child = node;
  for (uint32_t above = leaf.parent; above != kNone; above = inners_[above].parent) {
    Inner& inner = inners_[above];
    const uint32_t slot = slot_of_child(inner, child);
    inner.units[slot] += units;  // modulo 2^32: also how weights shrink
    inner.formats[slot] += formats;
    child = above;
  }
}

uint32_t PositionIndex::leftmost_leaf(uint32_t tree) const {
  uint32_t node = trees_[tree].root;
  for (uint32_t height = trees_[tree].height; height > 0; --height) {
    node = inners_[node].children[0];
  }
  return node;
}

void PositionIndex::insert(uint32_t tree, ItemHandle left, ItemHandle item) {
  uint32_t node = left == kNone ? leftmost_leaf(tree) : items_[left].leaf_or_key;
  uint32_t slot = left == kNone ? 0 : slot_of_item(node, left) + 1;
  if (leaves_[node].count == kLeafItems) {
    const uint32_t upper = split_leaf(node);
    if (slot > leaves_[node].count) {
      slot -= leaves_[node].count;
      node = upper;
    }
  }
  Leaf& leaf = leaves_[node];
  const uint32_t units = items_[item].visible_len();
  const uint32_t formats = format_weight(items_[item]);
  shift_up(leaf.items, slot, leaf.count);
  shift_up(leaf.units, slot, leaf.count);
  leaf.items[slot] = item;
  leaf.units[slot] = units;
  leaf.formats += formats;
  ++leaf.count;
  items_[item].leaf_or_key = node;
  if (formats > 0) forget_runs(node);
  owe(node, units, formats);
}

uint32_t PositionIndex::split_leaf(uint32_t node) {
  flush();
  const uint32_t tree = leaves_[node].tree;
  const uint32_t sibling = new_leaf(tree);
  Leaf& lower = leaves_[node];
  Leaf& upper = leaves_[sibling];
  const uint32_t keep = kLeafItems / 2;
  upper.count = lower.count - keep;
  copy_entries(upper.items, lower.items + keep, upper.count);
  copy_entries(upper.units, lower.units + keep, upper.count);
  lower.count = keep;
  for (uint32_t i = 0; i < upper.count; ++i) {
    Item& item = items_[upper.items[i]];
    item.leaf_or_key = sibling;
    upper.formats += format_weight(item);
  }
  lower.formats -= upper.formats;
  forget_run(leaf_runs_, node);
  insert_child(tree, node, sibling, true);
  return sibling;
}

void PositionIndex::insert_child(uint32_t tree, uint32_t node, uint32_t sibling, bool is_leaf) {
  drop_finger();
  uint32_t parent = parent_of(node, is_leaf);
  const Weight upper = weight_of(sibling, is_leaf);
  if (parent == kNone) {
    parent = new_inner();
    const Weight lower = weight_of(node, is_leaf);
    Inner& root = inners_[parent];
    root.count = 2;
    root.children[0] = node;
    root.units[0] = lower.units;
    root.formats[0] = lower.formats;
    root.children[1] = sibling;
    root.units[1] = upper.units;
    root.formats[1] = upper.formats;
    parent_of(node, is_leaf) = parent;
    parent_of(sibling, is_leaf) = parent;
    trees_[tree].root = parent;
    ++trees_[tree].height;
    return;
  }
  if (inners_[parent].count == kInnerChildren) {
    const uint32_t split = split_inner(parent, is_leaf);
    insert_child(tree, parent, split, false);
    parent = parent_of(node, is_leaf);
  }
  Inner& inner = inners_[parent];
  const uint32_t slot = slot_of_child(inner, node);
  shift_up(inner.children, slot + 1, inner.count);
  shift_up(inner.units, slot + 1, inner.count);
  shift_up(inner.formats, slot + 1, inner.count);
  inner.units[slot] -= upper.units;
  inner.formats[slot] -= upper.formats;
  inner.children[slot + 1] = sibling;
  inner.units[slot + 1] = upper.units;
  inner.formats[slot + 1] = upper.formats;
  ++inner.count;
  parent_of(sibling, is_leaf) = parent;
}

uint32_t PositionIndex::split_inner(uint32_t node, bool children_are_leaves) {
  const uint32_t sibling = new_inner();
  Inner& lower = inners_[node];
  Inner& upper = inners_[sibling];
  const uint32_t keep = kInnerChildren / 2;
  upper.count = lower.count - keep;
  copy_entries(upper.children, lower.children + keep, upper.count);
  copy_entries(upper.units, lower.units + keep, upper.count);
  copy_entries(upper.formats, lower.formats + keep, upper.count);
  lower.count = keep;
  forget_run(inner_runs_, node);
  for (uint32_t i = 0; i < upper.count; ++i) {
    parent_of(upper.children[i], children_are_leaves) = sibling;
  }
  return sibling;
}

void PositionIndex::remove(ItemHandle item) {
  if (late_ == item) late_ = kNone;
  const uint32_t node = items_[item].leaf_or_key;
  Leaf& leaf = leaves_[node];
  const uint32_t slot = slot_of_item(node, item);
  const uint32_t units = leaf.units[slot];
  const uint32_t formats = format_weight(items_[item]);
  shift_down(leaf.items, slot, leaf.count);
  shift_down(leaf.units, slot, leaf.count);
  --leaf.count;
  leaf.formats -= formats;
  items_[item].leaf_or_key = kNone;
  if (formats > 0) forget_runs(node);
  owe(node, 0 - units, 0 - formats);
  if (leaf.count == 0 && leaf.parent != kNone) {
    settle();
    drop_finger();
    const uint32_t parent = leaf.parent;
    free_leaves_.push_back(node);
    remove_child(leaf.tree, parent, node, 1);
  }
}

// Weights move between neighbours, so that mostly nobody above the leaf needs to know.
void PositionIndex::divide(ItemHandle left, ItemHandle right) {
  const uint32_t node = items_[left].leaf_or_key;
  Leaf& leaf = leaves_[node];
  if (leaf.count == kLeafItems) {
    update(left);
    return insert(leaf.tree, left, right);
  }
  if (late_ == left) late_ = kNone;
  const uint32_t slot = slot_of_item(node, left);
  const uint32_t units = items_[left].visible_len();
  const uint32_t units_right = items_[right].visible_len();
  const uint32_t change = units + units_right - leaf.units[slot];
  shift_up(leaf.items, slot + 1, leaf.count);
  shift_up(leaf.units, slot + 1, leaf.count);
  ++leaf.count;
  leaf.items[slot + 1] = right;
  leaf.units[slot] = units;
  leaf.units[slot + 1] = units_right;
  items_[right].leaf_or_key = node;
  owe(node, change, 0);
}

void PositionIndex::join(ItemHandle left, ItemHandle right) {
  const uint32_t node = items_[left].leaf_or_key;
  if (items_[right].leaf_or_key != node) {
    remove(right);
    return update(left);
  }
  if (late_ == left || late_ == right) late_ = kNone;
  Leaf& leaf = leaves_[node];
  const uint32_t slot = slot_of_item(node, left);
  const uint32_t units = items_[left].visible_len();
  const uint32_t change = units - leaf.units[slot] - leaf.units[slot + 1];
  leaf.units[slot] = units;
  shift_down(leaf.items, slot + 1, leaf.count);
  shift_down(leaf.units, slot + 1, leaf.count);
  --leaf.count;
  items_[right].leaf_or_key = kNone;
  owe(node, change, 0);
}

void PositionIndex::remove_child(uint32_t tree, uint32_t parent, uint32_t child, uint32_t level) {
  Inner& inner = inners_[parent];
  const uint32_t slot = slot_of_child(inner, child);
  shift_down(inner.children, slot, inner.count);
  shift_down(inner.units, slot, inner.count);
  shift_down(inner.formats, slot, inner.count);
  --inner.count;
  if (inner.count == 0) {
    const uint32_t above = inner.parent;
    free_inners_.push_back(parent);
    TM_ASSERT(above != kNone);
    remove_child(tree, above, parent, level + 1);
  } else if (inner.count == 1 && inner.parent == kNone) {
    trees_[tree] = {inner.children[0], level - 1};
    parent_of(inner.children[0], level == 1) = kNone;
    free_inners_.push_back(parent);
  }
}

void PositionIndex::update(ItemHandle handle) {
  const Item& item = items_[handle];
  const uint32_t node = item.leaf_or_key;
  Leaf& leaf = leaves_[node];
  const uint32_t slot = slot_of_item(node, handle);
  const uint32_t change = item.visible_len() - leaf.units[slot];
  leaf.units[slot] += change;
  uint32_t format_change = 0;
  if (item.ref() == Ref::kFormat) {
    // A format changes its weight once, when it dies.
    format_change = item.is_deleted() ? 0xffffffffu : 0;
    leaf.formats += format_change;
    if (format_change != 0) forget_runs(node);
  }
  owe(node, change, format_change);
}

bool PositionIndex::check_node(uint32_t node, uint32_t height, ItemHandle& at) const {
  if (height == 0) {
    const Leaf& leaf = leaves_[node];
    uint32_t formats = 0;
    for (uint32_t i = 0; i < leaf.count; ++i) {
      if (leaf.items[i] != at || items_[at].leaf_or_key != node) return false;
      if (leaf.units[i] != items_[at].visible_len() && at != late_) return false;
      formats += format_weight(items_[at]);
      at = items_[at].right;
    }
    return formats == leaf.formats;
  }
  const Inner& inner = inners_[node];
  for (uint32_t i = 0; i < inner.count; ++i) {
    const uint32_t child = inner.children[i];
    Weight weight = weight_of(child, height == 1);
    if (height == 1) {
      weight.units -= leaves_[child].owed_units;
      weight.formats -= leaves_[child].owed_formats;
    }
    const uint32_t parent = height == 1 ? leaves_[child].parent : inners_[child].parent;
    if (parent != node || weight.units != inner.units[i] || weight.formats != inner.formats[i]) {
      return false;
    }
    if (!check_node(child, height - 1, at)) return false;
  }
  return inner.count > 0;
}

bool PositionIndex::check_finger() const {
  uint32_t node = trees_[finger_.tree].root;
  uint32_t start = 0;
  if (finger_.height != trees_[finger_.tree].height) return false;
  for (uint32_t level = 0; level < finger_.height; ++level) {
    const auto [inner, slot] = finger_.path[level];
    if (inner != node || slot >= inners_[inner].count) return false;
    start += sum_of(inners_[inner].units, slot);
    node = inners_[inner].children[slot];
  }
  return node == finger_.leaf && start == finger_.start;
}

bool PositionIndex::check(uint32_t tree, ItemHandle start) const {
  ItemHandle at = start;
  if (is_finger_right(tree) && !check_finger()) return false;
  return check_node(trees_[tree].root, trees_[tree].height, at) && at == kNone;
}

}  // namespace tidemark::crdt
