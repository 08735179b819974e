// A part of the kernel alone: through a document its chunks are hard to fill on purpose.
#include "crdt/internal/store/directory.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace tidemark::crdt {
namespace {

TEST(Directory, agrees_with_a_sorted_map) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Directory directory;
    std::map<uint32_t, ItemHandle> model;
    // Ends that many entries can be cut out of: a client's clocks have no gaps.
    constexpr uint32_t kEnd = 1 << 20;
    directory.push_back(0, 0);
    model[0] = 0;
    for (ItemHandle item = 1; item < 3000; ++item) {
      const auto clock = static_cast<uint32_t>(random.below(kEnd));
      const Directory::Position place = directory.find(clock);
      const auto known = std::prev(model.upper_bound(clock));
      ASSERT_EQ(directory.at(place).clock, known->first);
      ASSERT_EQ(directory.at(place).item, known->second);
      if (known->first == clock) continue;
      if (random.one_in(3) && !directory.is_first(place)) {
        const Directory::Position before = directory.erase(place);
        model.erase(known);
        ASSERT_EQ(directory.at(before).clock, std::prev(model.upper_bound(clock))->first);
      } else {
        const Directory::Position made = directory.insert_after(place, clock, item);
        model[clock] = item;
        ASSERT_EQ(directory.at(made).item, item);
      }
    }
    EXPECT_TRUE(directory.check());
    ASSERT_EQ(directory.size(), model.size());
    Directory::Position place = directory.first();
    size_t left = model.size();
    for (const auto& [clock, item] : model) {
      EXPECT_EQ(directory.at(place).clock, clock);
      EXPECT_EQ(directory.at(place).item, item);
      EXPECT_EQ(directory.count_from(place), left--);
      if (!directory.is_last(place)) place = directory.next(place);
    }
    EXPECT_TRUE(directory.is_last(place));
  }
}

TEST(Directory, moves_a_boundary_between_two_entries) {
  Directory directory;
  for (uint32_t i = 0; i < 1000; ++i) directory.push_back(i * 10, i);
  const Directory::Position place = directory.find(2565);
  directory.change_clock(place, 2563);
  EXPECT_EQ(directory.at(directory.find(2564)).item, 256u);
  EXPECT_EQ(directory.at(directory.find(2562)).item, 255u);
  EXPECT_TRUE(directory.check());
}

}  // namespace
}  // namespace tidemark::crdt
