#include "crdt/internal/pending.h"

#include <algorithm>

#include "base/assert.h"
#include "crdt/internal/update/reader.h"
#include "crdt/internal/update/struct_cut.h"
#include "crdt/internal/update/writer.h"

namespace tidemark::crdt {

void Pending::add(const StructView& view, WireId missing) {
  const Key key{view.id.client, view.id.clock};
  const auto known = structs_.find(key);
  if (known != structs_.end()) {
    if (known->second.len >= view.len) return;
    waiting_.erase({known->second.missing, key});
    bytes_ -= known->second.update.size();
    structs_.erase(known);
  }
  LazyUpdateWriter<UpdateWriterV1> writer;
  writer.write(view);
  const Key waits_for{missing.client, missing.clock};
  Kept kept{view.len, waits_for, writer.take({})};
  bytes_ += kept.update.size();
  structs_.emplace(key, std::move(kept));
  waiting_.emplace(waits_for, key);
}

std::optional<Buffer> Pending::take_ready(uint64_t client, uint64_t state) {
  const auto waiter = waiting_.lower_bound({{client, 0}, {0, 0}});
  if (waiter == waiting_.end() || waiter->first.first != client || waiter->first.second >= state) {
    return std::nullopt;
  }
  const auto kept = structs_.find(waiter->second);
  TM_ASSERT(kept != structs_.end());
  waiting_.erase(waiter);
  Buffer update = std::move(kept->second.update);
  bytes_ -= update.size();
  structs_.erase(kept);
  return update;
}

Buffer Pending::encode() const {
  LazyUpdateWriter<UpdateWriterV1> writer;
  // Clients descend; within a client clocks ascend, with a Skip over what nobody has sent.
  auto end = structs_.end();
  while (end != structs_.begin()) {
    const uint64_t client = std::prev(end)->first.first;
    const auto begin = structs_.lower_bound({client, 0});
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
  for (const auto& [missing, waiter] : waiting_) lowest.emplace(missing.first, missing.second);
  return lowest;
}

void PendingDeletes::add(uint64_t client, ClockRange range) {
  auto after = ends_.upper_bound({client, range.first});
  if (after != ends_.begin()) {
    const auto before = std::prev(after);
    if (before->first.first == client && before->second >= range.first) {
      range = {before->first.second, std::max(range.end, before->second)};
      ends_.erase(before);
    }
  }
  while (after != ends_.end() && after->first.first == client && after->first.second <= range.end) {
    range.end = std::max(range.end, after->second);
    after = ends_.erase(after);
  }
  ends_.emplace_hint(after, std::pair{client, range.first}, range.end);
}

std::optional<ClockRange> PendingDeletes::take_ready(uint64_t client, uint64_t state) {
  const auto lowest = ends_.lower_bound({client, 0});
  if (lowest == ends_.end() || lowest->first.first != client || lowest->first.second >= state) {
    return std::nullopt;
  }
  const uint64_t end = lowest->second;
  const ClockRange range{lowest->first.second, std::min(end, state)};
  ends_.erase(lowest);
  if (end > state) ends_.emplace(std::pair{client, state}, end);
  return range;
}

DeleteSet PendingDeletes::all() const {
  DeleteSet set;
  for (const auto& [id, end] : ends_) set.add(id.first, id.second, end - id.second);
  return set;
}

}  // namespace tidemark::crdt
