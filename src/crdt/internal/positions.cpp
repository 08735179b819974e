// Finding places in a list by index. A list gets a position index when somebody looks a place up in
// it by index and it is not short.
#include "base/assert.h"
#include "crdt/internal/document.h"

namespace tidemark::crdt {
namespace {

// Walking this many links costs about what a descent costs, and a tree costs memory.
constexpr uint32_t kWalkItems = 32;

}  // namespace

PositionIndex::Place Document::find_unit(BranchHandle handle, uint32_t unit) {
  Branch& branch = store.branches[handle];
  TM_ASSERT(unit < branch.length);
  if (branch.tree == kNone) {
    uint32_t left = unit;
    uint32_t walked = 0;
    for (ItemHandle at = branch.start; walked < kWalkItems; at = store.items[at].right) {
      const uint32_t len = store.items[at].visible_len();
      if (left < len) return {at, left};
      left -= len;
      ++walked;
    }
    branch.tree = store.index().build(branch.start);
  }
  return store.index().find(branch.tree, unit);
}

ItemHandle Document::item_before(BranchHandle branch, uint32_t index) {
  if (index == 0) return kNone;
  const PositionIndex::Place place = find_unit(branch, index - 1);
  if (place.offset + 1 < store.items[place.item].len) split(place.item, place.offset + 1);
  return place.item;
}

uint32_t Document::index_of(ItemHandle handle) {
  Branch& branch = store.branches[store.items[handle].parent];
  if (branch.tree == kNone) {
    uint32_t index = 0;
    uint32_t walked = 0;
    for (ItemHandle at = branch.start; walked < kWalkItems; at = store.items[at].right) {
      if (at == handle) return index;
      index += store.items[at].visible_len();
      ++walked;
    }
    branch.tree = store.index().build(branch.start);
  }
  return store.index().index_of(handle);
}

ItemHandle Document::last_item(BranchHandle handle) {
  Branch& branch = store.branches[handle];
  if (branch.start == kNone) return kNone;
  if (branch.tree == kNone) {
    ItemHandle at = branch.start;
    for (uint32_t walked = 0; walked < kWalkItems; ++walked) {
      if (store.items[at].right == kNone) return at;
      at = store.items[at].right;
    }
    branch.tree = store.index().build(branch.start);
  }
  return store.index().last(branch.tree);
}

void Document::skip_tombstones(BranchHandle branch, ItemHandle& left, ItemHandle& right) {
  constexpr int kMaxSteps = 8;
  for (int steps = 0; right != kNone && store.items[right].is_deleted(); ++steps) {
    if (steps == kMaxSteps) {
      const uint32_t index = index_of(right);
      right = index < store.branches[branch].length ? find_unit(branch, index).item : kNone;
      left = right != kNone ? store.items[right].left : last_item(branch);
      return;
    }
    left = right;
    right = store.items[right].right;
  }
}

}  // namespace tidemark::crdt
