#include "crdt/internal/store/clock_ranges.h"

#include <algorithm>
#include <unordered_map>

#include "base/sort.h"

namespace tidemark::crdt {
namespace {

using Range = ClockRanges::Range;

void join_neighbours(std::vector<Range>& ranges) {
  size_t kept = 0;
  for (size_t i = 1; i < ranges.size(); ++i) {
    Range& last = ranges[kept];
    const Range& next = ranges[i];
    if (last.client == next.client && last.end >= next.first) {
      last.end = std::max(last.end, next.end);
    } else {
      ranges[++kept] = next;
    }
  }
  ranges.resize(kept + 1);
}

}  // namespace

void ClockRanges::normalize() {
  if (is_normal_) return;
  is_normal_ = true;
  const ClientIndex first_client = ranges_.front().client;
  const bool has_one_client = std::all_of(ranges_.begin(), ranges_.end(), [&](const Range& range) {
    return range.client == first_client;
  });
  const auto starts_before = [](const Range& a, const Range& b) { return a.first < b.first; };
  groups_.clear();
  if (has_one_client) {
    compact_sort(ranges_.begin(), ranges_.end(), starts_before);
    return join_neighbours(ranges_);
  }
  std::unordered_map<ClientIndex, size_t> ranks;
  for (const Range& range : ranges_) ranks.emplace(range.client, ranks.size());
  compact_sort(ranges_.begin(), ranges_.end(), [&](const Range& a, const Range& b) {
    return a.client == b.client ? starts_before(a, b)
                                : ranks.find(a.client)->second < ranks.find(b.client)->second;
  });
  join_neighbours(ranges_);
  group();
}

void ClockRanges::group() {
  for (uint32_t i = 0; i < ranges_.size(); ++i) {
    if (groups_.empty() || groups_.back().client != ranges_[i].client) {
      groups_.push_back({ranges_[i].client, i, 0});
    }
    ++groups_.back().count;
  }
}

bool ClockRanges::contains(ClientIndex client, uint32_t clock) const {
  if (ranges_.empty()) return false;
  Group group{ranges_.front().client, 0, static_cast<uint32_t>(ranges_.size())};
  if (!groups_.empty()) {
    const auto known = std::find_if(groups_.begin(), groups_.end(),
                                    [client](const Group& g) { return g.client == client; });
    if (known == groups_.end()) return false;
    group = *known;
  }
  if (group.client != client) return false;
  const auto begin = ranges_.begin() + static_cast<std::ptrdiff_t>(group.first);
  const auto end = begin + static_cast<std::ptrdiff_t>(group.count);
  const auto above = std::upper_bound(
      begin, end, clock, [](uint32_t wanted, const Range& range) { return wanted < range.first; });
  return above != begin && clock < (above - 1)->end;
}

}  // namespace tidemark::crdt
