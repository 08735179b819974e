#include "crdt/internal/store/element_marks.h"

#include <algorithm>

#include "base/assert.h"

namespace tidemark::crdt {

// How many marks are not behind the unit.
size_t ElementMarks::above(ClientIndex client, uint32_t clock) const {
  const auto found = std::partition_point(marks_.begin(), marks_.end(), [&](const Unit& mark) {
    return mark.client != client ? mark.client < client : mark.clock <= clock;
  });
  return static_cast<size_t>(found - marks_.begin());
}

uint32_t ElementMarks::find(const Unit& start, uint32_t clock, Bytes bytes, Skip skip) {
  const auto is_on_the_way = [&](const Unit& unit) {
    return unit.client == start.client && unit.clock >= start.clock && unit.clock <= clock;
  };
  const bool goes_on = is_on_the_way(last_) && clock - last_.clock <= kStride;
  const size_t place = goes_on ? 0 : above(start.client, clock);
  Unit at = start;
  if (goes_on) {
    at = last_;
  } else if (place > 0 && is_on_the_way(marks_[place - 1])) {
    at = marks_[place - 1];
  }
  Decoder decoder(bytes.subspan(at.offset - start.offset));
  const uint32_t from = at.offset;
  uint32_t walked = 0;
  passed_.clear();
  for (; at.clock < clock; ++at.clock) {
    skip(decoder);
    if (++walked % kStride == 0 && !goes_on) {
      passed_.push_back(
          {at.client, at.clock + 1, from + static_cast<uint32_t>(decoder.position())});
    }
  }
  TM_ASSERT(decoder.ok());
  at.offset = from + static_cast<uint32_t>(decoder.position());
  marks_.insert(marks_.begin() + static_cast<std::ptrdiff_t>(place), passed_.begin(),
                passed_.end());
  last_ = at;
  return at.offset;
}

void ElementMarks::move(const Unit& first, uint32_t end_clock, uint32_t to) {
  const uint32_t by = to - first.offset;
  if (by == 0) return;
  const auto is_moved = [&](const Unit& unit) {
    return unit.client == first.client && unit.clock >= first.clock && unit.clock < end_clock;
  };
  if (is_moved(last_)) last_.offset += by;
  const size_t end = above(first.client, end_clock - 1);
  for (size_t i = end; i > 0 && is_moved(marks_[i - 1]); --i) marks_[i - 1].offset += by;
}

}  // namespace tidemark::crdt
