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
#include "crdt/delete_set.h"
#include "crdt/internal/update/struct_view.h"

namespace tidemark::crdt {

class Pending {
 public:
  bool is_empty() const { return structs_.empty(); }
  size_t count() const { return structs_.size(); }
  size_t memory() const { return bytes_; }

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

  std::map<Key, Kept> structs_;
  std::set<std::pair<Key, Key>> waiting_;  // what is missing, who waits
  size_t bytes_ = 0;
};

// Deletions of what nobody has sent yet: disjoint ranges, found by what they delete.
class PendingDeletes {
 public:
  bool is_empty() const { return ends_.empty(); }
  size_t range_count() const { return ends_.size(); }
  // About; a node of a tree and what it costs to allocate.
  size_t memory() const { return ends_.size() * 72; }

  // Joins what it overlaps or touches.
  void add(uint64_t client, ClockRange range);
  // Takes out the lowest range of the client that has a clock below `state`, cut there.
  std::optional<ClockRange> take_ready(uint64_t client, uint64_t state);
  DeleteSet all() const;

 private:
  std::map<std::pair<uint64_t, uint64_t>, uint64_t> ends_;  // (client, first clock) -> end
};

}  // namespace tidemark::crdt
