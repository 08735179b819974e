// A part of the kernel alone: how few steps it takes does not show through a document.
#include "crdt/internal/store/element_marks.h"

#include <gtest/gtest.h>

#include "base/encoder.h"
#include "base/random.h"

namespace tidemark::crdt {
namespace {

uint64_t steps = 0;

void skip(Decoder& from) {
  from.read_varbytes();
  ++steps;
}

// Values of different sizes, and where each begins.
struct Values {
  explicit Values(uint32_t count) {
    Encoder encoder;
    for (uint32_t i = 0; i < count; ++i) {
      offsets.push_back(static_cast<uint32_t>(encoder.bytes().size()));
      encoder.write_varstring(std::string(i % 7, 'x'));
    }
    bytes = encoder.take();
  }
  // As if the run began with this element, at this place of the pool.
  uint32_t find(ElementMarks& marks, uint32_t first, uint32_t element, uint32_t place) const {
    const Bytes rest = Bytes(bytes).subspan(offsets[first]);
    const uint32_t found =
        marks.find({3, 100 + first, place + offsets[first]}, 100 + element, rest, skip);
    return found - place;
  }
  std::vector<uint32_t> offsets;
  Buffer bytes;
};

TEST(ElementMarks, find_elements_from_wherever_their_item_begins) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const Values run(3000);
    ElementMarks marks;
    uint32_t place = 5000;
    for (int i = 0; i < 2000; ++i) {
      const auto element = static_cast<uint32_t>(random.below(3000));
      const auto first = static_cast<uint32_t>(random.one_in(2) ? 0 : random.below(element + 1));
      ASSERT_EQ(run.find(marks, first, element, place), run.offsets[element]);
      if (!random.one_in(50)) continue;
      marks.move({3, 100, place}, 3100, place + 77);
      place += 77;
    }
    // A few more than one each kStride, because walks begin anywhere.
    EXPECT_LE(marks.size(), 2 * 3000 / ElementMarks::kStride);
  }
}

TEST(ElementMarks, take_a_short_way_once_the_long_one_was_walked) {
  const Values run(20000);
  ElementMarks marks;
  Random random(7);
  run.find(marks, 0, 19999, 0);
  steps = 0;
  for (int i = 0; i < 1000; ++i) {
    run.find(marks, 0, static_cast<uint32_t>(random.below(20000)), 0);
  }
  EXPECT_LE(steps, 1000 * ElementMarks::kStride);
  // One by one, also where nobody has been.
  ElementMarks fresh;
  run.find(fresh, 0, 40, 0);
  steps = 0;
  for (uint32_t i = 41; i < 20000; ++i) run.find(fresh, 0, i, 0);
  EXPECT_EQ(steps, 20000u - 41);
  EXPECT_LE(fresh.size(), 1u);
  // And backwards, as undo goes.
  steps = 0;
  for (uint32_t i = 20000; i-- > 0;) run.find(fresh, 0, i, 0);
  EXPECT_LE(steps, 20000 * uint64_t{ElementMarks::kStride} + 20000);
}

TEST(ElementMarks, follow_only_what_is_moved) {
  const Values run(1000);
  ElementMarks marks;
  run.find(marks, 0, 999, 0);
  marks.move({3, 600, run.offsets[500]}, 1100, run.offsets[500] + 900);
  ASSERT_EQ(run.find(marks, 0, 499, 0), run.offsets[499]);
  ASSERT_EQ(run.find(marks, 500, 999, 900), run.offsets[999]);
  marks.move({4, 100, 0}, 1100, 12345);
  ASSERT_EQ(run.find(marks, 0, 300, 0), run.offsets[300]);
}

}  // namespace
}  // namespace tidemark::crdt
