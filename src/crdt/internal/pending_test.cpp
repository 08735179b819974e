// A part of the kernel alone: which of many waiting things an arrival wakes.
#include "crdt/internal/pending.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace tidemark::crdt {
namespace {

StructView garbage(uint64_t client, uint64_t clock, uint64_t len) {
  StructView view;
  view.id = {client, clock};
  view.len = len;
  return view;
}

TEST(Pending, wakes_only_what_the_arrival_may_help) {
  Pending pending;
  pending.add(garbage(1, 10, 5), {1, 9});
  pending.add(garbage(1, 20, 5), {2, 3});
  EXPECT_FALSE(pending.take_ready(1, 9));
  EXPECT_FALSE(pending.take_ready(2, 3));
  EXPECT_TRUE(pending.take_ready(2, 4));
  EXPECT_FALSE(pending.take_ready(2, 4));
  EXPECT_EQ(pending.count(), 1u);
  EXPECT_TRUE(pending.take_ready(1, 10));
  EXPECT_TRUE(pending.is_empty());
  EXPECT_EQ(pending.memory(), 0u);
}

TEST(Pending, keeps_the_longer_of_two_structs_with_one_id) {
  Pending pending;
  pending.add(garbage(1, 10, 5), {3, 0});
  pending.add(garbage(1, 10, 2), {3, 0});
  pending.add(garbage(1, 10, 9), {4, 0});
  EXPECT_EQ(pending.count(), 1u);
  EXPECT_FALSE(pending.take_ready(3, 1));
  EXPECT_TRUE(pending.take_ready(4, 1));
  EXPECT_TRUE(pending.is_empty());
}

// One client's pending deletes beside the set of its units.
class Units {
 public:
  void add(PendingDeletes& pending, uint64_t first, uint64_t end) {
    pending.add(7, {first, end});
    pending.add(8, {first, end});
    for (uint64_t unit = first; unit < end; ++unit) units_[unit] = true;
  }
  void take_ready(PendingDeletes& pending, uint64_t state) {
    while (const auto range = pending.take_ready(7, state)) {
      for (uint64_t unit = range->first; unit < range->end; ++unit) {
        EXPECT_TRUE(units_[unit]);
        units_[unit] = false;
      }
    }
    for (uint64_t unit = 0; unit < state; ++unit) EXPECT_FALSE(units_[unit]);
  }
  void compare(const DeleteSet& all) const {
    for (uint64_t unit = 0; unit < units_.size(); ++unit) {
      ASSERT_EQ(all.contains(7, unit), units_[unit]) << unit;
    }
  }
  size_t size() const { return units_.size(); }

 private:
  std::vector<bool> units_ = std::vector<bool>(500, false);
};

TEST(PendingDeletes, agree_with_a_set_of_units) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    PendingDeletes pending;
    Units units;
    for (int i = 0; i < 200; ++i) {
      if (random.one_in(4)) {
        units.take_ready(pending, random.below(units.size()));
      } else {
        const uint64_t first = random.below(units.size() - 20);
        units.add(pending, first, first + 1 + random.below(20));
      }
      units.compare(pending.all());
    }
    EXPECT_FALSE(pending.take_ready(9, 500));
  }
}

}  // namespace
}  // namespace tidemark::crdt
