// Setting an entry of a map that had a value before, or taking it out: what the general path does
// with a transaction and three rounds of merging, done at the one or two items that such an edit
// touches. It declines wherever the two could differ.
#include "base/assert.h"
#include "crdt/internal/document.h"
#include "crdt/internal/update/wire.h"

namespace tidemark::crdt {
namespace {

uint8_t* put_id(uint8_t* at, uint64_t client, uint32_t clock) {
  return put_varuint(put_varuint(at, client), clock);
}

}  // namespace

// Whether the item is the latest of its key, in a type that lives, and holds nothing that others
// would have to hear of if it went.
bool Document::may_replace(const Item& item) const {
  if (item.is_gc() || !item.has(Item::kHasKey) || item.right != kNone || item.has(Item::kKeep) ||
      observers_->has(Observers::Kind::kHistory)) {
    return false;
  }
  const bool holds_more = item.ref() == Ref::kType || item.ref() == Ref::kDoc;
  if (holds_more && !item.is_deleted()) return false;
  const Branch& map = store.branches[item.parent];
  return !map.cleans_formatting && (map.item == kNone || !store.items[map.item].is_deleted());
}

bool Document::set_plain(BranchHandle branch, KeyId key, Bytes value) {
  if (key == kNone || !may_begin_shortcut() || own_client_ == kNoClient) return false;
  // Its first words may be more than this.
  if (store.clients[own_client_].state == 0) return false;
  const ItemHandle left = store.entry(store.branches[branch], key);
  if (left == kNone || !may_replace(store.items[left])) return false;
  begin_shortcut(branch);
  replace(left, own_client_, value);
  end();
  return true;
}

bool Document::unset_plain(BranchHandle branch, KeyId key) {
  if (!may_begin_shortcut()) return false;
  const ItemHandle last = store.entry(store.branches[branch], key);
  return last != kNone && unset(last, 0, true);
}

bool Document::unset(ItemHandle last, uint64_t origin, bool is_local) {
  const Item& item = store.items[last];
  if (item.is_deleted() || !may_replace(item)) return false;
  begin_shortcut(item.parent, origin, is_local);
  forget_caret();
  retire(last);
  if (observers_->has(Observers::Kind::kUpdateV1)) write_erased(brief_.erased);
  end();
  return true;
}

void Document::replace(ItemHandle left, ClientIndex writer, Bytes value) {
  forget_caret();
  note_writer(writer);
  const BranchHandle branch = store.items[left].parent;
  const KeyId key = store.items[left].leaf_or_key;
  const ItemHandle handle = store.new_item_between({branch, left}, writer, Ref::kAny, 1);
  Item& item = store.items[handle];
  item.leaf_or_key = key;
  item.set(Item::kHasKey);
  item.set(Item::kHasSpan);
  item.content = store.new_span(value, kNone);
  store.link(handle, left, kNone);
  store.entries(store.branches[branch]).assign(key, handle);
  store.append(handle);
  const bool is_told = observers_->has(Observers::Kind::kUpdateV1);
  if (!store.items[left].is_deleted()) retire(left);
  if (is_told) write_replaced(item, value);
}

// Deletes and collects the value, whose tombstone then may merge with those to its left: what is to
// its right in the chain of the key is alive or not there.
void Document::retire(ItemHandle handle) {
  Item& item = store.items[handle];
  Client& client = store.clients[item.client()];
  const uint32_t clock = item.clock;
  brief_.erased = {item.client(), clock, item.len};
  client.deleted.add(clock, item.len);
  store.drop_content(item);
  item.assign_ref(Ref::kDeleted);
  item.set(Item::kDeleted);
  if (item.left == kNone) return;
  const Item& left = store.items[item.left];
  if (left.ref() != Ref::kDeleted || left.client() != item.client() || left.end_clock() != clock) {
    return;
  }
  merge_down_to(client, client.directory.find(clock), clock);
}

void Document::write_replaced(const Item& item, Bytes value) {
  constexpr size_t kMaxRest = 80;
  shortcut_.resize(static_cast<uint32_t>(kMaxRest + value.size()));
  uint8_t* at = shortcut_.begin();
  *at++ = 1;
  *at++ = 1;
  at = put_id(at, store.clients[item.client()].id, item.clock);
  *at++ = kHasOrigin | kHasKey | static_cast<uint8_t>(Ref::kAny);
  at = put_id(at, store.clients[item.origin_client()].id, item.origin_clock);
  *at++ = 1;
  copy_short(at, value.data(), value.size());
  at += value.size();
  const TransactionRecord::Deleted& erased = brief_.erased;
  *at++ = erased.len > 0 ? 1 : 0;
  if (erased.len > 0) {
    at = put_varuint(at, store.clients[erased.client].id);
    *at++ = 1;
    at = put_varuint(put_varuint(at, erased.clock), erased.len);
  }
  shortcut_.resize(static_cast<uint32_t>(at - shortcut_.begin()));
}

// One section with one value for a key, and nothing deleted but the value before it.
bool Document::apply_entry(Decoder from, uint64_t origin) {
  if (from.read_byte() != 1 || from.read_byte() != 1) return false;
  const WireId id = read_id(from);
  constexpr uint8_t kInfo = kHasOrigin | kHasKey | static_cast<uint8_t>(Ref::kAny);
  if (from.read_byte() != kInfo) return false;
  const WireId left_id = read_id(from);
  if (from.read_byte() != 1) return false;
  const uint8_t* const begin = from.cursor();
  Nesting nesting(kPlainNesting);
  if (!skip_any(from, nesting)) return false;
  const Bytes value(begin, static_cast<size_t>(from.cursor() - begin));

  const ClientIndex client = store.find_client(id.client);
  const ClientIndex left_client = store.find_client(left_id.client);
  if (client == kNoClient || left_client == kNoClient || id.client == client_id_) return false;
  const uint32_t state = store.clients[client].state;
  if (state == 0 || id.clock != state || state >= kHighestClock ||
      left_id.clock >= store.clients[left_client].state) {
    return false;
  }
  const ItemHandle left = store.find(left_client, static_cast<uint32_t>(left_id.clock));
  const Item& item = store.items[left];
  if (left_id.clock != item.last_clock() || !may_replace(item)) return false;
  // Whatever else is deleted is for the general path.
  if (from.read_byte() != (item.is_deleted() ? 0 : 1)) return false;
  if (!item.is_deleted()) {
    const bool is_of_left = from.read_varuint() == left_id.client && from.read_byte() == 1 &&
                            from.read_varuint() == item.clock && from.read_varuint() == item.len;
    if (!is_of_left) return false;
  }
  if (!from.ok()) return false;
  begin_shortcut(item.parent, origin, false);
  replace(left, client, value);
  end();
  return true;
}

}  // namespace tidemark::crdt
