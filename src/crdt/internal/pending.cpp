#include "crdt/internal/pending.h"

#include <algorithm>

#include "base/assert.h"
#include "base/sort.h"
#include "crdt/internal/update/reader.h"
#include "crdt/internal/update/struct_cut.h"

namespace tidemark::crdt {

void Pending::Lists::wait(ClientIndex client, const Need& need) {
  ClockQueue<Waiter>& waiters = waiting.at(need.client).waiters;
  const size_t before = waiters.memory();
  waiters.add({need.clock, client});
  queue_bytes += waiters.memory() - before;
  waiting.at(client).need = need;
}

void Pending::Lists::add(const Block& block, const Need& need) {
  Waiting& of = waiting.at(block.client);
  const auto clock = static_cast<uint32_t>(block.id.clock);
  const bool is_first = of.kept.is_empty() || clock < of.kept.first().clock;
  const size_t before = of.kept.memory();
  of.id = block.id.client;
  of.kept.add({.at = rows.size(),
               .size = static_cast<uint32_t>(block.bytes.size()),
               .clock = clock,
               .len = static_cast<uint32_t>(block.len)});
  append(rows, block.bytes);
  live_bytes += block.bytes.size();
  ++count;
  if (of.kept.is_disordered()) settle(of.kept);
  queue_bytes += of.kept.memory() - before;
  if (!is_first) return;
  of.need = {};
  if (need.client != block.client) wait(block.client, need);
}

Pending::Block Pending::Lists::block_of(ClientIndex client, const Waiting& of) const {
  const Kept& kept = of.kept.first();
  return {client, {of.id, kept.clock}, kept.len, Bytes(rows).subspan(kept.at, kept.size)};
}

// Whoever comes again says again what was not heard: of one id only one is kept.
void Pending::Lists::settle(ClockQueue<Kept>& kept) {
  kept.for_each([this](const Kept& one) {
    live_bytes -= one.size;
    --count;
  });
  kept.assign(in_order(kept));
  kept.for_each([this](const Kept& one) {
    live_bytes += one.size;
    ++count;
  });
}

// Rewriting costs no more than what was forgotten since the last time.
bool Pending::Lists::is_wasteful() const {
  constexpr size_t kFewBytes = 4096;
  return rows.size() > 3 * live_bytes + kFewBytes;
}

// By clock, of those with one clock the longest first, and of these the one that came first.
std::vector<Pending::Kept> Pending::in_order(const ClockQueue<Kept>& queue) {
  std::vector<Kept> order;
  order.reserve(queue.size());
  queue.for_each([&](const Kept& kept) { order.push_back(kept); });
  const auto goes_before = [](const Kept& a, const Kept& b) {
    if (a.clock != b.clock) return a.clock < b.clock;
    return a.len != b.len ? a.len > b.len : a.at < b.at;
  };
  if (!std::is_sorted(order.begin(), order.end(), goes_before)) {
    compact_sort(order.begin(), order.end(), goes_before);
  }
  const auto have_one_id = [](const Kept& a, const Kept& b) { return a.clock == b.clock; };
  order.erase(std::unique(order.begin(), order.end(), have_one_id), order.end());
  return order;
}

void Pending::rewrite() {
  const OnDemand<Lists> before = std::move(lists_);
  const Lists& old = *before.get();
  if (old.count == 0) return;
  Lists& lists = lists_.make();
  lists.rows.reserve(old.live_bytes);
  for (const auto& [client, of] : old.waiting.all()) {
    const Need need = of.need.client == kNoClient ? Need{client} : of.need;
    for (const Kept& kept : in_order(of.kept)) {
      lists.add(
          {client, {of.id, kept.clock}, kept.len, Bytes(old.rows).subspan(kept.at, kept.size)},
          need);
    }
  }
}

void Pending::add(const Block& block, const Need& need) {
  TM_ASSERT(block.len > 0 && block.id.clock + block.len <= 0xffffffff &&
            block.bytes.size() <= 0xffffffff);
  lists_.make().add(block, need);
  if (lists_.get()->is_wasteful()) rewrite();
}

std::optional<Pending::Block> Pending::next_ready(ClientIndex grown, uint32_t state) {
  Lists& lists = *lists_.get();
  Waiting* const of = lists.waiting.find(grown);
  if (of == nullptr) return std::nullopt;
  if (!of->kept.is_empty()) {
    const Kept& first = of->kept.first();
    const bool is_known = first.clock + first.len <= state;
    if (is_known || (first.clock <= state && of->need.client == kNoClient)) {
      return lists.block_of(grown, *of);
    }
  }
  while (!of->waiters.is_empty() && of->waiters.first().clock < state) {
    const Waiter waiter = of->waiters.first();
    of->waiters.remove_first();
    Waiting& waiting = *lists.waiting.find(waiter.client);
    // Another may have become the first.
    if (waiting.kept.is_empty() || waiting.need != Need{grown, waiter.clock}) continue;
    waiting.need = {};
    return lists.block_of(waiter.client, waiting);
  }
  return std::nullopt;
}

void Pending::forget_first(ClientIndex client) {
  Lists& lists = *lists_.get();
  Waiting& of = *lists.waiting.find(client);
  lists.live_bytes -= of.kept.first().size;
  --lists.count;
  of.kept.remove_first();
  of.need = {};
}

void Pending::fit() {
  if (is_empty()) {
    lists_.drop();
  } else if (lists_.get()->is_wasteful()) {
    rewrite();
  }
}

size_t Pending::count() const {
  if (is_empty()) return 0;
  size_t count = 0;
  for (const auto& [client, of] : lists_.get()->waiting.all()) count += in_order(of.kept).size();
  return count;
}

// Clocks ascend, with a Skip over what nobody has sent.
void Pending::Lists::encode_client(const Waiting& of, LazyUpdateWriter<UpdateWriterV1>& to) const {
  std::optional<uint64_t> next;
  for (const Kept& kept : in_order(of.kept)) {
    const WireId id{of.id, kept.clock};
    UpdateReaderV1 reader(Bytes(rows).subspan(kept.at, kept.size), id);
    StructView view;
    TM_ASSERT(reader.next(view));
    if (!next) next = id.clock;
    if (view.end_clock() <= *next) continue;
    if (id.clock > *next) {
      StructView skip;
      skip.id = {of.id, *next};
      skip.ref = Ref::kSkip;
      skip.len = id.clock - *next;
      to.write(skip);
    } else if (id.clock < *next) {
      slice(view, *next - id.clock);
    }
    next = view.end_clock();
    to.write(view);
  }
}

Buffer Pending::encode() const {
  LazyUpdateWriter<UpdateWriterV1> writer;
  if (is_empty()) return writer.take({});
  const Lists& lists = *lists_.get();
  std::vector<const Waiting*> clients;
  for (const auto& [client, of] : lists.waiting.all()) {
    if (!of.kept.is_empty()) clients.push_back(&of);
  }
  compact_sort(clients.begin(), clients.end(),
               [](const Waiting* a, const Waiting* b) { return a->id > b->id; });
  for (const Waiting* of : clients) lists.encode_client(*of, writer);
  return writer.take({});
}

std::string Pending::check() const {
  if (lists_.get() == nullptr) return "";
  const Lists& lists = *lists_.get();
  size_t count = 0;
  size_t bytes = 0;
  size_t queue_bytes = 0;
  for (const auto& [client, of] : lists.waiting.all()) {
    count += of.kept.size();
    queue_bytes += of.kept.memory() + of.waiters.memory();
    of.kept.for_each([&](const Kept& kept) { bytes += kept.size; });
  }
  std::string breaks;
  if (count != lists.count) breaks += "pending: the structs are counted wrongly\n";
  if (queue_bytes != lists.queue_bytes) breaks += "pending: the memory is counted wrongly\n";
  if (bytes != lists.live_bytes) breaks += "pending: the bytes are counted wrongly\n";
  return breaks;
}

// Joins what overlaps or touches, of which there may be much: a peer that comes again says again
// what it deleted.
void PendingDeletes::rewrite() {
  const OnDemand<Ranges> before = std::move(ranges_);
  Ranges& ranges = ranges_.make();
  DeleteSet joined;
  for (const auto& [client, of] : before.get()->waiting.all()) {
    joined.clear();
    of.ranges.for_each([&joined = joined, id = of.id](const Range& range) {
      joined.add(id, range.clock, range.end - range.clock);
    });
    joined.normalize();
    for (const ClockRange& range : joined.ranges_of(of.id)) {
      ranges.add(client, of.id, {range.first, range.end});
    }
  }
  ranges.enough = 4 * ranges.count + kFew;
}

void PendingDeletes::add(ClientIndex client, uint64_t id, ClockRange range) {
  if (ranges_.make().count >= ranges_.get()->enough) rewrite();
  ranges_.get()->add(client, id, {range.first, range.end});
}

void PendingDeletes::Ranges::add(ClientIndex client, uint64_t id, const Range& range) {
  Waiting& of = waiting.at(client);
  const size_t before = of.ranges.memory();
  of.id = id;
  of.ranges.add(range);
  queue_bytes += of.ranges.memory() - before;
  ++count;
}

std::optional<ClockRange> PendingDeletes::take_ready(ClientIndex client, uint64_t state) {
  if (is_empty()) return std::nullopt;
  Ranges& ranges = *ranges_.get();
  Waiting* const of = ranges.waiting.find(client);
  if (of == nullptr || of->ranges.is_empty() || of->ranges.first().clock >= state) {
    return std::nullopt;
  }
  ClockRange taken{of->ranges.first().clock, of->ranges.first().end};
  while (!of->ranges.is_empty() && of->ranges.first().clock <= taken.end) {
    taken.end = std::max(taken.end, of->ranges.first().end);
    of->ranges.remove_first();
    --ranges.count;
    ++ranges.taken_count;
  }
  if (taken.end > state) {
    ranges.add(client, of->id, {state, taken.end});
    taken.end = state;
  }
  return taken;
}

void PendingDeletes::fit() {
  if (is_empty()) {
    ranges_.drop();
  } else if (ranges_.get()->taken_count > 2 * ranges_.get()->count + kFew) {
    rewrite();
  }
}

DeleteSet PendingDeletes::all() const {
  DeleteSet set;
  if (is_empty()) return set;
  for (const auto& [client, of] : ranges_.get()->waiting.all()) {
    of.ranges.for_each([&set, id = of.id](const Range& range) {
      set.add(id, range.clock, range.end - range.clock);
    });
  }
  set.normalize();
  return set;
}

}  // namespace tidemark::crdt
