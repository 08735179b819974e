#include "crdt/internal/transaction_record.h"

#include <algorithm>
#include <utility>

#include "base/sort.h"

namespace tidemark::crdt {

void TransactionRecord::clear_rest() {
  is_quiet = false;
  own_touched = 0;
  aside.clear();
  deleted_clients.clear();
  changed.clear();
  told.clear();
  formatted.clear();
  let_go.clear();
  merge_candidates.clear();
  subdocs_added.clear();
  subdocs_removed.clear();
  subdocs_loaded.clear();
}

void TransactionRecord::sort_deleted() {
  if (deleted.empty()) return;
  deleted_clients.push_back(deleted.front().client);
  std::vector<uint8_t> is_known;
  for (const Deleted& range : deleted) {
    if (deleted_clients.back() == range.client) continue;
    if (is_known.empty()) {
      is_known.resize(deleted_clients.front() + 1);
      is_known[deleted_clients.front()] = 1;
    }
    if (range.client >= is_known.size()) is_known.resize(range.client + 1);
    if (is_known[range.client] == 0) deleted_clients.push_back(range.client);
    is_known[range.client] = 1;
  }
  const auto goes_before = [](const Deleted& a, const Deleted& b) {
    return a.client != b.client ? a.client < b.client : a.clock < b.clock;
  };
  if (!std::is_sorted(deleted.begin(), deleted.end(), goes_before)) {
    compact_sort(deleted.begin(), deleted.end(), goes_before);
  }
  size_t kept = 0;
  for (size_t i = 1; i < deleted.size(); ++i) {
    Deleted& last = deleted[kept];
    const Deleted& next = deleted[i];
    if (last.client == next.client && last.clock + last.len >= next.clock) {
      last.len = std::max(last.len, next.clock + next.len - last.clock);
    } else {
      deleted[++kept] = next;
    }
  }
  deleted.resize(kept + 1);
}

std::span<const TransactionRecord::Deleted> TransactionRecord::deleted_of(
    ClientIndex client) const {
  const auto [begin, end] =
      std::equal_range(deleted.begin(), deleted.end(), Deleted{client, 0, 0},
                       [](const Deleted& a, const Deleted& b) { return a.client < b.client; });
  return {begin, end};
}

bool TransactionRecord::deletes(ClientIndex client, uint32_t clock) const {
  const auto above = std::upper_bound(
      deleted.begin(), deleted.end(), clock, [client](uint32_t wanted, const Deleted& range) {
        return range.client != client ? client < range.client : wanted < range.clock;
      });
  if (above == deleted.begin()) return false;
  const Deleted& range = *(above - 1);
  return range.client == client && clock - range.clock < range.len;
}

uint32_t TransactionRecord::before(ClientIndex client, uint32_t now) const {
  for (const Touched& entry : touched) {
    if (entry.client == client) return entry.before;
  }
  return now;
}

// What is moved pays for itself: as much room is there then before the next time.
void TransactionQueue::make_room() {
  if (first_ * 2 < end_ || first_ == 0) {
    records_.push_back(std::make_unique<TransactionRecord>());
    return;
  }
  std::rotate(records_.begin(), records_.begin() + static_cast<std::ptrdiff_t>(first_),
              records_.end());
  end_ -= std::exchange(first_, 0);
}

}  // namespace tidemark::crdt
