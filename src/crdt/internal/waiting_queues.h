// For each client, what waits for something of it, the lowest first: binary heaps, each in one
// piece of memory. Adding and taking the lowest are O(log n), whatever the order things come in.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "crdt/internal/store/item.h"
#include "crdt/internal/store/slot_table.h"

namespace tidemark::crdt {

// A number that nobody who sends us ids can know, so that nobody can choose ids that collide. It
// decides where a thing is looked for and nothing else.
inline uint64_t secret_of(const void* place) {
  return SlotTable::hash_of_id(reinterpret_cast<uintptr_t>(place));
}

template <typename Entry>
class WaitingQueues {
 public:
  struct Queue {
    uint64_t client;
    std::vector<Entry> heap;
  };

  // Empty ones included.
  const std::vector<Queue>& all() const { return queues_; }
  std::vector<Queue>& all() { return queues_; }
  size_t memory() const {
    return queues_.capacity() * sizeof(Queue) + by_client_.memory() + heap_bytes_;
  }

  // `goes_after` orders entries, the lowest last.
  template <typename GoesAfter>
  void add(uint64_t client, const Entry& entry, const GoesAfter& goes_after) {
    std::vector<Entry>& heap = queue_for(client).heap;
    const size_t before = heap.capacity();
    heap.push_back(entry);
    heap_bytes_ += (heap.capacity() - before) * sizeof(Entry);
    std::push_heap(heap.begin(), heap.end(), goes_after);
  }

  // Null if nothing ever waited for the client.
  std::vector<Entry>* heap_of(uint64_t client) {
    const uint32_t queue = find(client);
    return queue == kNone ? nullptr : &queues_[queue].heap;
  }

  template <typename GoesAfter>
  static void remove_first(std::vector<Entry>& heap, const GoesAfter& goes_after) {
    std::pop_heap(heap.begin(), heap.end(), goes_after);
    heap.pop_back();
  }

 private:
  uint64_t hash(uint64_t client) const { return SlotTable::hash_of_id(client ^ secret_); }

  uint32_t find(uint64_t client) const {
    return by_client_.find(hash(client), static_cast<uint32_t>(queues_.size()),
                           [&](uint32_t queue) { return queues_[queue].client == client; });
  }

  Queue& queue_for(uint64_t client) {
    const uint32_t known = find(client);
    if (known != kNone) return queues_[known];
    queues_.push_back({client, {}});
    by_client_.add(static_cast<uint32_t>(queues_.size()),
                   [this](uint32_t queue) { return hash(queues_[queue].client); });
    return queues_.back();
  }

  uint64_t secret_ = secret_of(this);
  size_t heap_bytes_ = 0;
  std::vector<Queue> queues_;
  SlotTable by_client_;
};

}  // namespace tidemark::crdt
