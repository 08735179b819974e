#include "crdt/internal/mark_copies.h"

#include <iterator>

namespace tidemark::crdt {

void MarkCopies::insert(Id original, uint64_t length, Id copy) {
  if (length > 0) runs_[{original.client, original.clock}] = {length, copy};
}

void MarkCopies::add(const RestoredUnits& units) {
  const uint64_t client = units.original.client;
  const uint64_t first = units.original.clock;
  const uint64_t end = first + units.length;
  auto at = runs_.lower_bound({client, first});
  if (at != runs_.begin()) {
    const auto before = std::prev(at);
    const auto& [from, run] = *before;
    if (from.first == client && from.second + run.length > first) at = before;
  }
  while (at != runs_.end() && at->first.first == client && at->first.second < end) {
    const auto [from, run] = *at;
    at = runs_.erase(at);
    const uint64_t run_end = from.second + run.length;
    if (from.second < first) insert({client, from.second}, first - from.second, run.copy);
    if (run_end <= end) continue;
    insert({client, end}, run_end - end, {run.copy.client, run.copy.clock + (end - from.second)});
    break;
  }
  insert(units.original, units.length, units.copy);
}

std::optional<Id> MarkCopies::copy_of(Id unit) const {
  const auto above = runs_.upper_bound({unit.client, unit.clock});
  if (above == runs_.begin()) return std::nullopt;
  const auto& [from, run] = *std::prev(above);
  const uint64_t offset = unit.clock - from.second;
  if (from.first != unit.client || offset >= run.length) return std::nullopt;
  return Id{run.copy.client, run.copy.clock + offset};
}

Id MarkCopies::latest(const StructStore& store, Id unit) const {
  const auto has_seen = [&store](Id id, ClientIndex client) {
    return client != kNoClient && id.clock < store.clients[client].state;
  };
  // Nobody undoes and redoes one deletion so often, and who writes copies in a circle is not
  // followed for ever.
  constexpr int kMostSteps = 1000;
  for (int steps = 0; steps < kMostSteps; ++steps) {
    const ClientIndex client = store.find_client(unit.client);
    if (!has_seen(unit, client)) return unit;
    const ItemHandle item = store.find(client, static_cast<uint32_t>(unit.clock));
    if (!store.items[item].is_deleted()) return unit;
    const std::optional<Id> copy = copy_of(unit);
    if (!copy || !has_seen(*copy, store.find_client(copy->client))) return unit;
    unit = *copy;
  }
  return unit;
}

}  // namespace tidemark::crdt
