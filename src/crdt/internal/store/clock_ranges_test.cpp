#include "crdt/internal/store/clock_ranges.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "base/random.h"
#include "crdt/test_seeds.h"

namespace tidemark::crdt {
namespace {

using Unit = std::pair<ClientIndex, uint32_t>;

std::vector<ClockRanges::Range> ranges_of(const ClockRanges& ranges) {
  return {ranges.ranges().begin(), ranges.ranges().end()};
}

TEST(ClockRanges, are_in_as_few_ranges_as_there_are_runs) {
  for_each_seed(300, [](uint64_t seed) {
    Random random(seed);
    ClockRanges ranges;
    std::set<Unit> units;
    std::vector<ClientIndex> order;
    for (int i = 0; i < 40; ++i) {
      const auto client = static_cast<ClientIndex>(random.below(1 + seed % 3));
      const auto first = static_cast<uint32_t>(random.below(40));
      const auto end = first + 1 + static_cast<uint32_t>(random.below(4));
      ranges.add({client, first, end});
      if (std::find(order.begin(), order.end(), client) == order.end()) order.push_back(client);
      for (uint32_t clock = first; clock < end; ++clock) units.insert({client, clock});
      if (!random.one_in(3)) continue;
      ranges.normalize();
      std::vector<ClockRanges::Range> expected;
      for (const ClientIndex known : order) {
        for (uint32_t clock = 0; clock < 50; ++clock) {
          const bool is_in = units.contains({known, clock});
          EXPECT_EQ(ranges.contains(known, clock), is_in);
          if (!is_in) continue;
          const bool goes_on =
              !expected.empty() && expected.back().client == known && expected.back().end == clock;
          if (goes_on) ++expected.back().end;
          if (!goes_on) expected.push_back({known, clock, clock + 1});
        }
      }
      EXPECT_EQ(ranges_of(ranges), expected) << "after " << i;
      if (testing::Test::HasFailure()) return;
    }
  });
}

}  // namespace
}  // namespace tidemark::crdt
