#include "crdt/internal/mark_copies.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/random.h"
#include "crdt/internal/document.h"
#include "crdt/test_seeds.h"
#include "crdt/text.h"

namespace tidemark::crdt {
namespace {

// A hundred deleted units of client 1, and a hundred more.
class MarkCopiesTest : public testing::Test {
 protected:
  MarkCopiesTest() {
    EXPECT_TRUE(doc.text("t").insert(0, std::string(200, 'x')));
    EXPECT_TRUE(doc.text("t").erase(0, 100));
  }
  const StructStore& store() { return doc.document()->store; }

  Doc doc{{.client_id = 1}};
};

TEST_F(MarkCopiesTest, says_what_was_said_last_of_each_unit) {
  for_each_seed(50, [this](uint64_t seed) {
    Random random(seed);
    MarkCopies copies;
    std::map<uint64_t, uint64_t> plain;
    for (int i = 0; i < 30; ++i) {
      const uint64_t from = random.below(90);
      const uint64_t length = random.below(11);
      const uint64_t to = 100 + random.below(90);
      copies.add({{1, from}, {1, to}, length});
      for (uint64_t k = 0; k < length; ++k) plain[from + k] = to + k;
    }
    for (uint64_t unit = 0; unit < 200; ++unit) {
      const auto copy = plain.find(unit);
      const Id expected{1, copy == plain.end() ? unit : copy->second};
      EXPECT_EQ(copies.latest(store(), {1, unit}).clock, expected.clock) << unit;
    }
  });
}

TEST_F(MarkCopiesTest, goes_on_from_copies_that_were_deleted) {
  MarkCopies copies;
  copies.add({{1, 0}, {1, 50}, 10});
  copies.add({{1, 50}, {1, 120}, 10});
  EXPECT_EQ(copies.latest(store(), {1, 3}), (Id{1, 123}));
  EXPECT_EQ(copies.latest(store(), {1, 10}), (Id{1, 10}));
}

TEST_F(MarkCopiesTest, follows_nobody_in_circles_or_to_what_nobody_wrote) {
  MarkCopies copies;
  copies.add({{1, 0}, {1, 1}, 1});
  copies.add({{1, 1}, {1, 0}, 1});
  EXPECT_EQ(copies.latest(store(), {1, 0}).client, 1u);
  copies.add({{1, 7}, {1, 1000}, 1});
  copies.add({{1, 8}, {77, 0}, 1});
  copies.add({{1, 9}, {1, (uint64_t{1} << 53) - 1}, (uint64_t{1} << 53) - 1});
  for (const uint64_t unit : {7u, 8u, 9u, 60u}) {
    EXPECT_EQ(copies.latest(store(), {1, unit}), (Id{1, unit}));
  }
  EXPECT_EQ(copies.latest(store(), {77, 3}), (Id{77, 3}));
}

}  // namespace
}  // namespace tidemark::crdt
