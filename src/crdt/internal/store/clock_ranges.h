// Which units something concerns, as ranges of clocks: the memory of one step of a history. Clients
// stay in the order in which they first came, because that is the order in which Yjs undoes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "crdt/internal/store/item.h"

namespace tidemark::crdt {

//  (1) Once normal, ranges are grouped by client and ascending, and neither overlap nor touch.
class ClockRanges {
 public:
  struct Range {
    ClientIndex client;
    uint32_t first;
    uint32_t end;
    friend bool operator==(const Range&, const Range&) = default;
  };

  // Constant time; a range that borders on the one added last becomes part of it.
  void add(const Range& range) {
    if (!ranges_.empty() && ranges_.back().client == range.client) {
      Range& last = ranges_.back();
      if (last.end == range.first) {
        last.end = range.end;
        return;
      }
      if (range.end == last.first) {
        last.first = range.first;
        // It may reach the one before now.
        is_normal_ = ranges_.size() == 1;
        return;
      }
    }
    is_normal_ = ranges_.empty();
    ranges_.push_back(range);
  }

  void normalize();
  // Both need a normal set.
  std::span<const Range> ranges() const { return ranges_; }
  bool contains(ClientIndex client, uint32_t clock) const;

 private:
  void group();

  std::vector<Range> ranges_;
  bool is_normal_ = true;  // true of any single range
  struct Group {
    ClientIndex client;
    uint32_t first;  // of its ranges
    uint32_t count;
  };
  std::vector<Group> groups_;  // empty if there is one client
};

}  // namespace tidemark::crdt
