// Finds records by what they are called. The records themselves lie elsewhere, numbered as they
// came; as long as there are few, looking at each of them is as quick and takes no memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/on_demand.h"
#include "crdt/internal/store/item.h"

namespace tidemark::crdt {

class SlotTable {
 public:
  // The number of the record called so, of `count`; kNone if there is none.
  template <typename IsWanted>
  uint32_t find(uint64_t hash, uint32_t count, IsWanted&& is_wanted) const {
    if (slots_.get() == nullptr) {
      for (uint32_t number = 0; number < count; ++number) {
        if (is_wanted(number)) return number;
      }
      return kNone;
    }
    const std::vector<uint32_t>& slots = *slots_.get();
    const size_t mask = slots.size() - 1;
    for (size_t slot = hash & mask; slots[slot] != kNone; slot = (slot + 1) & mask) {
      if (is_wanted(slots[slot])) return slots[slot];
    }
    return kNone;
  }
  // There is one record more, `count` in all; `hash_of` knows each by its number.
  template <typename HashOf>
  void add(uint32_t count, HashOf&& hash_of) {
    if (count <= kFew) return;
    std::vector<uint32_t>& slots = slots_.make();
    if (size_t{count} * 2 > slots.size()) {
      size_t size = slots.empty() ? kFew * 4 : slots.size() * 2;
      while (size < size_t{count} * 2) size *= 2;
      slots.assign(size, kNone);
      for (uint32_t number = 0; number < count; ++number) put(slots, number, hash_of(number));
    } else {
      put(slots, count - 1, hash_of(count - 1));
    }
  }
  void clear() { slots_.drop(); }
  size_t memory() const {
    return slots_.get() == nullptr ? 0 : slots_.get()->capacity() * sizeof(uint32_t);
  }

  static uint64_t hash_of_id(uint64_t id) {
    id = (id ^ id >> 32) * 0x9E3779B97F4A7C15u;
    return id ^ id >> 29;
  }

 private:
  static constexpr uint32_t kFew = 8;

  static void put(std::vector<uint32_t>& slots, uint32_t number, uint64_t hash) {
    const size_t mask = slots.size() - 1;
    size_t slot = hash & mask;
    while (slots[slot] != kNone) slot = (slot + 1) & mask;
    slots[slot] = number;
  }

  OnDemand<std::vector<uint32_t>> slots_;  // open addressing, a power of two; none while few
};

}  // namespace tidemark::crdt
