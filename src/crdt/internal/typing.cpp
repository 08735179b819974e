// Shortcuts for the edits that people make most: typing on, backspacing on, deleting on. Each does
// in a few steps what the general path does by inserting or splitting an item, deleting, collecting
// and merging it again; it declines wherever the two could differ.
#include <cstring>

#include "base/assert.h"
#include "crdt/internal/document.h"

namespace tidemark::crdt {
namespace {

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

}  // namespace

void Document::take_hint() {
  const Hint hint = std::exchange(hint_, {});
  if (hint.kind == Hint::Kind::kCaret) note_caret(hint.branch, hint.index);
  if (hint.kind == Hint::Kind::kGap) note_gap(hint.branch, hint.index);
}

void Document::note_caret(BranchHandle branch, uint32_t end_index) {
  const Directory& directory = store.clients[own_client_].directory;
  caret_ = {branch, directory.at(directory.last()).item, end_index, false};
}

// Whether a character typed at the caret would only make its item longer.
bool Document::may_type_on() const {
  const Item& item = store.items[caret_.item];
  if (item.client() != own_client_ || item.end_clock() != store.clients[own_client_].state ||
      item.parent != caret_.branch || !is_plain_text(item)) {
    return false;
  }
  if (item.right == kNone) return !item.has_right_origin();
  const Item& right = store.items[item.right];
  return !right.is_deleted() && item.right_origin_client == right.client() &&
         item.right_origin_clock == right.clock;
}

bool Document::type_on(BranchHandle branch, uint32_t index, std::string_view utf8, uint32_t units) {
  if (caret_.item == kNone || caret_.branch != branch || caret_.end_index != index) return false;
  if (utf8.size() != units) return false;
  if (!caret_.is_checked && !may_type_on()) return false;
  caret_.is_checked = true;
  const Item& item = store.items[caret_.item];
  if (!store.pool.extend(item.client(), item.content + item.len, as_bytes(utf8))) return false;
  begin_shortcut(branch);
  lengthen(caret_.item, units);
  caret_.end_index += units;
  gap_.first = kNone;
  if (observers_->has(Observers::Kind::kUpdateV1)) {
    write_inserted(item, brief_.before, utf8);
    if (units == 1) keystroke_.item = caret_.item;
  }
  end();
  return true;
}

// The next character of somebody who types: nothing else has been edited since the last one, so all
// that type_on() looks at still holds.
bool Document::type_character(BranchHandle branch, uint32_t index, char character) {
  const bool is_next = caret_.item != kNone && caret_.is_checked && caret_.end_index == index &&
                       caret_.branch == branch;
  if (!is_next || !may_begin_shortcut()) return false;
  Item& item = store.items[caret_.item];
  Client& own = store.clients[own_client_];
  const bool is_told = observers_->has(Observers::Kind::kUpdateV1);
  if (is_told && !write_keystroke(own.state, character)) return false;
  if (!store.pool.extend(item.client(), item.content + item.len, character)) return false;
  begin_shortcut(branch);
  note_writer(own_client_);
  ++own.state;
  ++item.len;
  Branch& text = store.branches[branch];
  ++text.length;
  if (text.tree != kNone) store.index().update_later(caret_.item);
  ++caret_.end_index;
  gap_.first = kNone;
  end();
  return true;
}

// The client's last item grows by text that is in the pool already.
void Document::lengthen(ItemHandle handle, uint32_t units) {
  Item& item = store.items[handle];
  note_writer(item.client());
  store.clients[item.client()].state += units;
  item.len += units;
  Branch& text = store.branches[item.parent];
  text.length += units;
  if (text.tree != kNone) store.index().update_later(handle);
}

// Turns the update of the last keystroke into that of the next one.
bool Document::write_keystroke(uint32_t clock, char character) {
  // Where the lowest seven bits of either clock turn over, more than one byte changes.
  const bool turns_over = (clock & 0x7f) < 2;
  if (keystroke_.item != caret_.item || keystroke_.clock + 1 != clock || turns_over) return false;
  keystroke_.clock = clock;
  ++shortcut_[keystroke_.clock_at];
  ++shortcut_[keystroke_.origin_at];
  shortcut_[keystroke_.text_at] = static_cast<uint8_t>(character);
  return true;
}

// The update of one insertion: of a new item, or of what was added to an item from `clock` on.
void Document::write_inserted(const Item& item, uint32_t clock, std::string_view utf8) {
  shortcut_.resize(static_cast<uint32_t>(kMaxHead + utf8.size()));
  uint8_t* at = shortcut_.begin();
  const auto offset = [&] { return static_cast<uint32_t>(at - shortcut_.begin()); };
  const uint64_t own = store.clients[item.client()].id;
  keystroke_ = {kNone, clock, 0, 0, 0};
  *at++ = 1;
  *at++ = 1;
  at = put_varuint(at, own);
  keystroke_.clock_at = offset();
  at = put_varuint(at, clock);
  const bool is_new = clock == item.clock;
  const bool has_origin = !is_new || item.has_origin();
  const bool has_right = item.has_right_origin();
  *at++ = static_cast<uint8_t>((has_origin ? 0x80 : 0) | (has_right ? 0x40 : 0) |
                               static_cast<int>(Ref::kString));
  if (!is_new) {
    at = put_varuint(at, own);
    keystroke_.origin_at = offset();
    at = put_varuint(at, clock - 1);
  } else if (has_origin) {
    at = put_varuint(at, store.clients[item.origin_client()].id);
    at = put_varuint(at, item.origin_clock);
  }
  if (has_right) {
    at = put_varuint(at, store.clients[item.right_origin_client].id);
    at = put_varuint(at, item.right_origin_clock);
  }
  at = put_varuint(at, utf8.size());
  keystroke_.text_at = offset();
  copy_short(at, utf8.data(), utf8.size());
  at += utf8.size();
  *at++ = 0;
  shortcut_.resize(offset());
}

void Document::write_erased(const TransactionRecord::Deleted& erased) {
  keystroke_.item = kNone;
  shortcut_.resize(kMaxHead);
  uint8_t* at = shortcut_.begin();
  *at++ = 0;
  *at++ = 1;
  at = put_varuint(at, store.clients[erased.client].id);
  *at++ = 1;
  at = put_varuint(at, erased.clock);
  at = put_varuint(at, erased.len);
  shortcut_.resize(static_cast<uint32_t>(at - shortcut_.begin()));
}

void Document::emit_shortcut(uint64_t origin, bool is_local) {
  if (!observers_->has(Observers::Kind::kUpdateV1)) return;
  emit_update(Observers::Kind::kUpdateV1,
              {Bytes(shortcut_.begin(), shortcut_.size()), origin, is_local});
}

void Document::note_gap(BranchHandle branch, uint32_t index) {
  if (!may_take_shortcut(branch)) return;
  ItemHandle first = store.branches[branch].start;
  if (index > 0) {
    const PositionIndex::Place place = find_unit(branch, index - 1);
    if (place.offset + 1 != store.items[place.item].len) return;
    first = store.items[place.item].right;
  }
  if (first == kNone || !store.items[first].is_tombstone()) return;
  open_gap(branch, index, first, store.place_of(store.items[first]));
}

// The tombstones around this one; a long run of them is not worth the walk.
void Document::open_gap(BranchHandle branch, uint32_t index, ItemHandle tombstone,
                        Directory::Position place) {
  constexpr int kMaxSteps = 16;
  gap_ = {branch, tombstone, tombstone, index, place, place};
  const auto is_deleted = [this](ItemHandle item) {
    return item != kNone && store.items[item].is_deleted();
  };
  for (int steps = 0; steps < kMaxSteps && is_deleted(store.items[gap_.first].left); ++steps) {
    gap_.first = store.items[gap_.first].left;
  }
  for (int steps = 0; steps < kMaxSteps && is_deleted(store.items[gap_.last].right); ++steps) {
    gap_.last = store.items[gap_.last].right;
  }
  if (gap_.first != tombstone) gap_.first_place = store.place_of(store.items[gap_.first]);
  if (gap_.last != tombstone) gap_.last_place = store.place_of(store.items[gap_.last]);
}

bool Document::erase_at_gap(BranchHandle branch, uint32_t index, uint32_t units) {
  if (gap_.first == kNone || gap_.branch != branch) return false;
  const Erasure erasure{branch, {kNone, 0}, units, index};
  if (index + units == gap_.index) return erase_before_gap(erasure);
  if (index == gap_.index) return erase_after_gap(erasure);
  return false;
}

bool Document::erase_before_gap(const Erasure& erasure) {
  Item& tombstone = store.items[gap_.first];
  if (tombstone.left == kNone || !tombstone.is_tombstone()) return false;
  const ItemHandle left_handle = tombstone.left;
  Item& left = store.items[left_handle];
  const uint32_t units = erasure.units;
  if (!is_plain_text(left) || left.len <= units || !continues(left, tombstone)) return false;
  // What follows the tombstone might merge now, if it did not have the chance before.
  if (tombstone.right != kNone && store.items[tombstone.right].is_deleted() &&
      continues(tombstone, store.items[tombstone.right])) {
    return false;
  }
  left.len -= units;
  tombstone.clock -= units;
  tombstone.len += units;
  tombstone.origin_clock -= units;
  store.clients[tombstone.client()].directory.change_clock(gap_.first_place, tombstone.clock);
  gap_.index -= units;
  shorten(left_handle, units);
  end_erasure(erasure, {tombstone.client(), tombstone.clock, units});
  return true;
}

bool Document::erase_after_gap(const Erasure& erasure) {
  Item& tombstone = store.items[gap_.last];
  if (tombstone.right == kNone || !tombstone.is_tombstone()) return false;
  const ItemHandle right_handle = tombstone.right;
  Item& right = store.items[right_handle];
  const uint32_t units = erasure.units;
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
  Directory& directory = store.clients[tombstone.client()].directory;
  const uint32_t clock = right.clock;
  tombstone.len += units;
  right.clock += units;
  right.len -= units;
  right.content += units;
  right.origin_clock += units;
  directory.change_clock(directory.next(gap_.last_place), right.clock);
  shorten(right_handle, units);
  end_erasure(erasure, {tombstone.client(), clock, units});
  return true;
}

// The text has fewer units in this item now.
void Document::shorten(ItemHandle item, uint32_t units) {
  store.pool.discard(units);
  Branch& text = store.branches[gap_.branch];
  text.length -= units;
  if (text.tree != kNone) store.index().update_later(item);
}

void Document::end_erasure(const Erasure& erasure, const TransactionRecord::Deleted& erased) {
  begin_shortcut(erasure.branch, erasure.origin, erasure.is_local);
  brief_.erased = erased;
  store.clients[erased.client].deleted.add(erased.clock, erased.len);
  caret_.item = kNone;
  if (observers_->has(Observers::Kind::kUpdateV1)) write_erased(erased);
  end();
}

}  // namespace tidemark::crdt
