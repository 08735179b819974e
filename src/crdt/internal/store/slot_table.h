// Finds records by what they are called. The records themselves lie elsewhere, numbered as they
// came; as long as there are few, looking at each of them is as quick and takes no memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/assert.h"
#include "crdt/internal/store/item.h"

namespace tidemark::crdt {

class SlotTable {
 public:
  // The number of the record called so, of `count`; kNone if there is none.
  template <typename IsWanted>
  uint32_t find(uint64_t hash, uint32_t count, IsWanted&& is_wanted) const {
    if (slots_.empty()) {
      for (uint32_t number = 0; number < count; ++number) {
        if (is_wanted(number)) return number;
      }
      return kNone;
    }
    for (size_t slot = hash & mask(); slots_[slot] != kNone; slot = (slot + 1) & mask()) {
      if (is_wanted(slots_[slot])) return slots_[slot];
    }
    return kNone;
  }
  // There is one record more, `count` in all; `hash_of` knows each by its number.
  template <typename HashOf>
  void add(uint32_t count, HashOf&& hash_of) {
    if (count <= kFew) return;
    if (size_t{count} * 2 > slots_.size()) {
      size_t size = slots_.empty() ? kFew * 4 : slots_.size() * 2;
      while (size < size_t{count} * 2) size *= 2;
      slots_.assign(size, kNone);
      for (uint32_t number = 0; number < count; ++number) put(number, hash_of(number));
    } else {
      put(count - 1, hash_of(count - 1));
    }
  }
  void clear() { slots_.clear(); }
  size_t memory() const { return slots_.capacity() * sizeof(uint32_t); }

  static uint64_t hash_of_id(uint64_t id) {
    id = (id ^ id >> 32) * 0x9E3779B97F4A7C15u;
    return id ^ id >> 29;
  }

 private:
  static constexpr uint32_t kFew = 8;

  size_t mask() const { return slots_.size() - 1; }
  void put(uint32_t number, uint64_t hash) {
    size_t slot = hash & mask();
    while (slots_[slot] != kNone) slot = (slot + 1) & mask();
    slots_[slot] = number;
  }

  std::vector<uint32_t> slots_;  // open addressing, a power of two; empty while there are few
};

}  // namespace tidemark::crdt
