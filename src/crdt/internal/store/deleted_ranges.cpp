#include "crdt/internal/store/deleted_ranges.h"

#include <algorithm>

#include "base/fit.h"

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
    std::sort(fresh_.begin(), fresh_.end(), goes_before);
  }
  const auto middle = static_cast<std::ptrdiff_t>(ranges_.size());
  ranges_.insert(ranges_.end(), fresh_.begin(), fresh_.end());
  fresh_.clear();
  // What is appended in order needs no moving; that is every load.
  if (middle > 0 &&
      goes_before(ranges_[static_cast<size_t>(middle)], ranges_[static_cast<size_t>(middle) - 1])) {
    std::inplace_merge(ranges_.begin(), ranges_.begin() + middle, ranges_.end(), goes_before);
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
