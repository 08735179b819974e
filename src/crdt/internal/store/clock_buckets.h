// Which item holds a clock, while a document is loaded and items stand in the order of their
// clocks.
#pragma once

#include <cstdint>
#include <vector>

#include "crdt/internal/store/struct_store.h"

namespace tidemark::crdt {

// For each bucket of clocks the first item. Buckets are as wide as makes about two for an item;
// what is not found in a few steps, or has been cut since, is left to the directory.
class ClockBuckets {
 public:
  // The items [first, end) are all that the client has.
  void add(const StructStore& store, ClientIndex client, ItemHandle first, ItemHandle end) {
    if (end - first < kWorthIt) return;
    if (client >= spans_.size()) spans_.resize(client + 1);
    Span& span = spans_[client];
    span.first_bucket = static_cast<uint32_t>(buckets_.size());
    span.shift = 0;
    const uint32_t state = store.items[end - 1].end_clock();
    while (state >> span.shift > 2 * (end - first)) ++span.shift;
    const uint64_t width = uint64_t{1} << span.shift;
    buckets_.resize(buckets_.size() + state / width + 1, end - 1);
    uint32_t* bucket = &buckets_[span.first_bucket];
    uint64_t clock = 0;
    for (ItemHandle at = first; at < end; ++at) {
      for (; clock < store.items[at].end_clock(); clock += width) *bucket++ = at;
    }
    span.end = end;
  }

  ItemHandle find(const StructStore& store, ClientIndex client, uint32_t clock) const {
    if (client >= spans_.size() || spans_[client].end == 0) return store.find(client, clock);
    const Span& span = spans_[client];
    ItemHandle at = buckets_[span.first_bucket + (clock >> span.shift)];
    for (unsigned steps = 0; steps < kPatience && at < span.end; ++steps, ++at) {
      const Item& item = store.items[at];
      if (clock - item.clock < item.len) return at;
    }
    return store.find(client, clock);
  }

 private:
  static constexpr uint32_t kWorthIt = 32;
  static constexpr unsigned kPatience = 12;
  struct Span {
    uint32_t first_bucket = 0;
    uint32_t shift = 0;
    ItemHandle end = 0;  // 0: the directory knows
  };

  std::vector<Span> spans_;
  std::vector<uint32_t> buckets_;
};

}  // namespace tidemark::crdt
