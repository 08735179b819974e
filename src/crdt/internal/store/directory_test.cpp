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
    Slab<Item> items;
    items.resize(3000);
    Directory directory(items);
    std::map<uint32_t, ItemHandle> model;
    // Ends that many entries can be cut out of: a client's clocks have no gaps.
    constexpr uint32_t kEnd = 1 << 20;
    items[0].clock = 0;
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
  Slab<Item> items;
  items.resize(1000);
  Directory directory(items);
  for (uint32_t i = 0; i < 1000; ++i) {
    items[i].clock = i * 10;
    directory.push_back(i * 10, i);
  }
  const Directory::Position place = directory.find(2565);
  directory.change_clock(place, 2563);
  EXPECT_EQ(directory.at(directory.find(2564)).item, 256u);
  EXPECT_EQ(directory.at(directory.find(2562)).item, 255u);
  EXPECT_TRUE(directory.check());
}

// Items that follow each other, as many as the seed says, and then one that does not, a cut, an
// erasure, or one more than a run holds.
TEST(Directory, says_the_same_of_a_run_as_of_what_is_written_down) {
  for (uint32_t count = 2; count <= 300; count += 7) {
    for (int way = 0; way < 4; ++way) {
      SCOPED_TRACE(std::to_string(count) + " items, way " + std::to_string(way));
      Slab<Item> items;
      items.resize(2 * count + 10);
      Directory directory(items);
      std::map<uint32_t, ItemHandle> model;
      const auto push = [&](uint32_t clock, ItemHandle item) {
        items[item].clock = clock;
        directory.push_back(clock, item);
        model[clock] = item;
      };
      for (uint32_t i = 0; i < count; ++i) push(i * 3, 5 + i);
      EXPECT_EQ(directory.is_run(), count <= 256);
      const Directory::Position middle = directory.find(count / 2 * 3 + 1);
      EXPECT_EQ(directory.at(middle).item, 5 + count / 2);
      switch (way) {
        case 0: push(count * 3, 1); break;
        case 1:
          EXPECT_EQ(directory.at(directory.insert_after(middle, count / 2 * 3 + 1, 2)).item, 2u);
          items[2].clock = count / 2 * 3 + 1;
          model[count / 2 * 3 + 1] = 2;
          break;
        case 2:
          directory.erase(middle);
          model.erase(count / 2 * 3);
          break;
        default:
          directory.erase(directory.last());
          model.erase(std::prev(model.end()));
          push(count * 3, 3);
      }
      EXPECT_TRUE(directory.check());
      ASSERT_EQ(directory.size(), model.size());
      for (const auto& [clock, item] : model) {
        EXPECT_EQ(directory.at(directory.find(clock)).item, item);
      }
    }
  }
}

TEST(Directory, follows_the_clocks_of_the_items_of_a_run) {
  Slab<Item> items;
  items.resize(3);
  Directory directory(items);
  for (uint32_t i = 0; i < 3; ++i) {
    items[i].clock = i * 10;
    directory.push_back(i * 10, i);
  }
  items[1].clock = 8;
  directory.change_clock(directory.find(9), 8);
  EXPECT_EQ(directory.at(directory.find(8)).item, 1u);
  EXPECT_EQ(directory.at(directory.find(7)).item, 0u);
  EXPECT_EQ(directory.memory(), 0u);
}

}  // namespace
}  // namespace tidemark::crdt
