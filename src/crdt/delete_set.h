// Which units are deleted: per client, ranges of clocks. A value that can be filled in any order
// and cleared without giving up its memory.
//
//   delete-set V1 := varuint clients, (varuint client, varuint ranges, (varuint clock,
//                    varuint length)*)*
//   delete-set V2 := the same, but a clock is the distance from the end of the range before it
//                    (from 0 for a client's first) and a length is written minus 1
//
// Clients are written descending, a client's ranges ascending.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/decoder.h"
#include "base/encoder.h"

namespace tidemark::crdt {

// A half-open range of one client's clocks.
struct ClockRange {
  uint64_t first;
  uint64_t end;
  uint64_t len() const { return end - first; }
  friend bool operator==(const ClockRange&, const ClockRange&) = default;
};

//  (1) Clients are distinct; clients() and range_count() list them ascending once normal.
//  (2) Once normal, a client's ranges are ascending and neither overlap nor touch.
// Adding in clock order keeps a set normal. Every reading member expects a normal set; only add()
// may leave it otherwise, and normalize() repairs that.
class DeleteSet {
 public:
  struct Client {
    uint64_t id;
    std::vector<ClockRange> ranges;
  };

  // len must not be 0. Constant time if the client is the one added to last.
  void add(uint64_t client, uint64_t clock, uint64_t len);
  void add(const DeleteSet& other);
  // Sorts and joins. Cheap if nothing was added out of order.
  void normalize();

  bool contains(uint64_t client, uint64_t clock) const;
  // Whether every unit of `other` is in this set.
  bool contains(const DeleteSet& other) const;
  std::span<const ClockRange> ranges_of(uint64_t client) const&;
  // Of a temporary by value, so that a loop may run over doc.delete_set().ranges_of(client).
  std::vector<ClockRange> ranges_of(uint64_t client) &&;

  // By ascending client; every client has at least one range.
  std::span<const Client> clients() const& { return {clients_.data(), used_}; }
  // Of a temporary by value, as ranges_of().
  std::vector<Client> clients() &&;
  size_t range_count() const;
  bool is_empty() const { return used_ == 0; }
  // Keeps the memory of clients and ranges for the next use.
  void clear();

  friend bool operator==(const DeleteSet& a, const DeleteSet& b);

 private:
  Client& client_for_writing(uint64_t id);
  const Client* find(uint64_t id) const;
  void sort_clients();

  std::vector<Client> clients_;  // the first used_ are in use, the others only keep memory
  size_t used_ = 0;
  size_t last_ = 0;  // index of the client added to last
  bool are_clients_sorted_ = true;
  bool are_ranges_normal_ = true;
};

void encode_delete_set_v1(Encoder& to, const DeleteSet& set);
void encode_delete_set_v2(Encoder& to, const DeleteSet& set);

// Add to `set` and leave it normal. Empty ranges, which only V1 can say, are dropped. False, with
// the decoder failed, on malformed bytes and on more than max_ranges ranges, empty ones included;
// `has_too_many`, if given, becomes true for the latter and is left alone otherwise.
inline constexpr uint64_t kNoRangeLimit = ~uint64_t{0};
bool decode_delete_set_v1(Decoder& from, DeleteSet& set, uint64_t max_ranges = kNoRangeLimit,
                          bool* has_too_many = nullptr);
bool decode_delete_set_v2(Decoder& from, DeleteSet& set, uint64_t max_ranges = kNoRangeLimit,
                          bool* has_too_many = nullptr);

}  // namespace tidemark::crdt
