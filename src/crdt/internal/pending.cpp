#include "crdt/internal/pending.h"

#include <algorithm>

#include "base/assert.h"
#include "crdt/internal/update/reader.h"
#include "crdt/internal/update/struct_cut.h"
#include "crdt/internal/update/writer.h"

namespace tidemark::crdt {

void Pending::add(const StructView& view, WireId missing) {
  auto& [structs, waiting, bytes] = lists_.make();
  const Key key{view.id.client, view.id.clock};
  const auto known = structs.find(key);
  if (known != structs.end()) {
    if (known->second.len >= view.len) return;
    waiting.erase({known->second.missing, key});
    bytes -= known->second.update.size();
    structs.erase(known);
  }
  LazyUpdateWriter<UpdateWriterV1> writer;
  writer.write(view);
  const Key waits_for{missing.client, missing.clock};
  Kept kept{view.len, waits_for, writer.take({})};
  bytes += kept.update.size();
  structs.emplace(key, std::move(kept));
  waiting.emplace(waits_for, key);
}

std::optional<Buffer> Pending::take_ready(uint64_t client, uint64_t state) {
  if (is_empty()) return std::nullopt;
  auto& [structs, waiting, bytes] = lists_.make();
  const auto waiter = waiting.lower_bound({{client, 0}, {0, 0}});
  if (waiter == waiting.end() || waiter->first.first != client || waiter->first.second >= state) {
    return std::nullopt;
  }
  const auto kept = structs.find(waiter->second);
  TM_ASSERT(kept != structs.end());
  waiting.erase(waiter);
  Buffer update = std::move(kept->second.update);
  bytes -= update.size();
  structs.erase(kept);
  return update;
}

Buffer Pending::encode() const {
  LazyUpdateWriter<UpdateWriterV1> writer;
  if (is_empty()) return writer.take({});
  const std::map<Key, Kept>& structs = lists_.get()->structs;
  // Clients descend; within a client clocks ascend, with a Skip over what nobody has sent.
  auto end = structs.end();
  while (end != structs.begin()) {
    const uint64_t client = std::prev(end)->first.first;
    const auto begin = structs.lower_bound({client, 0});
    uint64_t next = begin->first.second;
    for (auto at = begin; at != end; ++at) {
      UpdateReaderV1 reader{Bytes(at->second.update)};
      StructView view;
      TM_ASSERT(reader.next(view));
      if (view.end_clock() <= next) continue;
      if (view.id.clock > next) {
        StructView skip;
        skip.id = {client, next};
        skip.ref = Ref::kSkip;
        skip.len = view.id.clock - next;
        writer.write(skip);
      } else if (view.id.clock < next) {
        slice(view, next - view.id.clock);
      }
      next = view.end_clock();
      writer.write(view);
    }
    end = begin;
  }
  return writer.take({});
}

std::map<uint64_t, uint64_t> Pending::missing() const {
  std::map<uint64_t, uint64_t> lowest;
  if (is_empty()) return lowest;
  for (const auto& [missing, waiter] : lists_.get()->waiting)
    lowest.emplace(missing.first, missing.second);
  return lowest;
}

void PendingDeletes::add(uint64_t client, ClockRange range) {
  Ends& ends = ends_.make();
  auto after = ends.upper_bound({client, range.first});
  if (after != ends.begin()) {
    const auto before = std::prev(after);
    if (before->first.first == client && before->second >= range.first) {
      range = {before->first.second, std::max(range.end, before->second)};
      ends.erase(before);
    }
  }
  while (after != ends.end() && after->first.first == client && after->first.second <= range.end) {
    range.end = std::max(range.end, after->second);
    after = ends.erase(after);
  }
  ends.emplace_hint(after, std::pair{client, range.first}, range.end);
}

std::optional<ClockRange> PendingDeletes::take_ready(uint64_t client, uint64_t state) {
  if (is_empty()) return std::nullopt;
  Ends& ends = ends_.make();
  const auto lowest = ends.lower_bound({client, 0});
  if (lowest == ends.end() || lowest->first.first != client || lowest->first.second >= state) {
    return std::nullopt;
  }
  const uint64_t end = lowest->second;
  const ClockRange range{lowest->first.second, std::min(end, state)};
  ends.erase(lowest);
  if (end > state) ends.emplace(std::pair{client, state}, end);
  return range;
}

DeleteSet PendingDeletes::all() const {
  DeleteSet set;
  if (is_empty()) return set;
  for (const auto& [id, end] : *ends_.get()) set.add(id.first, id.second, end - id.second);
  return set;
}

}  // namespace tidemark::crdt
