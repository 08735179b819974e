// Shortcuts for the edits that people make most: typing on, backspacing on, deleting on. Each does
// in a few steps what the general path does by inserting or splitting an item, deleting, collecting
// and merging it again; it declines wherever the two could differ.
#include <cstring>

#include "base/assert.h"
#include "crdt/internal/document.h"

namespace tidemark::crdt {
namespace {

uint8_t* put_varuint(uint8_t* at, uint64_t value) {
  while (value >= 0x80) {
    *at++ = static_cast<uint8_t>(value | 0x80);
    value >>= 7;
  }
  *at++ = static_cast<uint8_t>(value);
  return at;
}

// Bytes of the longest update that a shortcut emits, without the text.
constexpr size_t kMaxHead = 80;

bool same_right_origin(const Item& a, const Item& b) {
  return a.right_origin_client == b.right_origin_client &&
         (!a.has_right_origin() || a.right_origin_clock == b.right_origin_clock);
}

// Whether `right` would merge into `left` but for whether they are deleted.
bool continues(const Item& left, const Item& right) {
  return right.client() == left.client() && right.clock == left.end_clock() &&
         right.origin_client() == left.client() && right.origin_clock == left.last_clock() &&
         same_right_origin(left, right);
}

// Text whose units are its bytes.
bool is_plain_text(const Item& item) {
  return item.ref() == Ref::kString && !item.is_deleted() && !item.has(Item::kHasSpan) &&
         !item.has(Item::kKeep);
}

bool is_tombstone(const Item& item) {
  return item.ref() == Ref::kDeleted && !item.has(Item::kKeep);
}

}  // namespace

bool Document::may_take_shortcut(BranchHandle branch) const {
  return uses_fast_paths && queue_.empty() && observers_->is_empty() &&
         !observers_->has(Observers::Kind::kUpdateV2) && options_.collects_garbage &&
         !store.branches[branch].has_formatting;
}

void Document::note_caret(BranchHandle branch, uint32_t state, uint32_t end_index) {
  // Observers may have written since.
  if (!queue_.empty() || own_state() != state || state == 0) return;
  const Directory& directory = store.clients[own_client_].directory;
  caret_ = {branch, directory.at(directory.last()).item, end_index};
}

bool Document::type_on(BranchHandle branch, uint32_t index, std::string_view utf8, uint32_t units) {
  if (caret_.item == kNone || caret_.branch != branch || caret_.end_index != index ||
      !may_take_shortcut(branch)) {
    return false;
  }
  Item& item = store.items[caret_.item];
  Client& own = store.clients[own_client_];
  if (item.client() != own_client_ || item.end_clock() != own.state || item.parent != branch ||
      !is_plain_text(item) || utf8.size() != units) {
    return false;
  }
  if (item.right == kNone) {
    if (item.has_right_origin()) return false;
  } else {
    const Item& right = store.items[item.right];
    if (right.is_deleted() || item.right_origin_client != right.client() ||
        item.right_origin_clock != right.clock) {
      return false;
    }
  }
  if (!store.pool.extend(item.content + item.len, as_bytes(utf8))) return false;
  const uint32_t clock = own.state;
  own.state += units;
  item.len += units;
  Branch& text = store.branches[branch];
  text.length += units;
  if (text.tree != kNone) store.index.update_later(caret_.item);
  caret_.end_index += units;
  gap_.first = kNone;
  if (observers_->has(Observers::Kind::kUpdateV1)) emit_typed(item, clock, utf8);
  return true;
}

void Document::emit_typed(const Item& item, uint32_t clock, std::string_view utf8) {
  shortcut_.resize(kMaxHead + utf8.size());
  uint8_t* at = shortcut_.data();
  const uint64_t own = store.clients[own_client_].id;
  *at++ = 1;
  *at++ = 1;
  at = put_varuint(at, own);
  at = put_varuint(at, clock);
  const bool has_right = item.has_right_origin();
  *at++ = static_cast<uint8_t>(0x80 | (has_right ? 0x40 : 0) | static_cast<int>(Ref::kString));
  at = put_varuint(at, own);
  at = put_varuint(at, clock - 1);
  if (has_right) {
    at = put_varuint(at, store.clients[item.right_origin_client].id);
    at = put_varuint(at, item.right_origin_clock);
  }
  at = put_varuint(at, utf8.size());
  std::memcpy(at, utf8.data(), utf8.size());
  at += utf8.size();
  *at++ = 0;
  shortcut_.resize(static_cast<size_t>(at - shortcut_.data()));
  emit_shortcut();
}

void Document::emit_erased(ClientIndex client, uint32_t clock, uint32_t units) {
  if (!observers_->has(Observers::Kind::kUpdateV1)) return;
  shortcut_.resize(kMaxHead);
  uint8_t* at = shortcut_.data();
  *at++ = 0;
  *at++ = 1;
  at = put_varuint(at, store.clients[client].id);
  *at++ = 1;
  at = put_varuint(at, clock);
  at = put_varuint(at, units);
  shortcut_.resize(static_cast<size_t>(at - shortcut_.data()));
  emit_shortcut();
}

void Document::emit_shortcut() {
  // A record in the queue makes edits by observers wait their turn.
  if (spare_.empty()) spare_.push_back(std::make_unique<TransactionRecord>());
  queue_.push_back(std::move(spare_.back()));
  spare_.pop_back();
  emit_update(Observers::Kind::kUpdateV1, {shortcut_, 0, true});
  finish_queue(1);
}

void Document::note_gap(BranchHandle branch, uint32_t index) {
  if (!may_take_shortcut(branch)) return;
  ItemHandle first = store.branches[branch].start;
  if (index > 0) {
    const PositionIndex::Place place = find_unit(branch, index - 1);
    if (place.offset + 1 != store.items[place.item].len) return;
    first = store.items[place.item].right;
  }
  if (first == kNone || !is_tombstone(store.items[first])) return;
  // A long run of tombstones is not worth the walk.
  constexpr int kMaxSteps = 16;
  ItemHandle last = first;
  for (int steps = 0; steps < kMaxSteps; ++steps) {
    const ItemHandle next = store.items[last].right;
    if (next == kNone || !store.items[next].is_deleted()) break;
    last = next;
  }
  const auto place_of = [this](ItemHandle item) { return store.place_of(store.items[item]); };
  gap_ = {branch, first, last, index, place_of(first), place_of(last)};
}

bool Document::erase_at_caret(BranchHandle branch, uint32_t index, uint32_t units) {
  if (gap_.first == kNone || gap_.branch != branch || !may_take_shortcut(branch)) return false;
  if (index + units == gap_.index) return erase_before_gap(units);
  if (index == gap_.index) return erase_after_gap(units);
  return false;
}

bool Document::erase_before_gap(uint32_t units) {
  Item& tombstone = store.items[gap_.first];
  if (tombstone.left == kNone) return false;
  const ItemHandle left_handle = tombstone.left;
  Item& left = store.items[left_handle];
  if (!is_plain_text(left) || left.len <= units || !continues(left, tombstone)) return false;
  // What follows the tombstone might merge now, if it did not have the chance before.
  if (tombstone.right != kNone && store.items[tombstone.right].is_deleted() &&
      continues(tombstone, store.items[tombstone.right])) {
    return false;
  }
  Client& client = store.clients[tombstone.client()];
  left.len -= units;
  tombstone.clock -= units;
  tombstone.len += units;
  tombstone.origin_clock -= units;
  client.directory.change_clock(gap_.first_place, tombstone.clock);
  gap_.index -= units;
  finish_erasure(left_handle, units);
  emit_erased(tombstone.client(), tombstone.clock, units);
  return true;
}

bool Document::erase_after_gap(uint32_t units) {
  Item& tombstone = store.items[gap_.last];
  if (tombstone.right == kNone || !is_tombstone(tombstone)) return false;
  const ItemHandle right_handle = tombstone.right;
  Item& right = store.items[right_handle];
  if (!is_plain_text(right) || right.len <= units || !continues(tombstone, right)) return false;
  // The neighbours by clock might merge now, if they did not have the chance before.
  if (tombstone.left != kNone && store.items[tombstone.left].is_deleted() &&
      continues(store.items[tombstone.left], tombstone)) {
    return false;
  }
  if (right.right != kNone && !store.items[right.right].is_deleted() &&
      continues(right, store.items[right.right])) {
    return false;
  }
  Client& client = store.clients[tombstone.client()];
  const uint32_t clock = right.clock;
  tombstone.len += units;
  right.clock += units;
  right.len -= units;
  right.content += units;
  right.origin_clock += units;
  client.directory.change_clock(client.directory.next(gap_.last_place), right.clock);
  finish_erasure(right_handle, units);
  emit_erased(tombstone.client(), clock, units);
  return true;
}

// What both directions have in common: the text has fewer units in this item now.
void Document::finish_erasure(ItemHandle shortened, uint32_t units) {
  store.clients[store.items[shortened].client()].is_deleted_stale = true;
  store.pool.discard(units);
  Branch& text = store.branches[gap_.branch];
  text.length -= units;
  if (text.tree != kNone) store.index.update_later(shortened);
  caret_.item = kNone;
}

}  // namespace tidemark::crdt
