// How much of each client a replica has: client -> next expected clock. A value, sorted by client.
//
//   state-vector := varuint count, (varuint client, varuint clock)*    written by descending client
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/decoder.h"
#include "base/encoder.h"
#include "base/result.h"

namespace tidemark::crdt {

class StateVector {
 public:
  struct Entry {
    uint64_t client;
    uint64_t clock;
    friend bool operator==(const Entry&, const Entry&) = default;
  };

  StateVector() = default;
  // Takes entries in any order; of several for one client the last counts.
  explicit StateVector(std::vector<Entry> entries);

  // Keeps an entry also for clock 0. Linear in the number of clients above this one.
  void set(uint64_t client, uint64_t clock);
  // 0 for a client without an entry.
  uint64_t clock_of(uint64_t client) const;
  bool contains(uint64_t client) const;

  void clear() { entries_.clear(); }
  bool is_empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }
  // By ascending client.
  const std::vector<Entry>& entries() const& { return entries_; }
  // Of a temporary by value, so that a loop may run over doc.state_vector().entries().
  std::vector<Entry> entries() && { return std::move(entries_); }

  friend bool operator==(const StateVector&, const StateVector&) = default;

 private:
  std::vector<Entry> entries_;
};

void encode_state_vector(Encoder& to, const StateVector& vector);
Buffer encode_state_vector(const StateVector& vector);

// Takes entries in any order, of entries for one client the last. False, with the decoder failed,
// on malformed bytes.
bool decode_state_vector(Decoder& from, StateVector& vector);
// Refuses bytes after the end.
Result<StateVector> decode_state_vector(Bytes bytes);

}  // namespace tidemark::crdt
