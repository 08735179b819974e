// Everything a document holds, as records that refer to each other by handle, and the moves that
// concern one or two of them. Rules that span a transaction live in Document.
//  (1) A client's items cover the clocks from 0 to its state without gaps.
//  (2) Every live item is in exactly one directory; neighbours name each other.
//  (3) Keys are interned once; their text never moves.
//  (4) A client's deleted ranges are the clocks of its deleted items.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/on_demand.h"
#include "crdt/internal/store/deleted_ranges.h"
#include "crdt/internal/store/directory.h"
#include "crdt/internal/store/element_marks.h"
#include "crdt/internal/store/item.h"
#include "crdt/internal/store/pool.h"
#include "crdt/internal/store/position_index.h"
#include "crdt/internal/store/slot_table.h"
#include "crdt/state_vector.h"

namespace tidemark::crdt {

// One unit, by who wrote it and when.
struct UnitId {
  ClientIndex client;
  uint32_t clock;
};

// A place in a list where something is about to stand.
struct Seam {
  BranchHandle branch;
  ItemHandle left = kNone;
  ItemHandle right = kNone;
  ItemHandle rest = kNone;  // what was cut off `left` for it
  Directory::Position rest_place{};
};

struct Client {
  Client(uint64_t name, const Slab<Item>& items) : id(name), directory(items) {}

  uint64_t id;
  uint32_t state = 0;    // the next clock
  uint32_t arrival = 0;  // ascends in the order in which the first structs of clients came
  Directory directory;
  // The state at the start of the transaction that is now open, if its number is `epoch`.
  uint32_t before = 0;
  uint32_t epoch = 0;
  DeletedRanges deleted;
};

class StructStore {
 public:
  Slab<Item> items;
  Pool pool;
  std::vector<Client> clients;
  std::vector<Branch> branches;
  uint32_t links = 0;  // how often an item was linked, modulo 2^32

  // --- names and clients
  KeyId intern(std::string_view key);
  // kNone if nobody has interned it.
  KeyId find_key(std::string_view key) const;
  const std::string& key(KeyId id) const { return keys_[id]->text; }
  // kNoClient if unknown.
  ClientIndex find_client(uint64_t id) const {
    const ClientIndex latest = latest_clients_[id % kLatestClients];
    return latest < clients.size() && clients[latest].id == id ? latest : look_up_client(id);
  }
  ClientIndex add_client(uint64_t id) {
    const ClientIndex known = find_client(id);
    return known != kNoClient ? known : new_client(id);
  }
  // The client's first struct is about to come.
  void note_arrival(Client& client) { client.arrival = ++arrivals_; }
  // Client indices by descending id, the order of everything on the wire.
  const std::vector<ClientIndex>& descending() const { return descending_; }
  StateVector state_vector() const;

  // --- positions: of lists that have a tree
  PositionIndex& index() {
    if (index_ == nullptr) index_ = std::make_unique<PositionIndex>(items, spans_, pool);
    return *index_;
  }
  size_t index_memory() const { return index_ == nullptr ? 0 : index_->memory(); }

  // --- items
  ItemHandle new_item();
  // The writer's next item, without content, which names the neighbours at this place as its
  // origins. It is in no list, index or directory yet.
  ItemHandle new_item_between(const Seam& seam, ClientIndex writer, Ref ref, uint32_t len);
  void free_item(ItemHandle handle);
  // The item that holds the clock, which must be below the client's state.
  ItemHandle find(ClientIndex client, uint32_t clock) const;
  Directory::Position place_of(const Item& item) const {
    return clients[item.client()].directory.find(item.clock);
  }
  ItemHandle at(ClientIndex client, Directory::Position position) const {
    return clients[client].directory.at(position).item;
  }
  // The right part of an item cut at `offset` units, linked, indexed and in the directory. `place`
  // is that of the item, and then that of its right part.
  ItemHandle split(ItemHandle left, uint32_t offset, Directory::Position& place);
  ItemHandle split(ItemHandle left, uint32_t offset) {
    Directory::Position place = place_of(items[left]);
    return split(left, offset, place);
  }
  // Whether the right neighbour by clock was merged into the left one. The caller removes it from
  // the directory.
  bool merge(ItemHandle left, ItemHandle right);
  // False of nearly all that merge() would refuse, and of none that it would not.
  bool may_merge(ItemHandle left, ItemHandle right) const {
    return items[left].ref() == items[right].ref() &&
           (items[left].right == right || items[left].is_gc());
  }
  // The item becomes the last of its writer, whose state grows by it.
  void append(ItemHandle handle) {
    const Item& item = items[handle];
    Client& client = clients[item.client()];
    if (client.state == 0) note_arrival(client);
    client.directory.push_back(item.clock, handle);
    client.state += item.len;
  }
  // Links an item between neighbours and into the position index of its list.
  void link(ItemHandle item, ItemHandle left, ItemHandle right);
  // Where the copy of a redone item begins.
  UnitId redone(ItemHandle item) const;
  void mark_redone(ItemHandle item, UnitId copy);
  void forget_redone(ItemHandle item);
  // Where a unit is now: in what undo put in its place, and in the place of that.
  PositionIndex::Place latest(UnitId unit) const;
  // Protects a deleted item and the types it lies in from garbage collection, or no longer.
  void keep(ItemHandle item, bool is_kept);

