// The fixed-size records of a document. Everything refers to everything by handle (an index), so
// that arrays may grow and a document is a handful of allocations.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "crdt/internal/update/struct_view.h"

namespace tidemark::crdt {

using ItemHandle = uint32_t;    // into StructStore::items
using BranchHandle = uint32_t;  // into StructStore::branches
using ClientIndex = uint32_t;   // into StructStore::clients; 24 bits wide in an Item
using KeyId = uint32_t;         // into StructStore::keys
inline constexpr uint32_t kNone = 0xffffffff;
inline constexpr ClientIndex kNoClient = 0xffffff;

// One run of content (or of what garbage collection left of it).
//  (1) Its clocks are [clock, clock + len) of `client`; len > 0.
//  (2) A garbage struct (Ref::kGc) has no neighbours, parent or content.
//  (3) left and right are list neighbours, or neighbours in the chain of a map key.
//  (4) A redone item is deleted and never merges.
struct Item {
  enum Flag : uint32_t {
    kDeleted = 1u << 24,
    kKeep = 1u << 25,     // content survives garbage collection
    kHasKey = 1u << 26,   // an entry of a map: leaf_or_key is the key
    kHasSpan = 1u << 27,  // content is a span handle, not a pool offset
    kRedone = 1u << 28,   // undo has put a copy in its place: StructStore::redone()
    kWanted = 1u << 29,   // a subdocument whose content this replica wants
  };
  static constexpr uint32_t kClientMask = 0xffffff;

  uint32_t clock;
  uint32_t len;
  uint32_t origin_clock;
  uint32_t right_origin_clock;
  ItemHandle left;
  ItemHandle right;
  uint32_t leaf_or_key;  // list item: its leaf in the position index or kNone; map entry: KeyId
  BranchHandle parent;
  uint32_t content;  // String: pool offset or span; Type: branch; other payloads: span
  uint32_t client_and_ref;
  uint32_t origin_client_and_flags;
  uint32_t right_origin_client;

  ClientIndex client() const { return client_and_ref & kClientMask; }
  Ref ref() const { return static_cast<Ref>(client_and_ref >> 24); }
  void assign_client(ClientIndex client, Ref ref) {
    client_and_ref = client | static_cast<uint32_t>(ref) << 24;
  }
  void assign_ref(Ref ref) { assign_client(client(), ref); }

  ClientIndex origin_client() const { return origin_client_and_flags & kClientMask; }
  void assign_origin(ClientIndex client, uint32_t origin) {
    origin_client_and_flags = (origin_client_and_flags & ~kClientMask) | client;
    origin_clock = origin;
  }
  bool has_origin() const { return origin_client() != kNoClient; }
  bool has_right_origin() const { return right_origin_client != kNoClient; }

  bool has(Flag flag) const { return (origin_client_and_flags & flag) != 0; }
  void set(Flag flag) { origin_client_and_flags |= flag; }
  void clear(Flag flag) { origin_client_and_flags &= ~static_cast<uint32_t>(flag); }

  bool is_gc() const { return ref() == Ref::kGc; }
  bool is_deleted() const { return has(kDeleted); }
  // Deleted and collected: nothing is left but its place.
  bool is_tombstone() const {
    return ref() == Ref::kDeleted && (origin_client_and_flags & (kKeep | kRedone)) == 0;
  }
  bool is_countable() const {
    return ref() != Ref::kFormat && ref() != Ref::kDeleted && ref() != Ref::kGc;
  }
  uint32_t end_clock() const { return clock + len; }
  uint32_t last_clock() const { return clock + len - 1; }
  // Units that an index counts.
  uint32_t visible_len() const { return is_deleted() || !is_countable() ? 0 : len; }
};

static_assert(sizeof(Item) == 48);

// Whether both were put to the right, to the left, of the same unit or end of their list.
inline bool has_same_origin(const Item& a, const Item& b) {
  return a.origin_client() == b.origin_client() &&
         (!a.has_origin() || a.origin_clock == b.origin_clock);
}
inline bool has_same_right_origin(const Item& a, const Item& b) {
  return a.right_origin_client == b.right_origin_client &&
         (!a.has_right_origin() || a.right_origin_clock == b.right_origin_clock);
}

// Content bytes in the pool that an Item alone cannot describe: text that is not ASCII, encoded
// values, buffers. Format: `key` is the attribute, `identity` tells whether two formats hold the
// same JavaScript object in Yjs. Doc: `key` is the guid.
struct Span {
  uint32_t offset;
  uint32_t bytes;
  KeyId key;
  uint32_t identity = 0;
};

// The entries of a map-like type in the order in which keys first appeared; each points to the last
// item of its key's chain, which is the one that counts.
class KeyTable {
 public:
  struct Entry {
    KeyId key;
    ItemHandle last;
  };
  // kNone if the key never had an entry.
  ItemHandle find(KeyId key) const;
  void assign(KeyId key, ItemHandle last);
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  static constexpr size_t kLinearLimit = 12;
  size_t slot_of(KeyId key) const;
  void rehash();

  std::vector<Entry> entries_;
  std::vector<uint32_t> slots_;  // open addressing into entries_; empty while a scan is as quick
};

// A shared type: a list, a map, or both.
struct Branch {
  TypeRef kind = TypeRef::kUnknown;
  bool is_dead = false;         // garbage-collected: handles to it answer as if it were empty
  bool has_formatting = false;  // a format was integrated at some time
  // A format was integrated since the type has its kind: from then on remote changes are followed
  // by a clean-up, as in Yjs, where a root forgets the formats that came before.
  bool cleans_formatting = false;
  ItemHandle item = kNone;  // the item that holds it; kNone for a root
  KeyId name = kNone;       // a root's name; an XML element's or hook's node name
  ItemHandle start = kNone;
  uint32_t length = 0;  // visible units of the list
  uint32_t depth = 0;   // how many types it is nested in
  uint32_t tree = kNone;
  uint32_t changed_epoch = 0;  // the transaction that noted a change of the list
  std::unique_ptr<KeyTable> entries;
};

}  // namespace tidemark::crdt
