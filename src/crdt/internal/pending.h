// Structs that wait for others: each is kept as an update of its own under its id, and listed under
// the one id it waits for, so that an arrival wakes exactly those that it may help.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/bytes.h"
#include "crdt/internal/struct_view.h"

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
  std::multimap<Key, Key> waiting_;  // what is missing -> who waits
  size_t bytes_ = 0;
};

}  // namespace tidemark::crdt
