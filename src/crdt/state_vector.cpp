#include "crdt/state_vector.h"

#include <algorithm>
#include <utility>

#include "base/sort.h"

namespace tidemark::crdt {
namespace {

bool client_less(const StateVector::Entry& entry, uint64_t client) { return entry.client < client; }

}  // namespace

// Entries come descending; setting them one by one would be quadratic.
StateVector::StateVector(std::vector<Entry> entries) : entries_(std::move(entries)) {
  std::reverse(entries_.begin(), entries_.end());
  compact_stable_sort(entries_.begin(), entries_.end(),
                      [](const Entry& a, const Entry& b) { return a.client < b.client; });
  const auto end = std::unique(entries_.begin(), entries_.end(),
                               [](const Entry& a, const Entry& b) { return a.client == b.client; });
  entries_.erase(end, entries_.end());
}

void StateVector::set(uint64_t client, uint64_t clock) {
  if (entries_.empty() || entries_.back().client < client) {
    entries_.push_back({client, clock});
    return;
  }
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), client, client_less);
  if (at->client == client) {
    at->clock = clock;
  } else {
    entries_.insert(at, {client, clock});
  }
}

uint64_t StateVector::clock_of(uint64_t client) const {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), client, client_less);
  return at != entries_.end() && at->client == client ? at->clock : 0;
}

bool StateVector::contains(uint64_t client) const {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), client, client_less);
  return at != entries_.end() && at->client == client;
}

void encode_state_vector(Encoder& to, const StateVector& vector) {
  to.write_varuint(vector.size());
  const auto& entries = vector.entries();
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    to.write_varuint(entry->client);
    to.write_varuint(entry->clock);
  }
}

Buffer encode_state_vector(const StateVector& vector) {
  Encoder encoder;
  encode_state_vector(encoder, vector);
  return encoder.take();
}

bool decode_state_vector(Decoder& from, StateVector& vector) {
  const size_t count = from.read_count(2);
  std::vector<StateVector::Entry> entries;
  entries.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const uint64_t client = from.read_varuint();
    entries.push_back({client, from.read_varuint()});
  }
  if (!from.ok()) return false;
  vector = StateVector(std::move(entries));
  return true;
}

Result<StateVector> decode_state_vector(Bytes bytes) {
  Decoder decoder(bytes);
  StateVector vector;
  if (!decode_state_vector(decoder, vector) || !decoder.at_end()) {
    return failure(ErrorCode::kMalformed, "state vector: not a list of clients and clocks");
  }
  return vector;
}

}  // namespace tidemark::crdt
