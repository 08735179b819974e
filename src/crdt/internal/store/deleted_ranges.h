// What of one client is deleted, kept up to date as deletions come: asking for it after an edit
// costs what changed, not a walk over all items.
//  (1) Ranges in order() are ascending and neither overlap nor touch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tidemark::crdt {

class DeletedRanges {
 public:
  struct Range {
    uint32_t clock;
    uint32_t len;
    uint32_t end() const { return clock + len; }
    friend bool operator==(const Range&, const Range&) = default;
  };

  // These clocks are deleted from now on. Amortised constant time where deletions border on each
  // other, as they mostly do.
  void add(uint32_t clock, uint32_t len) {
    if (fresh_.empty() && (ranges_.empty() || ranges_.back().end() <= clock)) {
      if (!ranges_.empty() && ranges_.back().end() == clock) {
        ranges_.back().len += len;
      } else {
        ranges_.push_back({clock, len});
      }
      return;
    }
    if (!fresh_.empty()) {
      Range& last = fresh_.back();
      if (last.end() == clock) {
        last.len += len;
        return;
      }
      if (clock + len == last.clock) {
        last.clock = clock;
        last.len += len;
        return;
      }
    }
    add_apart({clock, len});
  }

  // All ranges in order; valid until the next add().
  const std::vector<Range>& order();
  // Gives back the room for more.
  void fit();
  size_t memory() const { return (ranges_.capacity() + fresh_.capacity()) * sizeof(Range); }

 private:
  void add_apart(Range range);
  void fold();

  std::vector<Range> ranges_;
  std::vector<Range> fresh_;  // added since, in the order in which they came
};

}  // namespace tidemark::crdt
