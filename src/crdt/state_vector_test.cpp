#include "crdt/state_vector.h"

#include <gtest/gtest.h>

namespace tidemark::crdt {
namespace {

Result<StateVector> decoded(const Buffer& bytes) { return decode_state_vector(Bytes(bytes)); }

TEST(StateVector, is_written_by_descending_client_and_read_in_any_order) {
  StateVector vector;
  vector.set(5, 1);
  vector.set(300, 7);
  vector.set(1, 2);
  EXPECT_EQ(to_hex(encode_state_vector(vector)),
            "03ac02070501"
            "0102");
  const Result<StateVector> back = decoded({3, 5, 1, 1, 2, 0xAC, 2, 7});
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, vector);
}

TEST(StateVector, answers_zero_for_strangers) {
  StateVector vector({{7, 3}, {2, 0}});
  EXPECT_EQ(vector.clock_of(7), 3u);
  EXPECT_EQ(vector.clock_of(8), 0u);
  EXPECT_TRUE(vector.contains(2));
  EXPECT_FALSE(vector.contains(8));
}

TEST(StateVector, takes_the_last_entry_of_a_client) {
  EXPECT_EQ(decoded({2, 4, 1, 4, 9})->clock_of(4), 9u);
}

TEST(StateVector, refuses_cut_and_overlong_bytes) {
  EXPECT_FALSE(decoded({}).has_value());
  EXPECT_FALSE(decoded({1, 4}).has_value());
  EXPECT_FALSE(decoded({0xFF, 0xFF, 0x7F, 1, 1}).has_value());
  EXPECT_FALSE(decoded({0, 0}).has_value());
}

}  // namespace
}  // namespace tidemark::crdt
