// A part of the kernel alone: what it puts off does not show through a document.
#include "crdt/internal/store/deleted_ranges.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace tidemark::crdt {
namespace {

TEST(DeletedRanges, agree_with_a_set_of_units) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    DeletedRanges ranges;
    std::vector<bool> units(3000, false);
    uint32_t next = 0;
    for (int i = 0; i < 600; ++i) {
      // Forwards, backwards and anywhere.
      const uint64_t kind = random.below(3);
      if (kind == 0) next = static_cast<uint32_t>(random.below(units.size()));
      if (kind == 1 && next > 0) --next;
      if (next >= units.size() || units[next]) continue;
      ranges.add(next, 1);
      units[next] = true;
      if (kind == 2) ++next;
      if (!random.one_in(30)) continue;
      std::vector<bool> told(units.size(), false);
      uint32_t end = 0;
      bool is_first = true;
      for (const DeletedRanges::Range& range : ranges.order()) {
        EXPECT_TRUE(is_first || range.clock > end) << "ranges touch at " << end;
        for (uint32_t unit = range.clock; unit < range.end(); ++unit) told[unit] = true;
        end = range.end();
        is_first = false;
      }
      ASSERT_EQ(told, units);
    }
  }
}

}  // namespace
}  // namespace tidemark::crdt
