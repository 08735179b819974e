// Local edits of text that never had formats, as most text is: what the general path does with a
// cursor, a transaction and three rounds of merging, done at the one place that such an edit
// touches. It declines wherever the two could differ.
#include "base/assert.h"
#include "crdt/internal/document.h"

namespace tidemark::crdt {

// As the first thing that a local transaction does.
bool Document::may_begin_shortcut() const {
  using Stage = BriefTransaction::Stage;
  const bool is_first_edit =
      queue_.is_empty() &&
      (brief_.stage == Stage::kIdle || (brief_.stage == Stage::kBegun && brief_.is_local));
  return uses_fast_paths && is_first_edit && observers_->is_empty() && collects_at_once();
}

bool Document::may_take_shortcut(BranchHandle branch) const {
  return may_begin_shortcut() && !store.branches[branch].has_formatting;
}

// A transaction that is open already keeps its origin.
void Document::begin_shortcut(BranchHandle branch, uint64_t origin, bool is_local) {
  encoded_.forget();
  if (depth_++ == 0) {
    brief_.origin = origin;
    brief_.is_local = is_local;
  }
  brief_.stage = BriefTransaction::Stage::kEdited;
  brief_.branch = branch;
  brief_.writer = kNoClient;
  brief_.erased.len = 0;
  peer_keystrokes_.note_edit();
}

// The shortcut is about to add to what this client wrote.
void Document::note_writer(ClientIndex writer) {
  brief_.writer = writer;
  brief_.before = store.clients[writer].state;
}

bool Document::insert_plain(BranchHandle branch, uint32_t index, std::string_view utf8,
                            uint32_t units) {
  if (!may_take_shortcut(branch)) return false;
  return type_on(branch, index, utf8, units) || insert_between(branch, index, utf8, units);
}

bool Document::erase_plain(BranchHandle branch, uint32_t index, uint32_t units) {
  if (!may_take_shortcut(branch) || may_keep(branch, depth_ == 0 ? 0 : brief_.origin)) {
    return false;
  }
  return erase_at_gap(branch, index, units) ||
         erase_within({branch, find_unit(branch, index), units, index});
}

bool Document::insert_between(BranchHandle branch, uint32_t index, std::string_view utf8,
                              uint32_t units) {
  const BranchHandle holder = store.branches[branch].item;
  if (holder != kNone && store.items[holder].is_deleted()) return false;
  if (store.branches[branch].start == kNone) return false;
  if (own_client_ == kNoClient) own_client_ = store.add_client(client_id_);
  // Its first words are more than this.
  const bool has_yet_to_claim =
      rule() != IntegrationRule::kYata && store.clients[own_client_].state == 0;
  if (has_yet_to_claim) return false;
  Seam seam{branch, kNone, store.branches[branch].start};
  if (index > 0) {
    const PositionIndex::Place before = find_unit(branch, index - 1);
    cut(seam, before.item, before.offset + 1);
  }
  // What is inserted comes behind the tombstones at its place.
  skip_tombstones(branch, seam.left, seam.right);
  begin_shortcut(branch);
  const ItemHandle typed = insert_at(seam, own_client_, utf8, units);
  caret_ = {branch, typed, index + units, false};
  gap_.first = kNone;
  end();
  return true;
}

// Opens the list behind this many units of the item.
void Document::cut(Seam& seam, ItemHandle item, uint32_t offset) {
  seam.left = item;
  if (offset < store.items[item].len) {
    seam.rest_place = store.place_of(store.items[item]);
    seam.rest = store.split(item, offset, seam.rest_place);
  }
  seam.right = store.items[item].right;
}

// The item that the text is part of then.
ItemHandle Document::insert_at(const Seam& seam, ClientIndex writer, std::string_view utf8,
                               uint32_t units) {
  Client& client = store.clients[writer];
  const bool may_merge = seam.left != kNone && !client.directory.is_empty() &&
                         client.directory.at(client.directory.last()).item == seam.left;
  ItemHandle holder = append_text(seam, writer, utf8, units);
  size_t merged;
  if (may_merge) {
    merge_leftwards(client, client.directory.last(), merged);
    holder = client.directory.at(client.directory.last()).item;
  }
  if (seam.rest != kNone) {
    // What follows the part cut off might merge now, if it did not have the chance before.
    Client& other = store.clients[store.items[seam.rest].client()];
    if (!other.directory.is_last(seam.rest_place)) {
      merge_leftwards(other, other.directory.next(seam.rest_place), merged);
    }
  }
  if (observers_->has(Observers::Kind::kUpdateV1)) {
    write_inserted(store.items[holder], brief_.before, utf8);
  }
  return holder;
}

// The writer's next item, linked, indexed and in the directory.
ItemHandle Document::append_text(const Seam& seam, ClientIndex writer, std::string_view utf8,
                                 uint32_t units) {
  note_writer(writer);
  const ItemHandle handle = store.new_item_between(seam, writer, Ref::kString, units);
  Item& item = store.items[handle];
  store.assign_text(item, utf8);
  store.link(handle, seam.left, seam.right);
  store.append(handle);
  store.branches[seam.branch].length += units;
  return handle;
}

// At the end of an item that borders on a tombstone only the boundary between the two moves.
bool Document::erase_beside_tombstone(const Erasure& erasure) {
  const Item& item = store.items[erasure.from.item];
  const Directory& directory = store.clients[item.client()].directory;
  const Directory::Position place = store.place_of(item);
  const bool is_at_front = erasure.from.offset == 0;
  const bool is_at_back = erasure.from.offset + erasure.units == item.len;
  if (is_at_front == is_at_back) return false;
  if (is_at_front ? directory.is_first(place) : directory.is_last(place)) return false;
  const Directory::Position beside =
      is_at_front ? directory.previous(place) : directory.next(place);
  const ItemHandle tombstone = directory.at(beside).item;
  if ((is_at_front ? item.left : item.right) != tombstone) return false;
  if (!store.items[tombstone].is_tombstone()) return false;
  const uint32_t index = is_at_front ? erasure.index : erasure.index + erasure.units;
  gap_ = {erasure.branch, tombstone, tombstone, index, beside, beside};
  if (is_at_front ? erase_after_gap(erasure) : erase_before_gap(erasure)) return true;
  gap_.first = kNone;
  return false;
}

bool Document::erase_within(const Erasure& erasure) {
  ItemHandle target = erasure.from.item;
  {
    const Item& item = store.items[target];
    if (item.ref() != Ref::kString || item.has(Item::kKeep) || item.is_deleted()) return false;
    if (item.len - erasure.from.offset < erasure.units) return false;
  }
  if (erase_beside_tombstone(erasure)) return true;

  const ClientIndex writer = store.items[target].client();
  Client& client = store.clients[writer];
  const Directory& directory = client.directory;
  Directory::Position place = directory.find(store.items[target].clock);
  if (erasure.from.offset > 0) target = store.split(target, erasure.from.offset, place);
  if (erasure.units < store.items[target].len) {
    store.split(target, erasure.units, place);
    // What follows the part cut off might merge now, if it did not have the chance before.
    size_t merged;
    if (!directory.is_last(place)) merge_leftwards(client, directory.next(place), merged);
    place = directory.previous(place);
  }
  Item& item = store.items[target];
  const uint32_t clock = item.clock;
  store.drop_content(item);
  item.assign_ref(Ref::kDeleted);
  item.set(Item::kDeleted);
  Branch& text = store.branches[erasure.branch];
  text.length -= erasure.units;
  if (text.tree != kNone) store.index().update(target);
  size_t merged = 0;
  if (!directory.is_last(place)) {
    place = merge_leftwards(client, directory.next(place), merged);
    if (merged == 0) place = directory.previous(place);
  }
  if (merged == 0) place = merge_leftwards(client, place, merged);
  open_gap(erasure.branch, erasure.index, directory.at(place).item, place);
  end_erasure(erasure, {writer, clock, erasure.units});
  return true;
}

}  // namespace tidemark::crdt
