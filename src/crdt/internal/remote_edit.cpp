// What peers send most: the update of one keystroke or of one deletion in a text that never had
// formats. Such an update is read and done at once; everything else, and whatever is not plainly
// in order, is left to the general path untouched.
#include <cstring>

#include "base/utf.h"
#include "crdt/internal/document.h"
#include "crdt/internal/update/wire.h"

namespace tidemark::crdt {
namespace {

// Stands for the end of the list in place of a right origin; no clock is that high.
constexpr WireId kListEnd{0, ~uint64_t{0}};

bool is_listed_item(const Item& item) { return !item.is_gc() && !item.has(Item::kHasKey); }

}  // namespace

bool Document::may_take_remote_shortcut() const {
  return uses_fast_paths && is_idle() && observers_->is_empty() && !has_pending() &&
         collects_at_once();
}

bool Document::apply_plain(Bytes update, uint64_t origin) {
  if (apply_keystroke(update, origin)) return true;
  Decoder from(update);
  switch (from.read_byte()) {
    case 0: return apply_erasure(from, origin);
    case 1: return apply_insertion(from, origin) || apply_entry(Decoder(update), origin);
    default: return false;
  }
}

// One section with one string, and nothing deleted.
bool Document::apply_insertion(Decoder& from, uint64_t origin) {
  if (from.read_byte() != 1) return false;
  PeerKeystroke latest;
  const uint64_t writer = from.read_varuint();
  latest.clock_at = static_cast<uint32_t>(from.position());
  const WireId id{writer, from.read_varuint()};
  const uint8_t flags = from.read_byte();
  if ((flags & ~kHasRightOrigin) != (kHasOrigin | static_cast<uint8_t>(Ref::kString))) return false;
  const uint64_t left_writer = from.read_varuint();
  latest.origin_at = static_cast<uint32_t>(from.position());
  const WireId left{left_writer, from.read_varuint()};
  const WireId right = (flags & kHasRightOrigin) != 0 ? read_id(from) : kListEnd;
  const std::string_view utf8 = as_text(from.read_varbytes());
  if (from.read_byte() != 0 || !from.ok() || utf8.empty() || !is_ascii(utf8)) return false;
  const ClientIndex client = store.find_client(id.client);
  if (client == kNoClient || id.client == client_id_) return false;
  const auto units = static_cast<uint32_t>(utf8.size());
  const uint32_t state = store.clients[client].state;
  if (id.clock != state || state == 0 || id.clock + units > kHighestClock) return false;
  const uint32_t epoch = epoch_;
  if (left.client == id.client && left.clock + 1 == state &&
      append_remote(store.clients[client], utf8, units, right, origin)) {
    if (units == 1 && !was_answered(epoch)) {
      latest.client = client;
      latest.clock = state;
      const Directory& directory = store.clients[client].directory;
      peer_keystrokes_.expect(from.input(), latest, directory.at(directory.last()).item);
    }
    return true;
  }
  return insert_remote(client, utf8, units, left, right, origin);
}

// Whose next character this is, if it may be put where the last one is.
PeerKeystroke* Document::expected_keystroke(Bytes update) {
  const auto is_of = [update](const PeerKeystroke& expected) {
    const size_t text_at = expected.size - 2;
    return update.size() == expected.size &&
           std::memcmp(update.data(), expected.bytes, text_at) == 0 && update[text_at] < 0x80 &&
           update[text_at + 1] == 0;
  };
  // Nothing else has been edited since, so all that was looked at then still holds.
  PeerKeystroke* expected = peer_keystrokes_.latest();
  if (expected != nullptr && is_of(*expected)) return expected;
  Decoder from(update);
  if (from.read_byte() != 1 || from.read_byte() != 1) return nullptr;
  expected = peer_keystrokes_.of(store.find_client(from.read_varuint()));
  if (expected == nullptr || !is_of(*expected)) return nullptr;
  if (expected->item >= store.items.size()) return nullptr;
  const Item& item = store.items[expected->item];
  const bool is_last = item.client() == expected->client && item.end_clock() == expected->clock &&
                       store.clients[expected->client].state == expected->clock;
  return is_last && may_append(item) ? expected : nullptr;
}

bool Document::apply_keystroke(Bytes update, uint64_t origin) {
  PeerKeystroke* const expected = expected_keystroke(update);
  if (expected == nullptr) return false;
  const ItemHandle handle = expected->item;
  const Item& item = store.items[handle];
  if (!store.pool.extend(item.client(), item.content + item.len,
                         update.subspan(update.size() - 2, 1))) {
    return false;
  }
  begin_shortcut(item.parent, origin, false);
  forget_caret();
  lengthen(handle, 1);
  if (observers_->has(Observers::Kind::kUpdateV1)) {
    shortcut_.resize(static_cast<uint32_t>(update.size()));
    std::memcpy(shortcut_.begin(), update.data(), update.size());
  }
  const uint32_t epoch = epoch_;
  end();
  // Who heard of it may have edited, and forgotten what was expected.
  if (!was_answered(epoch)) peer_keystrokes_.expect_next(*expected, handle);
  return true;
}

// Whether this text, the last of its writer, may grow: nothing has come behind it since.
bool Document::may_append(const Item& item) const {
  if (item.ref() != Ref::kString || item.is_deleted() || item.has(Item::kHasSpan) ||
      item.has(Item::kKeep) || item.has(Item::kHasKey)) {
    return false;
  }
  if (item.right == kNone) {
    if (item.has_right_origin()) return false;
  } else {
    const Item& next = store.items[item.right];
    if (item.right_origin_client != next.client() || item.right_origin_clock != next.clock) {
      return false;
    }
  }
  const Branch& text = store.branches[item.parent];
  if (text.cleans_formatting) return false;
  return text.item == kNone || !store.items[text.item].is_deleted();
}

// The writer types on.
bool Document::append_remote(const Client& client, std::string_view utf8, uint32_t units,
                             WireId right, uint64_t origin) {
  const ItemHandle handle = client.directory.at(client.directory.last()).item;
  const Item& item = store.items[handle];
  if (!may_append(item)) return false;
  const WireId right_origin =
      item.has_right_origin()
          ? WireId{store.clients[item.right_origin_client].id, item.right_origin_clock}
          : kListEnd;
  if (right != right_origin) return false;
  if (!store.pool.extend(item.client(), item.content + item.len, as_bytes(utf8))) return false;
  begin_shortcut(item.parent, origin, false);
  lengthen(handle, units);
  if (observers_->has(Observers::Kind::kUpdateV1)) write_inserted(item, brief_.before, utf8);
  forget_caret();
  end();
  return true;
}

// The writer types between two units that nothing has come between.
bool Document::insert_remote(ClientIndex client, std::string_view utf8, uint32_t units, WireId left,
                             WireId right, uint64_t origin) {
  const ClientIndex left_client = store.find_client(left.client);
  if (left_client == kNoClient || left.clock >= store.clients[left_client].state) return false;
  const auto left_clock = static_cast<uint32_t>(left.clock);
  const ItemHandle handle = store.find(left_client, left_clock);
  const Item& item = store.items[handle];
  if (!is_listed_item(item)) return false;
  if (left_clock < item.last_clock()) {
    if (right != WireId{left.client, left.clock + 1}) return false;
  } else if (item.right == kNone) {
    if (right != kListEnd) return false;
  } else {
    const Item& next = store.items[item.right];
    if (right != WireId{store.clients[next.client()].id, next.clock}) return false;
  }
  const Branch& text = store.branches[item.parent];
  if (text.cleans_formatting) return false;
  if (text.item != kNone && store.items[text.item].is_deleted()) return false;
  begin_shortcut(item.parent, origin, false);
  forget_caret();
  Seam seam{item.parent};
  cut(seam, handle, left_clock - item.clock + 1);
  insert_at(seam, client, utf8, units);
  end();
  return true;
}

// One range of one client, within one item of a list, or all of one entry.
bool Document::apply_erasure(Decoder& from, uint64_t origin) {
  if (from.read_byte() != 1) return false;
  const uint64_t id = from.read_varuint();
  if (from.read_byte() != 1) return false;
  const uint64_t first = from.read_varuint();
  const uint64_t len = from.read_varuint();
  if (!from.ok() || len == 0 || len > kHighestClock || first > kHighestClock) return false;
  const ClientIndex client = store.find_client(id);
  if (client == kNoClient || first + len > store.clients[client].state) return false;
  const auto clock = static_cast<uint32_t>(first);
  Erasure erasure{kNone,  {kNone, 0}, static_cast<uint32_t>(len), Erasure::kUnknownIndex,
                  origin, false};
  const auto cleans_formatting = [this](BranchHandle branch) {
    return store.branches[branch].cleans_formatting;
  };
  if (gap_.first != kNone && !may_keep(gap_.branch, origin)) {
    const Item& tombstone = store.items[gap_.first];
    const Item& last = store.items[gap_.last];
    erasure.branch = gap_.branch;
    gap_.index = Erasure::kUnknownIndex;
    if (tombstone.client() == client && tombstone.clock == first + len && tombstone.left != kNone &&
        !cleans_formatting(gap_.branch) && erase_before_gap(erasure)) {
      return true;
    }
    if (last.client() == client && last.end_clock() == first && !cleans_formatting(gap_.branch) &&
        erase_after_gap(erasure)) {
      return true;
    }
  }
  const ItemHandle handle = store.find(client, clock);
  const Item& item = store.items[handle];
  if (!item.is_gc() && item.has(Item::kHasKey)) {
    return item.clock == clock && item.len == len && unset(handle, origin, false);
  }
  if (!is_listed_item(item) || cleans_formatting(item.parent)) return false;
  if (may_keep(item.parent, origin)) return false;
  erasure.branch = item.parent;
  erasure.from = {handle, clock - item.clock};
  return erase_within(erasure);
}

}  // namespace tidemark::crdt
