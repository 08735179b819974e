// Visiting what a range of clocks holds.
#pragma once

#include "crdt/internal/store/clock_ranges.h"
#include "crdt/internal/store/struct_store.h"
#include "crdt/internal/transaction_record.h"

namespace tidemark::crdt {

// All structs of a range of clocks, in order and cut at both ends on behalf of a transaction. `f`
// may cut others.
template <typename F>
void for_each_struct(StructStore& store, TransactionRecord& record, const ClockRanges::Range& range,
                     F&& f) {
  const Directory& directory = store.clients[range.client].directory;
  Directory::Position place = directory.find(range.first);
  const auto cut_before = [&](uint32_t clock) {
    const ItemHandle handle = directory.at(place).item;
    const Item& item = store.items[handle];
    if (item.is_gc() || clock <= item.clock || clock >= item.end_clock()) return;
    Directory::Position behind = place;
    const ItemHandle right = store.split(handle, clock - item.clock, behind);
    record.merge_candidates.push_back({range.client, store.items[right].clock});
    place = directory.find(store.items[handle].clock);
  };
  cut_before(range.first);
  if (directory.at(place).clock < range.first && !store.items[directory.at(place).item].is_gc()) {
    place = directory.next(place);
  }
  while (true) {
    cut_before(range.end);
    const ItemHandle handle = directory.at(place).item;
    const size_t size = directory.size();
    f(handle);
    if (directory.size() != size) place = directory.find(store.items[handle].clock);
    if (directory.is_last(place)) return;
    place = directory.next(place);
    if (directory.at(place).clock >= range.end) return;
  }
}

}  // namespace tidemark::crdt
