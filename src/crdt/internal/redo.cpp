#include "crdt/internal/redo.h"

#include <algorithm>
#include <utility>

#include "base/sort.h"

namespace tidemark::crdt {

Redo::Redo(UndoHistory& history, const ClockRanges& insertions, std::vector<ItemHandle> items)
    : history_(history),
      document_(history.document()),
      store_(document_.store),
      insertions_(insertions),
      items_(std::move(items)) {
  for (const ItemHandle item : items_) {
    if (store_.items[item].ref() == Ref::kType) types_.push_back(item);
  }
  compact_sort(types_.begin(), types_.end());
}

bool Redo::run() {
  bool has_effect = false;
  for (const ItemHandle item : items_) has_effect = redo(item) || has_effect;
  return has_effect;
}

bool Redo::is_among(ItemHandle type) const {
  return std::binary_search(types_.begin(), types_.end(), type);
}

ItemHandle Redo::holder_of(ItemHandle item) const {
  return store_.branches[store_.items[item].parent].item;
}

// The item that begins where this redone one's copy does.
ItemHandle Redo::copy_of(ItemHandle item) { return document_.item_at(store_.redone(item)); }

// With the deleted types around it, the outermost first.
bool Redo::redo(ItemHandle item) {
  if (store_.items[item].has(Item::kRedone)) {
    copy_of(item);
    return true;
  }
  std::vector<ItemHandle> around;
  for (ItemHandle at = item;;) {
    const ItemHandle holder = holder_of(at);
    if (holder == kNone) break;
    const Item& type = store_.items[holder];
    if (!type.is_deleted() || type.has(Item::kRedone)) break;
    // Nobody brings back the type that it belongs into.
    if (!is_among(holder)) return false;
    around.push_back(holder);
    at = holder;
  }
  for (size_t i = around.size(); i-- > 0;) {
    if (!redo_alone(around[i])) return false;
  }
  return redo_alone(item);
}

bool Redo::redo_alone(ItemHandle item) {
  BranchHandle parent = store_.items[item].parent;
  ItemHandle holder = store_.branches[parent].item;
  if (holder != kNone && store_.items[holder].is_deleted()) {
    while (store_.items[holder].has(Item::kRedone)) holder = copy_of(holder);
    // Yjs fails here; the type was brought back, and deleted and collected after that.
    if (store_.items[holder].ref() != Ref::kType) return false;
    parent = store_.items[holder].content;
  }
  ItemHandle left = kNone;
  ItemHandle right = kNone;
  if (store_.items[item].has(Item::kHasKey)) {
    if (!find_entry(item, parent, holder, left)) return false;
  } else {
    left = nearest(store_.items[item].left, true, holder);
    right = nearest(item, false, holder);
    // Copies may stand in another order than their originals. Yjs then names neighbours that have
    // changed places, between which its peers put the copy elsewhere than it does.
    const bool has_both = left != kNone && right != kNone;
    if (has_both && !goes_before(left, right)) right = store_.items[left].right;
  }
  document_.insert_copy(item, parent, left, right);
  note_return(item, parent);
  note_units(item);
  return true;
}

// Of two items of one list. Mostly they are neighbours, so one walks from both.
bool Redo::goes_before(ItemHandle a, ItemHandle b) const {
  ItemHandle after_a = a;
  ItemHandle after_b = b;
  while (after_b != a) {
    after_a = store_.items[after_a].right;
    if (after_a == b) return true;
    if (after_a == kNone) return false;
    after_b = store_.items[after_b].right;
    if (after_b == kNone) return true;
  }
  return false;
}

// What the item was redone as in the list that this holder has now: kNone if it is not there.
ItemHandle Redo::trace(ItemHandle item, ItemHandle holder) {
  while (!store_.items[item].is_gc() && holder_of(item) != holder) {
    if (!store_.items[item].has(Item::kRedone)) return kNone;
    item = copy_of(item);
  }
  return store_.items[item].is_gc() ? kNone : item;
}

// As trace(), but says only whether, and cuts nothing.
bool Redo::is_back(ItemHandle item, ItemHandle holder) const {
  while (!store_.items[item].is_gc() && holder_of(item) != holder) {
    if (!store_.items[item].has(Item::kRedone)) return false;
    const UnitId copy = store_.redone(item);
    item = store_.find(copy.client, copy.clock);
  }
  return !store_.items[item].is_gc();
}

// Null where a walk has to do.
const Redo::Returned* Redo::returned_in(BranchHandle list, ItemHandle holder) {
  const size_t cuts = document_.open().merge_candidates.size();
  Returned& returned = returned_[list];
  if (returned.holder == holder && returned.cuts == cuts) {
    return returned.is_usable ? &returned : nullptr;
  }
  returned = Returned{};
  returned.holder = holder;
  returned.cuts = cuts;
  uint32_t ordinal = 0;
  for (ItemHandle at = store_.branches[list].start; at != kNone; at = store_.items[at].right) {
    returned.ordinals.emplace(at, ++ordinal);
    if (is_back(at, holder)) {
      returned.items.emplace(ordinal, at);
    } else if (store_.items[at].has(Item::kRedone)) {
      // It comes back with its copy, which nobody would notice here.
      returned.is_usable = false;
    }
  }
  return returned.is_usable ? &returned : nullptr;
}

void Redo::note_return(ItemHandle item, BranchHandle into) {
  returned_.erase(into);
  const auto known = returned_.find(store_.items[item].parent);
  if (known == returned_.end()) return;
  const auto ordinal = known->second.ordinals.find(item);
  if (ordinal == known->second.ordinals.end() ||
      known->second.holder != store_.branches[into].item) {
    returned_.erase(known);
  } else {
    known->second.items.emplace(ordinal->second, item);
  }
}

void Redo::note_units(ItemHandle handle) {
  if (!document_.observers().has(Observers::Kind::kRestore)) return;
  const Item& item = store_.items[handle];
  const UnitId copy = store_.redone(handle);
  const Id from{store_.clients[item.client()].id, item.clock};
  const Id to{store_.clients[copy.client].id, copy.clock};
  const BranchHandle into = store_.items[store_.find(copy.client, copy.clock)].parent;
  if (std::exchange(restored_into_, into) == into) {
    RestoredUnits& last = restored_.back();
    const bool goes_on = last.original.client == from.client && last.copy.client == to.client &&
                         last.original.clock + last.length == from.clock &&
                         last.copy.clock + last.length == to.clock;
    if (goes_on) {
      last.length += item.len;
      return;
    }
  }
  restored_.push_back({from, to, item.len});
}

// The first from here on that is back in the list of the holder.
ItemHandle Redo::nearest(ItemHandle from, bool goes_left, ItemHandle holder) {
  constexpr uint32_t kShortWalk = 32;
  uint32_t steps = 0;
  for (ItemHandle at = from; at != kNone;
       at = goes_left ? store_.items[at].left : store_.items[at].right) {
    const ItemHandle copy = trace(at, holder);
    if (copy != kNone) return copy;
    if (++steps != kShortWalk) continue;
    const Returned* returned = returned_in(store_.items[at].parent, holder);
    if (returned == nullptr) continue;
    const auto above = returned->items.upper_bound(returned->ordinals.find(at)->second);
    if (goes_left) {
      return above == returned->items.begin() ? kNone : trace(std::prev(above)->second, holder);
    }
    return above == returned->items.end() ? kNone : trace(above->second, holder);
  }
  return kNone;
}

// Behind the last value of the key, unless that is somebody else's.
bool Redo::find_entry(ItemHandle item, BranchHandle parent, ItemHandle holder, ItemHandle& left) {
  const KeyId key = store_.items[item].leaf_or_key;
  const auto last = [&] { return store_.entry(store_.branches[parent], key); };
  if (store_.items[item].right == kNone || history_.options_.ignores_remote_map_changes) {
    left = last();
  } else {
    left = item;
    while (store_.items[left].right != kNone) {
      const Item& next = store_.items[store_.items[left].right];
      const bool is_ours = next.has(Item::kRedone) ||
                           insertions_.contains(next.client(), next.clock) ||
                           history_.is_stacked_deletion(next.client(), next.clock);
      if (!is_ours) return false;
      left = store_.items[left].right;
      while (store_.items[left].has(Item::kRedone)) left = copy_of(left);
      if (store_.items[left].is_gc()) return false;
    }
  }
  // The values of a key of another type say nothing here.
  if (left != kNone && holder_of(left) != holder) left = last();
  return true;
}

}  // namespace tidemark::crdt
