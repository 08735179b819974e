// The columns have no door of their own through which every run could be had.
#include "crdt/internal/update/column_writers.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "crdt/internal/update/columns.h"
#include "crdt/test_seeds.h"

namespace tidemark::crdt {
namespace {

// Runs of any length, mostly short, of values of any size up to `bits`.
std::vector<uint64_t> values(Random& random, unsigned bits) {
  std::vector<uint64_t> made;
  for (uint64_t runs = random.below(40); runs > 0; --runs) {
    const uint64_t value = random.next() >> (64 - bits + random.below(bits));
    const uint64_t count = random.below(8) == 0 ? random.below(400) : 1 + random.below(3);
    made.insert(made.end(), count, value);
  }
  return made;
}

// In rows of any length, and one by one.
template <typename Run>
void write(RunColumn<Run>& column, Random& random, const std::vector<uint64_t>& all) {
  for (size_t at = 0; at < all.size();) {
    const auto count = static_cast<size_t>(random.below(all.size() - at)) + 1;
    if (random.below(2) == 0) {
      column.write(all[at++]);
      continue;
    }
    column.write_each(count, [&](auto&& put) {
      for (size_t i = 0; i < count; ++i) put(all[at + i]);
    });
    at += count;
  }
}

template <typename Run, typename Reader>
void round_trip(Random& random, unsigned bits) {
  RunColumn<Run> column;
  for (int round = 0; round < 2; ++round) {
    const std::vector<uint64_t> all = values(random, bits);
    write(column, random, all);
    Reader reader(column.finish());
    for (const uint64_t value : all) ASSERT_EQ(uint64_t{reader.next()}, value);
    ASSERT_TRUE(all.empty() || reader.ok());
    column.clear();
  }
}

TEST(Columns, hold_what_is_written_in_rows_and_one_by_one) {
  for_each_seed(200, [](uint64_t seed) {
    Random random(seed);
    round_trip<ByteRun, ByteRuns>(random, 8);
    round_trip<UintRun, UintRuns>(random, 53);
    round_trip<DiffRun, DiffRuns>(random, 53);
  });
}

TEST(Columns, put_a_number_without_branches_as_with_them) {
  for (unsigned bits = 0; bits < 54; ++bits) {
    for (const uint64_t near : {uint64_t{0}, uint64_t{1}}) {
      const uint64_t value = (uint64_t{1} << bits) - near;
      uint8_t quick[16];
      uint8_t slow[16];
      const Bytes a(quick, put_varying(quick, value));
      const Bytes b(slow, put_varuint(slow, value));
      EXPECT_TRUE(equal(a, b)) << value;
    }
  }
}

}  // namespace
}  // namespace tidemark::crdt
