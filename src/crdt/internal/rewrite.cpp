// Writing a store anew. Everything that names an item by its handle is changed with it.
#include <algorithm>

#include "base/assert.h"
#include "crdt/internal/store/struct_store.h"

namespace tidemark::crdt {

std::vector<ItemHandle> StructStore::rewrite() {
  ++links;
  index_.reset();
  for (Branch& branch : branches) branch.tree = kNone;
  joint_ = {};
  element_marks_.drop();
  const std::vector<ItemHandle> moved = rewrite_items();
  follow(moved);
  rewrite_content();
  return moved;
}

// The items by client and clock; their links still say where the others were.
std::vector<ItemHandle> StructStore::rewrite_items() {
  std::vector<ItemHandle> moved(items.size(), kNone);
  Slab<Item> packed;
  packed.reserve(live_items());
  for (const Client& client : clients) {
    if (client.directory.is_empty()) continue;
    for (Directory::Position place = client.directory.first();;
         place = client.directory.next(place)) {
      const ItemHandle old = client.directory.at(place).item;
      const ItemHandle handle = packed.add();
      moved[old] = handle;
      packed[handle] = items[old];
      if (client.directory.is_last(place)) break;
    }
  }
  items.swap(packed);
  ItemHandle next = 0;
  for (Client& client : clients) {
    const auto end = static_cast<ItemHandle>(next + client.directory.size());
    client.directory = Directory(items);
    client.directory.append(next, end);
    next = end;
  }
  free_items_.clear();
  return moved;
}

void StructStore::follow(const std::vector<ItemHandle>& moved) {
  const auto moved_to = [&](ItemHandle item) { return item == kNone ? kNone : moved[item]; };
  ItemHandle any_deleted = kNone;
  for (uint32_t handle = 0; handle < items.size(); ++handle) {
    Item& item = items[handle];
    item.left = moved_to(item.left);
    item.right = moved_to(item.right);
    if (!item.has(Item::kHasKey)) item.leaf_or_key = kNone;
    if (item.is_deleted()) any_deleted = handle;
  }
  for (Branch& branch : branches) {
    // What held a type that is gone may have become part of another item.
    if (branch.item != kNone) branch.item = branch.is_dead ? any_deleted : moved_to(branch.item);
    branch.start = moved_to(branch.start);
    if (branch.entries == nullptr) continue;
    const std::vector<KeyTable::Entry> entries = branch.entries->entries();
    for (const KeyTable::Entry& entry : entries)
      branch.entries->assign(entry.key, moved_to(entry.last));
  }
  if (redone_.get() == nullptr) return;
  Copies redone;
  for (const auto& [item, copy] : *redone_.get()) redone.emplace(moved_to(item), copy);
  redone_.make().swap(redone);
}

void StructStore::rewrite_content() {
  size_t bytes = 0;
  for (const Item& item : items) bytes += payload(item).size();
  Pool packed;
  packed.reserve(static_cast<uint32_t>(bytes));
  std::vector<Span> spans;
  for (Item& item : items) {
    const Bytes content = payload(item);
    if (!item.has(Item::kHasSpan)) {
      if (item.ref() == Ref::kString) item.content = packed.append(content);
      continue;
    }
    const Span& old = span(item);
    spans.push_back({packed.append(content), old.bytes, old.key, old.identity});
    item.content = static_cast<uint32_t>(spans.size() - 1);
  }
  pool.swap(packed);
  spans_.swap(spans);
  free_spans_.clear();
}

}  // namespace tidemark::crdt
