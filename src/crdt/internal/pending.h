// Structs that wait for others: each is kept as an update of its own under its id, and listed under
// the one id it waits for, so that an arrival wakes exactly those that it may help.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/on_demand.h"
#include "crdt/delete_set.h"
#include "crdt/internal/update/struct_view.h"

namespace tidemark::crdt {

class Pending {
 public:
  bool is_empty() const { return count() == 0; }
  size_t count() const { return lists_.get() == nullptr ? 0 : lists_.get()->structs.size(); }
  size_t memory() const { return lists_.get() == nullptr ? 0 : lists_.get()->bytes; }

  // Keeps a struct until `missing` is there. A struct already kept under the same id stays unless
  // the new one is longer.
  void add(const StructView& view, WireId missing);

  // Takes out one struct that waits for a clock of this client below `state`, as a V1 update that
  // holds just it; nullopt if there is none.
  std::optional<Buffer> take_ready(uint64_t client, uint64_t state);

  // All kept structs in one V1 update, gaps filled with Skips.
  Buffer encode() const;
  // For each client that something waits for, the lowest clock.
  std::map<uint64_t, uint64_t> missing() const;

 private:
  using Key = std::pair<uint64_t, uint64_t>;  // client, clock
  struct Kept {
    uint64_t len;
    Key missing;
    Buffer update;
  };

  struct Lists {
    std::map<Key, Kept> structs;
    std::set<std::pair<Key, Key>> waiting;  // what is missing, who waits
    size_t bytes = 0;
  };

  OnDemand<Lists> lists_;
};

// Deletions of what nobody has sent yet: disjoint ranges, found by what they delete.
class PendingDeletes {
 public:
  bool is_empty() const { return range_count() == 0; }
  size_t range_count() const { return ends_.get() == nullptr ? 0 : ends_.get()->size(); }
  // About; a node of a tree and what it costs to allocate.
  size_t memory() const { return range_count() * 72; }

  // Joins what it overlaps or touches.
  void add(uint64_t client, ClockRange range);
  // Takes out the lowest range of the client that has a clock below `state`, cut there.
  std::optional<ClockRange> take_ready(uint64_t client, uint64_t state);
  DeleteSet all() const;

 private:
  using Ends = std::map<std::pair<uint64_t, uint64_t>, uint64_t>;  // (client, first clock) -> end

  OnDemand<Ends> ends_;
};

}  // namespace tidemark::crdt
