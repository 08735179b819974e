// Local edits of text that never had formats, as most text is: what the general path does with a
// cursor, a transaction and three rounds of merging, done at the one place that such an edit
// touches. It declines wherever the two could differ.
#include "base/assert.h"
#include "crdt/internal/document.h"
#include "crdt/internal/tombstone.h"

namespace tidemark::crdt {

bool Document::may_take_shortcut(BranchHandle branch) const {
  const bool is_first_edit = queue_.is_empty() || (queue_.size() == 1 && open_ != nullptr &&
                                                   open_->is_pristine() && open_->is_local);
  return uses_fast_paths && is_first_edit && observers_->is_empty() &&
         options_.collects_garbage && !store.branches[branch].has_formatting;
}

void Document::begin_shortcut() {
  open_transaction(0);
  open_->is_shortcut = true;
}

bool Document::insert_plain(BranchHandle branch, uint32_t index, std::string_view utf8,
                            uint32_t units) {
  if (!may_take_shortcut(branch)) return false;
  return type_on(branch, index, utf8, units) || insert_between(branch, index, utf8, units);
}

bool Document::erase_plain(BranchHandle branch, uint32_t index, uint32_t units) {
  if (!may_take_shortcut(branch)) return false;
  return erase_at_gap(branch, index, units) || erase_within(branch, index, units);
}

// What is inserted comes behind the tombstones at its place.
void Document::skip_tombstones(BranchHandle branch, uint32_t index, ItemHandle& left,
                               ItemHandle& right) {
  constexpr int kMaxSteps = 8;
  for (int steps = 0; right != kNone && store.items[right].is_deleted(); ++steps) {
    if (steps == kMaxSteps) {
      right = index < store.branches[branch].length ? find_unit(branch, index).item : kNone;
      left = right != kNone ? store.items[right].left : last_item(branch);
      return;
    }
    left = right;
    right = store.items[right].right;
  }
}

bool Document::insert_between(BranchHandle branch, uint32_t index, std::string_view utf8,
                              uint32_t units) {
  const BranchHandle holder = store.branches[branch].item;
  if (holder != kNone && store.items[holder].is_deleted()) return false;
  if (store.branches[branch].start == kNone) return false;
  if (own_client_ == kNoClient) own_client_ = store.add_client(client_id_);
  ItemHandle left = kNone;
  ItemHandle right = store.branches[branch].start;
  ItemHandle rest = kNone;
  Directory::Position rest_place{};
  if (index > 0) {
    const PositionIndex::Place before = find_unit(branch, index - 1);
    left = before.item;
    if (before.offset + 1 < store.items[left].len) {
      rest_place = store.place_of(store.items[left]);
      rest = store.split(left, before.offset + 1, rest_place);
    }
    right = store.items[left].right;
  }
  skip_tombstones(branch, index, left, right);

  begin_shortcut();
  NewContent content;
  content.ref = Ref::kString;
  content.len = units;
  content.text = utf8;
  Client& own = store.clients[own_client_];
  insert_listed(branch, left, right, content);
  size_t merged;
  merge_leftwards(own, own.directory.last(), merged);
  if (rest != kNone) {
    // What follows the part cut off might merge now, if it did not have the chance before.
    Client& client = store.clients[store.items[rest].client()];
    if (!client.directory.is_last(rest_place)) {
      merge_leftwards(client, client.directory.next(rest_place), merged);
    }
  }
  const ItemHandle typed = own.directory.at(own.directory.last()).item;
  if (observers_->has(Observers::Kind::kUpdateV1)) {
    write_inserted(store.items[typed], own.before, utf8);
  }
  caret_ = {branch, typed, index + units};
  gap_.first = kNone;
  end();
  return true;
}

// At the end of an item that borders on a tombstone only the boundary between the two moves.
bool Document::erase_beside_tombstone(BranchHandle branch, uint32_t index, uint32_t units,
                                      PositionIndex::Place from) {
  const Item& item = store.items[from.item];
  const Directory& directory = store.clients[item.client()].directory;
  const Directory::Position place = store.place_of(item);
  const bool is_at_front = from.offset == 0;
  const bool is_at_back = from.offset + units == item.len;
  if (is_at_front == is_at_back) return false;
  if (is_at_front ? directory.is_first(place) : directory.is_last(place)) return false;
  const Directory::Position beside =
      is_at_front ? directory.previous(place) : directory.next(place);
  const ItemHandle tombstone = directory.at(beside).item;
  if ((is_at_front ? item.left : item.right) != tombstone) return false;
  if (!is_tombstone(store.items[tombstone])) return false;
  gap_ = {branch, tombstone, tombstone, is_at_front ? index : index + units, beside, beside};
  if (is_at_front ? erase_after_gap(units) : erase_before_gap(units)) return true;
  gap_.first = kNone;
  return false;
}

bool Document::erase_within(BranchHandle branch, uint32_t index, uint32_t units) {
  const PositionIndex::Place from = find_unit(branch, index);
  ItemHandle target = from.item;
  {
    const Item& item = store.items[target];
    if (item.ref() != Ref::kString || item.has(Item::kKeep)) return false;
    if (item.len - from.offset < units) return false;
  }
  if (erase_beside_tombstone(branch, index, units, from)) return true;

  const ClientIndex client_index = store.items[target].client();
  Client& client = store.clients[client_index];
  const Directory& directory = client.directory;
  Directory::Position place = directory.find(store.items[target].clock);
  if (from.offset > 0) target = store.split(target, from.offset, place);
  if (units < store.items[target].len) {
    store.split(target, units, place);
    // What follows the part cut off might merge now, if it did not have the chance before.
    size_t merged;
    if (!directory.is_last(place)) merge_leftwards(client, directory.next(place), merged);
    place = directory.previous(place);
  }
  begin_shortcut();
  const TransactionRecord::Deleted erased{client_index, store.items[target].clock, units};
  open_->deleted.push_back(erased);
  client.is_deleted_stale = true;
  Item& item = store.items[target];
  store.drop_content(item);
  item.assign_ref(Ref::kDeleted);
  item.set(Item::kDeleted);
  Branch& text = store.branches[branch];
  text.length -= units;
  if (text.tree != kNone) store.index.update(target);
  merge_down_to(client, place, erased.clock);
  place = directory.find(erased.clock);
  open_gap(branch, index, directory.at(place).item, place);
  caret_.item = kNone;
  if (observers_->has(Observers::Kind::kUpdateV1)) write_erased(erased);
  end();
  return true;
}

}  // namespace tidemark::crdt