  // --- content
  uint32_t new_span(Bytes bytes, KeyId key, uint32_t identity = 0);
  const Span& span(const Item& item) const { return spans_[item.content]; }
  uint32_t new_identity() { return ++last_identity_; }
  // Content bytes: the UTF-8 of a String, the encoded payload of the others.
  Bytes payload(const Item& item) const;
  std::string_view text(const Item& item) const { return as_text(payload(item)); }
  // The same of a text or of what was deleted, which has none.
  std::string_view plain_text(const Item& item) const {
    if (item.has(Item::kHasSpan)) [[unlikely]]
      return text(item);
    const uint32_t is_text = item.ref() == Ref::kString ? 1 : 0;
    return pool.text(item.content * is_text, item.len * is_text);
  }
  void assign_text(Item& item, std::string_view utf8) {
    item.clear(Item::kHasSpan);
    place_payload(item, pool.append(as_bytes(utf8)), static_cast<uint32_t>(utf8.size()));
  }
  // How many bytes of the item's payload come before the clock, where that is known without a walk:
  // at the seam of the latest merge, which is where the update of who types on begins.
  std::optional<size_t> bytes_before(ItemHandle item, uint32_t clock) const;
  // How many bytes of the payload come before this element of an item of values. The way there is
  // short, wherever the element is, but for the first time.
  uint32_t bytes_before_element(const Item& item, uint32_t offset) const;
  // Gives the content back; the item's content is then meaningless.
  void drop_content(Item& item);
  // Content other than types, which are not copied by their bytes.
  void copy_content(Item& to, const Item& from);
  // Moves all live content together if more than half of the pool is garbage, and so much that the
  // walk over all items pays: a map whose entries are set again and again leaves many.
  void repack_if_wasteful() {
    constexpr uint32_t kWorthIt = 64 * 1024;
    constexpr uint32_t kWorthAnItem = 8;
    if (pool.garbage() < kWorthIt || pool.garbage() < pool.size() / 2) return;
    if (pool.garbage() / kWorthAnItem >= items.size()) repack();
  }

  // Back to no items and no clients, and to the first `branch_count` branches, which were empty
  // roots.
  void forget_items(size_t branch_count);

  // --- branches
  BranchHandle new_branch(TypeRef kind, ItemHandle item, KeyId name);
  BranchHandle find_root(KeyId name) const;
  BranchHandle root(KeyId name);  // created on first mention
  const std::vector<BranchHandle>& roots() const { return roots_; }
  KeyTable& entries(Branch& branch);
  ItemHandle entry(const Branch& branch, KeyId key) const;

  // Gives back the room for more of everything.
  void fit();
  // Writes everything but the branches anew, as loading would: items by client and clock, content
  // packed, no list indexed. Yields where each item went; kNone for handles that were free.
  std::vector<ItemHandle> rewrite();
  size_t memory() const;
  uint32_t live_items() const { return items.size() - static_cast<uint32_t>(free_items_.size()); }
  // Every item of every client, in clock order.
  template <typename F>
  void for_each_item(F&& f) const {
    for (const Client& client : clients) {
      const Directory& directory = client.directory;
      directory.for_each_from(directory.first(), [&](ItemHandle item) { f(items[item]); });
    }
  }
  // Breaks of the numbered invariants here and in Item, one line each; empty if all hold.
  std::string check();

 private:
  ClientIndex look_up_client(uint64_t id) const;
  ClientIndex new_client(uint64_t id);
  void repack();
  std::vector<ItemHandle> rewrite_items();
  void rewrite_content();
  void follow(const std::vector<ItemHandle>& moved);
  void split_content(Item& left, Item& right, uint32_t offset);
  void split_text(Item& left, Item& right, uint32_t offset);
  bool merge_content(ItemHandle left, ItemHandle right);
  uint32_t payload_bytes(const Item& item) const;
  void place_payload(Item& item, uint32_t offset, uint32_t bytes) {
    // Only text of as many bytes as UTF-16 units is ASCII, and then the length tells the bytes.
    const bool is_ascii = item.ref() == Ref::kString && bytes == item.len;
    if (!is_ascii || item.has(Item::kHasSpan)) return place_in_span(item, offset, bytes, is_ascii);
    item.content = offset;
  }
  void place_in_span(Item& item, uint32_t offset, uint32_t bytes, bool is_ascii);
  void free_span(uint32_t span) { free_spans_.push_back(span); }
  std::string check_client(Client& client) const;
  std::string check_branch(BranchHandle handle) const;

  struct Key {
    std::string text;
    BranchHandle root = kNone;  // that is called so
  };
  using Copies = std::unordered_map<ItemHandle, UnitId>;

  std::unique_ptr<PositionIndex> index_;
  std::vector<ItemHandle> free_items_;
  OnDemand<Copies> redone_;
  std::vector<Span> spans_;
  std::vector<uint32_t> free_spans_;
  uint32_t last_identity_ = 0;
  uint32_t arrivals_ = 0;
  struct Joint {
    ItemHandle item = kNone;
    uint32_t first_clock = 0;  // of the item
    uint32_t clock = 0;
    uint32_t bytes = 0;  // of the payload before `clock`
  };
  Joint joint_;
  mutable OnDemand<ElementMarks> element_marks_;
  std::vector<std::unique_ptr<Key>> keys_;
  SlotTable keys_by_text_;
  SlotTable clients_by_id_;
  // By the last bits of their ids, who was asked for last.
  static constexpr size_t kLatestClients = 4;
  mutable std::array<ClientIndex, kLatestClients> latest_clients_{};
  std::vector<ClientIndex> descending_;
  std::vector<BranchHandle> roots_;  // in the order of their first mention
};

}  // namespace tidemark::crdt
