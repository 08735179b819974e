#include "crdt/internal/store/struct_store.h"

#include <algorithm>
#include <functional>

#include "base/assert.h"
#include "base/fit.h"
#include "base/utf.h"
#include "crdt/value.h"

namespace tidemark::crdt {
namespace {

uint64_t hash_of_text(std::string_view text) { return std::hash<std::string_view>()(text); }

}  // namespace

KeyId StructStore::intern(std::string_view key) {
  const KeyId known = find_key(key);
  if (known != kNone) return known;
  keys_.push_back(std::make_unique<Key>(Key{std::string(key)}));
  const auto count = static_cast<uint32_t>(keys_.size());
  keys_by_text_.add(count, [this](KeyId id) { return hash_of_text(keys_[id]->text); });
  return count - 1;
}

KeyId StructStore::find_key(std::string_view key) const {
  const auto count = static_cast<uint32_t>(keys_.size());
  return keys_by_text_.find(hash_of_text(key), count,
                            [&](KeyId id) { return keys_[id]->text == key; });
}

ClientIndex StructStore::look_up_client(uint64_t id) const {
  const auto count = static_cast<uint32_t>(clients.size());
  const uint32_t known =
      clients_by_id_.find(SlotTable::hash_of_id(id), count,
                          [&](ClientIndex client) { return clients[client].id == id; });
  if (known == kNone) return kNoClient;
  return latest_clients_[id % kLatestClients] = known;
}

ClientIndex StructStore::new_client(uint64_t id) {
  const auto made = static_cast<ClientIndex>(clients.size());
  TM_ASSERT(made < kNoClient);
  clients.emplace_back(id, items);
  clients_by_id_.add(
      made + 1, [this](ClientIndex client) { return SlotTable::hash_of_id(clients[client].id); });
  const auto above = std::lower_bound(
      descending_.begin(), descending_.end(), id,
      [this](ClientIndex client, uint64_t wanted) { return clients[client].id > wanted; });
  descending_.insert(above, made);
  return made;
}

StateVector StructStore::state_vector() const {
  StateVector states;
  for (const Client& client : clients) {
    if (client.state > 0) states.set(client.id, client.state);
  }
  return states;
}

ItemHandle StructStore::new_item() {
  if (free_items_.empty()) return items.add();
  const ItemHandle handle = free_items_.back();
  free_items_.pop_back();
  return handle;
}

ItemHandle StructStore::new_item_between(const Seam& seam, ClientIndex writer, Ref ref,
                                         uint32_t len) {
  const ItemHandle handle = new_item();
  Item& item = items[handle];
  item = Item{};
  item.clock = clients[writer].state;
  item.len = len;
  item.parent = seam.branch;
  item.leaf_or_key = kNone;
  item.assign_client(writer, ref);
  item.assign_origin(kNoClient, 0);
  item.right_origin_client = kNoClient;
  if (seam.left != kNone) {
    item.assign_origin(items[seam.left].client(), items[seam.left].last_clock());
  }
  if (seam.right != kNone) {
    item.right_origin_client = items[seam.right].client();
    item.right_origin_clock = items[seam.right].clock;
  }
  return handle;
}

void StructStore::free_item(ItemHandle handle) {
  items[handle].len = 0;
  if (joint_.item == handle) joint_.item = kNone;
  free_items_.push_back(handle);
}

ItemHandle StructStore::find(ClientIndex client, uint32_t clock) const {
  const Directory& directory = clients[client].directory;
  return directory.at(directory.find(clock)).item;
}

ItemHandle StructStore::split(ItemHandle left_handle, uint32_t offset, Directory::Position& place) {
  const ItemHandle handle = new_item();
  Item& left = items[left_handle];
  Item& right = items[handle];
  TM_ASSERT(offset > 0 && offset < left.len);
  right = left;
  right.clock = left.clock + offset;
  right.len = left.len - offset;
  right.leaf_or_key = left.has(Item::kHasKey) ? left.leaf_or_key : kNone;
  Directory& directory = clients[left.client()].directory;
  place = directory.insert_after(place, right.clock, handle);
  if (left.is_gc()) {
    left.len = offset;
    return handle;
  }
  if (left.has(Item::kRedone)) {
    const UnitId copy = redone(left_handle);
    mark_redone(handle, {copy.client, copy.clock + offset});
  }
  right.assign_origin(left.client(), right.clock - 1);
  split_content(left, right, offset);
  left.len = offset;
  right.left = left_handle;
  left.right = handle;
  if (right.right != kNone) {
    items[right.right].left = handle;
  } else if (right.has(Item::kHasKey)) {
    Branch& branch = branches[right.parent];
    if (entry(branch, right.leaf_or_key) == left_handle) {
      entries(branch).assign(right.leaf_or_key, handle);
    }
  }
  const Branch& branch = branches[left.parent];
  if (!left.has(Item::kHasKey) && branch.tree != kNone) index().divide(left_handle, handle);
  return handle;
}

void StructStore::link(ItemHandle handle, ItemHandle left, ItemHandle right) {
  Item& item = items[handle];
  ++links;
  item.left = left;
  item.right = right;
  if (left != kNone) items[left].right = handle;
  if (right != kNone) items[right].left = handle;
  Branch& branch = branches[item.parent];
  if (item.has(Item::kHasKey)) return;
  if (left == kNone) branch.start = handle;
  if (branch.tree != kNone) index().insert(branch.tree, left, handle);
}

bool StructStore::merge(ItemHandle left_handle, ItemHandle right_handle) {
  Item& left = items[left_handle];
  const Item& right = items[right_handle];
  if (left.ref() != right.ref()) return false;
  if (left.is_gc()) {
    left.len += right.len;
    free_item(right_handle);
    return true;
  }
  if (left.right != right_handle || left.is_deleted() != right.is_deleted() ||
      left.has(Item::kRedone) || right.has(Item::kRedone) ||
      right.origin_client() != left.client() || right.origin_clock != left.last_clock() ||
      left.right_origin_client != right.right_origin_client ||
      (left.has_right_origin() && left.right_origin_clock != right.right_origin_clock)) {
    return false;
  }
  const bool is_listed = !left.has(Item::kHasKey);
  const uint32_t tree = is_listed ? branches[left.parent].tree : kNone;
  if (!merge_content(left_handle, right_handle)) return false;
  if (right.has(Item::kKeep)) left.set(Item::kKeep);
  left.len += right.len;
  left.right = right.right;
  if (left.right != kNone) {
    items[left.right].left = left_handle;
  } else if (!is_listed) {
    Branch& branch = branches[left.parent];
    if (entry(branch, left.leaf_or_key) == right_handle) {
      entries(branch).assign(left.leaf_or_key, left_handle);
    }
  }
  if (tree != kNone) index().join(left_handle, right_handle);
  free_item(right_handle);
  return true;
}

UnitId StructStore::redone(ItemHandle item) const {
  const Copies* copies = redone_.get();
  TM_ASSERT(copies != nullptr);
  const auto known = copies->find(item);
  TM_ASSERT(known != copies->end());
  return known->second;
}

void StructStore::mark_redone(ItemHandle item, UnitId copy) {
  items[item].set(Item::kRedone);
  redone_.make()[item] = copy;
}

void StructStore::forget_redone(ItemHandle item) {
  if (!items[item].has(Item::kRedone)) return;
  items[item].clear(Item::kRedone);
  redone_.make().erase(item);
}

void StructStore::keep(ItemHandle handle, bool is_kept) {
  while (handle != kNone && items[handle].has(Item::kKeep) != is_kept) {
    Item& item = items[handle];
    if (is_kept) {
      item.set(Item::kKeep);
    } else {
      item.clear(Item::kKeep);
    }
    handle = branches[item.parent].item;
  }
}

PositionIndex::Place StructStore::latest(UnitId unit) const {
  while (true) {
    const ItemHandle handle = find(unit.client, unit.clock);
    const uint32_t offset = unit.clock - items[handle].clock;
    if (!items[handle].has(Item::kRedone)) return {handle, offset};
    const UnitId copy = redone(handle);
    unit = {copy.client, copy.clock + offset};
  }
}

uint32_t StructStore::new_span(Bytes bytes, KeyId key, uint32_t identity) {
  const Span made{pool.append(bytes), static_cast<uint32_t>(bytes.size()), key, identity};
  if (free_spans_.empty()) {
    spans_.push_back(made);
    return static_cast<uint32_t>(spans_.size() - 1);
  }
  const uint32_t handle = free_spans_.back();
  free_spans_.pop_back();
  spans_[handle] = made;
  return handle;
}

uint32_t StructStore::payload_bytes(const Item& item) const {
  return item.has(Item::kHasSpan) ? span(item).bytes : item.len;
}

Bytes StructStore::payload(const Item& item) const {
  if (item.has(Item::kHasSpan)) return pool.view(span(item).offset, span(item).bytes);
  if (item.ref() != Ref::kString) return {};
  return pool.view(item.content, item.len);
}

void StructStore::place_in_span(Item& item, uint32_t offset, uint32_t bytes, bool is_ascii) {
  if (is_ascii) {
    free_span(item.content);
    item.clear(Item::kHasSpan);
    item.content = offset;
    return;
  }
  if (!item.has(Item::kHasSpan)) {
    item.content = new_span({}, kNone);
    item.set(Item::kHasSpan);
  }
  spans_[item.content].offset = offset;
  spans_[item.content].bytes = bytes;
}

std::optional<size_t> StructStore::bytes_before(ItemHandle handle, uint32_t clock) const {
  const Item& item = items[handle];
  const bool is_known = joint_.item == handle && joint_.clock == clock &&
                        joint_.first_clock == item.clock && joint_.bytes < payload_bytes(item) &&
                        item.ref() != Ref::kDeleted;
  return is_known ? std::optional<size_t>(joint_.bytes) : std::nullopt;
}

uint32_t StructStore::bytes_before_element(const Item& item, uint32_t offset) const {
  const auto skip = [](Decoder& decoder) { skip_any(decoder); };
  const auto skip_json = [](Decoder& decoder) { decoder.read_varbytes(); };
  const ElementMarks::Skip one = item.ref() == Ref::kAny ? +skip : +skip_json;
  if (offset >= ElementMarks::kStride) {
    const uint32_t start = span(item).offset;
    const ElementMarks::Unit first{item.client(), item.clock, start};
    return element_marks_.make().find(first, item.clock + offset, payload(item), one) - start;
  }
  Decoder decoder(payload(item));
  for (uint32_t i = 0; i < offset; ++i) one(decoder);
  TM_ASSERT(decoder.ok());
  return static_cast<uint32_t>(decoder.position());
}

void StructStore::drop_content(Item& item) {
  switch (item.ref()) {
    case Ref::kGc:
    case Ref::kDeleted:
    case Ref::kType:
    case Ref::kSkip: return;
    default: pool.discard(payload_bytes(item));
  }
  if (item.has(Item::kHasSpan)) free_span(item.content);
  item.clear(Item::kHasSpan);
}

void StructStore::copy_content(Item& to, const Item& from) {
  const uint32_t bytes = payload(from).empty() ? 0 : payload_bytes(from);
  const uint32_t offset = from.has(Item::kHasSpan) ? span(from).offset : from.content;
  const uint32_t copy = bytes == 0 ? pool.size() : pool.append_own(offset, bytes);
  if (!from.has(Item::kHasSpan)) {
    to.content = copy;
    return;
  }
  const Span original = span(from);
  to.content = new_span({}, original.key, original.identity);
  to.set(Item::kHasSpan);
  spans_[to.content].offset = copy;
  spans_[to.content].bytes = bytes;
}

void StructStore::split_text(Item& left, Item& right, uint32_t offset) {
  const Span whole = span(left);
  const std::string_view text = pool.text(whole.offset, whole.bytes);
  const Utf16Cut cut = offset <= left.len / 2 ? cut_utf16(text, offset)
                                              : cut_utf16_from_end(text, left.len - offset);
  const auto at = static_cast<uint32_t>(cut.bytes);
  uint32_t left_bytes = at;
  uint32_t right_offset = whole.offset + at;
  uint32_t right_bytes = whole.bytes - at;
  if (cut.is_inside_pair) {
    // Each half of the pair becomes U+FFFD, as in Yjs: three bytes of the four serve the left part,
    // and the right part moves because one byte is too little.
    constexpr uint32_t kPair = 4;
    constexpr auto kMark = static_cast<uint32_t>(kReplacement.size());
    const uint32_t rest = right_bytes - kPair;
    right_offset = pool.append(as_bytes(kReplacement));
    pool.append_own(whole.offset + at + kPair, rest);
    right_bytes = kMark + rest;
    std::memcpy(pool.at(whole.offset + at), kReplacement.data(), kMark);
    left_bytes = at + kMark;
    pool.discard(1 + rest);
  }
  right.clear(Item::kHasSpan);
  place_payload(right, right_offset, right_bytes);
  const uint32_t whole_len = left.len;
  left.len = offset;
  place_payload(left, whole.offset, left_bytes);
  left.len = whole_len;
}

void StructStore::split_content(Item& left, Item& right, uint32_t offset) {
  switch (left.ref()) {
    case Ref::kString:
      if (left.has(Item::kHasSpan)) return split_text(left, right, offset);
      right.content = left.content + offset;
      return;
    case Ref::kAny:
    case Ref::kJson: {
      const Span whole = span(left);
      const uint32_t at = bytes_before_element(left, offset);
      right.clear(Item::kHasSpan);
      place_payload(right, whole.offset + at, whole.bytes - at);
      spans_[left.content].bytes = at;
      return;
    }
    case Ref::kDeleted: return;
    default: TM_ASSERT(false);
  }
}

bool StructStore::merge_content(ItemHandle left_handle, ItemHandle right_handle) {
  Item& left = items[left_handle];
  const Item& right = items[right_handle];
  switch (left.ref()) {
    case Ref::kDeleted: return true;
    case Ref::kString:
    case Ref::kAny:
    case Ref::kJson: break;
    default: return false;
  }
  const auto offset_of = [this](const Item& item) {
    return item.has(Item::kHasSpan) ? span(item).offset : item.content;
  };
  const uint32_t left_bytes = payload_bytes(left);
  const uint32_t right_bytes = payload_bytes(right);
  const uint32_t joined =
      pool.join(left.client(), offset_of(left), left_bytes, offset_of(right), right_bytes);
  joint_ = {left_handle, left.clock, right.clock, left_bytes};
  if (element_marks_.get() != nullptr && left.ref() != Ref::kString) {
    ElementMarks& marks = *element_marks_.get();
    marks.move({left.client(), left.clock, offset_of(left)}, right.clock, joined);
    marks.move({left.client(), right.clock, offset_of(right)}, right.end_clock(),
               joined + left_bytes);
  }
  if (right.has(Item::kHasSpan)) free_span(right.content);
  const uint32_t left_len = left.len;
  left.len += right.len;
  place_payload(left, joined, left_bytes + right_bytes);
  left.len = left_len;
  return true;
}

void StructStore::repack() {
  Pool packed;
  for (const Client& client : clients) {
    if (client.directory.is_empty()) continue;
    for (Directory::Position place = client.directory.first();;
         place = client.directory.next(place)) {
      Item& item = items[client.directory.at(place).item];
      if (const Bytes bytes = payload(item); !bytes.empty()) {
        const uint32_t offset = packed.append(bytes);
        (item.has(Item::kHasSpan) ? spans_[item.content].offset : item.content) = offset;
      }
      if (client.directory.is_last(place)) break;
    }
  }
  pool.swap(packed);
  element_marks_.drop();
}

void StructStore::forget_items(size_t branch_count) {
  ++links;
  items.resize(0);
  items.fit();
  free_items_.clear();
  Pool().swap(pool);
  spans_.clear();
  free_spans_.clear();
  joint_ = {};
  element_marks_.drop();
  clients.clear();
  clients_by_id_.clear();
  latest_clients_ = {};
  descending_.clear();
  std::erase_if(roots_, [branch_count](BranchHandle root) { return root >= branch_count; });
  for (const auto& key : keys_) {
    if (key->root != kNone && key->root >= branch_count) key->root = kNone;
  }
  branches.erase(branches.begin() + static_cast<std::ptrdiff_t>(branch_count), branches.end());
  for (Branch& branch : branches) {
    branch.start = kNone;
    branch.length = 0;
    branch.entries.reset();
  }
}

BranchHandle StructStore::new_branch(TypeRef kind, ItemHandle item, KeyId name) {
  const auto handle = static_cast<BranchHandle>(branches.size());
  Branch& branch = branches.emplace_back();
  branch.kind = kind;
  branch.item = item;
  branch.name = name;
  if (item != kNone) branch.depth = branches[items[item].parent].depth + 1;
  return handle;
}

BranchHandle StructStore::find_root(KeyId name) const {
  return name == kNone ? kNone : keys_[name]->root;
}

BranchHandle StructStore::root(KeyId name) {
  const BranchHandle known = find_root(name);
  if (known != kNone) return known;
  roots_.push_back(new_branch(TypeRef::kUnknown, kNone, name));
  return keys_[name]->root = roots_.back();
}

KeyTable& StructStore::entries(Branch& branch) {
  if (branch.entries == nullptr) branch.entries = std::make_unique<KeyTable>();
  return *branch.entries;
}

ItemHandle StructStore::entry(const Branch& branch, KeyId key) const {
  return branch.entries == nullptr ? kNone : branch.entries->find(key);
}

void StructStore::fit() {
  element_marks_.drop();
  items.fit();
  pool.fit();
  tidemark::fit(spans_);
  tidemark::fit(free_spans_);
  tidemark::fit(free_items_);
  tidemark::fit(branches);
  tidemark::fit(clients);
  tidemark::fit(keys_);
  tidemark::fit(descending_);
  tidemark::fit(roots_);
  for (Client& client : clients) {
    client.directory.fit();
    client.deleted.fit();
  }
}

size_t StructStore::memory() const {
  size_t bytes = items.memory() + pool.memory() + index_memory() +
                 spans_.capacity() * sizeof(Span) + branches.capacity() * sizeof(Branch) +
                 clients.capacity() * sizeof(Client) + keys_by_text_.memory() +
                 clients_by_id_.memory();
  if (const ElementMarks* marks = element_marks_.get()) bytes += marks->memory();
  if (const Copies* copies = redone_.get()) {
    bytes += copies->size() * (sizeof(std::pair<ItemHandle, UnitId>) + 2 * sizeof(void*));
  }
  for (const Client& client : clients) {
    bytes += client.directory.memory() + client.deleted.memory();
  }
  for (const auto& key : keys_) bytes += sizeof(key) + sizeof(Key) + key->text.capacity();
  for (const Branch& branch : branches) {
    if (branch.entries != nullptr) {
      bytes += sizeof(KeyTable) + branch.entries->entries().capacity() * sizeof(KeyTable::Entry);
    }
  }
  return bytes;
}

}  // namespace tidemark::crdt
