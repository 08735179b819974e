#include "crdt/internal/pending.h"

#include <algorithm>

#include "base/assert.h"
#include "base/sort.h"
#include "crdt/internal/update/reader.h"
#include "crdt/internal/update/struct_cut.h"
#include "crdt/internal/update/writer.h"

namespace tidemark::crdt {

uint32_t& Pending::Index::place_of(const Slab<Kept>& records, WireId id) {
  if (used_ * 2 >= slots_.size()) grow();
  const uint64_t hash_of_client = SlotTable::hash_of_id(id.client ^ secret_);
  const auto hash = static_cast<uint32_t>(SlotTable::hash_of_id(hash_of_client ^ id.clock));
  size_t at = hash & mask();
  for (; slots_[at].number != kNone; at = (at + 1) & mask()) {
    if (slots_[at].hash != hash) continue;
    const Kept& kept = records[slots_[at].number];
    if (kept.client == id.client && kept.clock == id.clock) return slots_[at].number;
  }
  ++used_;
  slots_[at].hash = hash;
  return slots_[at].number;
}

void Pending::Index::grow() {
  constexpr size_t kFew = 16;
  const std::vector<Slot> before = std::move(slots_);
  slots_.assign(before.empty() ? kFew : before.size() * 2, {});
  for (const Slot& slot : before) {
    if (slot.number == kNone) continue;
    size_t at = slot.hash & mask();
    while (slots_[at].number != kNone) at = (at + 1) & mask();
    slots_[at] = slot;
  }
}

bool Pending::GoesAfter::operator()(const Waiter& a, const Waiter& b) const {
  if (a.missing_clock != b.missing_clock) return a.missing_clock > b.missing_clock;
  const Kept& kept_a = records[a.number];
  const Kept& kept_b = records[b.number];
  return kept_a.client != kept_b.client ? kept_a.client > kept_b.client
                                        : kept_a.clock > kept_b.clock;
}

void Pending::Lists::wait(uint32_t number, WireId missing) {
  waiting.add(missing.client, {missing.clock, number}, GoesAfter{records});
}

void Pending::Lists::add(WireId id, uint64_t len, Bytes bytes, WireId missing) {
  uint32_t& place = by_id.place_of(records, id);
  if (place != kNone && records[place].len > 0) {
    if (records[place].len >= len) return;
    forget(records[place]);
  }
  place = records.add();
  records[place] = {.client = id.client,
                    .at = rows.size(),
                    .size = static_cast<uint32_t>(bytes.size()),
                    .clock = static_cast<uint32_t>(id.clock),
                    .len = static_cast<uint32_t>(len)};
  append(rows, bytes);
  live_bytes += bytes.size();
  ++count;
  wait(place, missing);
}

void Pending::Lists::forget(Kept& kept) {
  live_bytes -= kept.size;
  --count;
  kept.len = 0;
}

// Rewriting costs no more than what was forgotten since the last time.
bool Pending::Lists::is_wasteful() const {
  constexpr size_t kFewRecords = 64;
  constexpr size_t kFewBytes = 4096;
  return records.size() > 2 * count + kFewRecords || rows.size() > 2 * live_bytes + kFewBytes;
}

size_t Pending::Lists::memory() const {
  return records.memory() + by_id.memory() + waiting.memory() + rows.capacity();
}

void Pending::rewrite() {
  const OnDemand<Lists> before = std::move(lists_);
  const Lists& old = *before.get();
  if (old.count == 0) return;
  Lists& lists = lists_.make();
  lists.records.reserve(static_cast<uint32_t>(old.count));
  lists.rows.reserve(old.live_bytes);
  for (const auto& [client, heap] : old.waiting.all()) {
    for (const Waiter& waiter : heap) {
      const Kept& kept = old.records[waiter.number];
      if (kept.len == 0) continue;
      lists.add({kept.client, kept.clock}, kept.len, Bytes(old.rows).subspan(kept.at, kept.size),
                {client, waiter.missing_clock});
    }
  }
}

void Pending::add(const StructView& view, WireId missing) {
  UpdateWriterV1 writer;
  writer.write(view);
  add(view.id, view.len, writer.bytes(), missing);
}

void Pending::add(WireId id, uint64_t len, Bytes bytes, WireId missing) {
  TM_ASSERT(len > 0 && id.clock + len <= 0xffffffff && bytes.size() <= 0xffffffff);
  lists_.make().add(id, len, bytes, missing);
  if (lists_.get()->is_wasteful()) rewrite();
}

std::optional<Pending::Ready> Pending::take_ready(uint64_t client, uint64_t state) {
  if (is_empty()) return std::nullopt;
  Lists& lists = *lists_.get();
  std::vector<Waiter>* heap = lists.waiting.heap_of(client);
  while (heap != nullptr && !heap->empty() && heap->front().missing_clock < state) {
    const uint32_t number = heap->front().number;
    lists.waiting.remove_first(*heap, GoesAfter{lists.records});
    const Kept& kept = lists.records[number];
    // A longer one may have taken its place.
    if (kept.len == 0) continue;
    return Ready{number, {kept.client, kept.clock}, Bytes(lists.rows).subspan(kept.at, kept.size)};
  }
  return std::nullopt;
}

void Pending::keep_waiting(const Ready& ready, WireId missing) {
  lists_.get()->wait(ready.number, missing);
}

void Pending::forget(const Ready& ready) {
  lists_.get()->forget(lists_.get()->records[ready.number]);
}

void Pending::fit() {
  if (is_empty()) {
    lists_.drop();
  } else if (lists_.get()->is_wasteful()) {
    rewrite();
  }
}

Buffer Pending::encode() const {
  LazyUpdateWriter<UpdateWriterV1> writer;
  if (is_empty()) return writer.take({});
  const Lists& lists = *lists_.get();
  std::vector<const Kept*> order;
  order.reserve(lists.count);
  for (const Kept& kept : lists.records) {
    if (kept.len > 0) order.push_back(&kept);
  }
  // Clients descend; within a client clocks ascend, with a Skip over what nobody has sent.
  compact_sort(order.begin(), order.end(), [](const Kept* a, const Kept* b) {
    return a->client != b->client ? a->client > b->client : a->clock < b->clock;
  });
  WireId next;
  for (size_t i = 0; i < order.size(); ++i) {
    const Kept& kept = *order[i];
    if (i == 0 || kept.client != next.client) next = {kept.client, kept.clock};
    UpdateReaderV1 reader(Bytes(lists.rows).subspan(kept.at, kept.size),
                          WireId{kept.client, kept.clock});
    StructView view;
    TM_ASSERT(reader.next(view));
    if (view.end_clock() <= next.clock) continue;
    if (view.id.clock > next.clock) {
      StructView skip;
      skip.id = next;
      skip.ref = Ref::kSkip;
      skip.len = view.id.clock - next.clock;
      writer.write(skip);
    } else if (view.id.clock < next.clock) {
      slice(view, next.clock - view.id.clock);
    }
    next.clock = view.end_clock();
    writer.write(view);
  }
  return writer.take({});
}

std::map<uint64_t, uint64_t> Pending::missing() const {
  std::map<uint64_t, uint64_t> lowest;
  if (is_empty()) return lowest;
  const Lists& lists = *lists_.get();
  for (const auto& [client, heap] : lists.waiting.all()) {
    for (const Waiter& waiter : heap) {
      if (lists.records[waiter.number].len == 0) continue;
      const auto [at, is_new] = lowest.emplace(client, waiter.missing_clock);
      at->second = std::min(at->second, waiter.missing_clock);
    }
  }
  return lowest;
}

std::string Pending::check() const {
  if (lists_.get() == nullptr) return "";
  const Lists& lists = *lists_.get();
  std::vector<uint8_t> waits(lists.records.size(), 0);
  for (const auto& [client, heap] : lists.waiting.all()) {
    for (const Waiter& waiter : heap) waits[waiter.number] = 1;
  }
  std::string breaks;
  size_t count = 0;
  size_t bytes = 0;
  for (uint32_t number = 0; number < lists.records.size(); ++number) {
    const Kept& kept = lists.records[number];
    if (kept.len == 0) continue;
    ++count;
    bytes += kept.size;
    if (waits[number] == 0) breaks += "pending: a struct waits for nothing\n";
  }
  if (count != lists.count) breaks += "pending: the structs are counted wrongly\n";
  if (bytes != lists.live_bytes) breaks += "pending: the bytes are counted wrongly\n";
  return breaks;
}

namespace {

bool goes_after(const ClockRange& a, const ClockRange& b) { return a.first > b.first; }

}  // namespace

// Joins what overlaps or touches, of which there may be much: a peer that comes again says again
// what it deleted.
void PendingDeletes::rewrite() {
  const DeleteSet joined = all();
  ranges_.drop();
  Ranges& ranges = ranges_.make();
  for (const DeleteSet::Client& client : joined.clients()) {
    for (const ClockRange& range : client.ranges) {
      ranges.waiting.add(client.id, range, goes_after);
    }
  }
  ranges.count = joined.range_count();
  ranges.enough = 4 * ranges.count + kFew;
}

void PendingDeletes::add(uint64_t client, ClockRange range) {
  if (ranges_.make().count >= ranges_.get()->enough) rewrite();
  ranges_.get()->waiting.add(client, range, goes_after);
  ++ranges_.get()->count;
}

std::optional<ClockRange> PendingDeletes::take_ready(uint64_t client, uint64_t state) {
  if (is_empty()) return std::nullopt;
  Ranges& ranges = *ranges_.get();
  std::vector<ClockRange>* heap = ranges.waiting.heap_of(client);
  if (heap == nullptr || heap->empty() || heap->front().first >= state) return std::nullopt;
  ClockRange taken = heap->front();
  while (!heap->empty() && heap->front().first <= taken.end) {
    taken.end = std::max(taken.end, heap->front().end);
    ranges.waiting.remove_first(*heap, goes_after);
    --ranges.count;
  }
  if (taken.end > state) {
    add(client, {state, taken.end});
    taken.end = state;
  }
  return taken;
}

void PendingDeletes::fit() {
  if (is_empty()) {
    ranges_.drop();
  } else if (memory() > 200 * ranges_.get()->count + 4096) {
    rewrite();
  }
}

DeleteSet PendingDeletes::all() const {
  DeleteSet set;
  if (is_empty()) return set;
  for (const auto& [client, heap] : ranges_.get()->waiting.all()) {
    for (const ClockRange& range : heap) set.add(client, range.first, range.len());
  }
  set.normalize();
  return set;
}

}  // namespace tidemark::crdt
