#include "crdt/internal/store/item.h"

namespace tidemark::crdt {

size_t KeyTable::slot_of(KeyId key) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = (key * 0x9E3779B1u) & mask;
  while (slots_[slot] != kNone && entries_[slots_[slot]].key != key) slot = (slot + 1) & mask;
  return slot;
}

ItemHandle KeyTable::find(KeyId key) const {
  if (!slots_.empty()) {
    const uint32_t entry = slots_[slot_of(key)];
    return entry == kNone ? kNone : entries_[entry].last;
  }
  for (const Entry& entry : entries_) {
    if (entry.key == key) return entry.last;
  }
  return kNone;
}

void KeyTable::assign(KeyId key, ItemHandle last) {
  if (slots_.empty()) {
    for (Entry& entry : entries_) {
      if (entry.key == key) {
        entry.last = last;
        return;
      }
    }
  } else if (const uint32_t entry = slots_[slot_of(key)]; entry != kNone) {
    entries_[entry].last = last;
    return;
  }
  entries_.push_back({key, last});
  if (entries_.size() > kLinearLimit) {
    if (entries_.size() * 2 > slots_.size()) {
      rehash();
    } else {
      slots_[slot_of(key)] = static_cast<uint32_t>(entries_.size() - 1);
    }
  }
}

void KeyTable::rehash() {
  size_t size = 32;
  while (size < entries_.size() * 4) size *= 2;
  slots_.assign(size, kNone);
  for (size_t i = 0; i < entries_.size(); ++i) {
    slots_[slot_of(entries_[i].key)] = static_cast<uint32_t>(i);
  }
}

}  // namespace tidemark::crdt
