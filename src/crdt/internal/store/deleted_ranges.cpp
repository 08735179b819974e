#include "crdt/internal/store/deleted_ranges.h"

#include <algorithm>

#include "base/fit.h"
#include "base/sort.h"

namespace tidemark::crdt {

void DeletedRanges::add_apart(Range range) {
  // Folding moves every range, so it waits for a share of them.
  constexpr size_t kLeast = 256;
  if (fresh_.size() >= kLeast && fresh_.size() > ranges_.size() / 2) fold();
  fresh_.push_back(range);
}

void DeletedRanges::fold() {
  const auto goes_before = [](const Range& a, const Range& b) { return a.clock < b.clock; };
  if (!std::is_sorted(fresh_.begin(), fresh_.end(), goes_before)) {
    compact_sort(fresh_.begin(), fresh_.end(), goes_before);
  }
  // From the end: what is appended in order, as in every load, moves nothing that was there.
  size_t old = ranges_.size();
  ranges_.insert(ranges_.end(), fresh_.begin(), fresh_.end());
  for (size_t to = ranges_.size(); !fresh_.empty();) {
    if (old > 0 && goes_before(fresh_.back(), ranges_[old - 1])) {
      ranges_[--to] = ranges_[--old];
    } else {
      ranges_[--to] = fresh_.back();
      fresh_.pop_back();
    }
  }
  size_t kept = 0;
  for (size_t i = 1; i < ranges_.size(); ++i) {
    Range& last = ranges_[kept];
    if (last.end() < ranges_[i].clock) {
      ranges_[++kept] = ranges_[i];
    } else {
      last.len = std::max(last.end(), ranges_[i].end()) - last.clock;
    }
  }
  ranges_.resize(kept + 1);
}

void DeletedRanges::fit() {
  order();
  tidemark::fit(ranges_);
  tidemark::fit(fresh_);
}

const std::vector<DeletedRanges::Range>& DeletedRanges::order() {
  if (!fresh_.empty()) fold();
  return ranges_;
}

}  // namespace tidemark::crdt
