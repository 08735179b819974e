#include "crdt/delete_set.h"

#include <gtest/gtest.h>

#include <set>
#include <type_traits>

#include "base/random.h"

namespace tidemark::crdt {
namespace {

std::string v1_hex(const DeleteSet& set) {
  Encoder encoder;
  encode_delete_set_v1(encoder, set);
  return to_hex(encoder.bytes());
}

std::string v2_hex(const DeleteSet& set) {
  Encoder encoder;
  encode_delete_set_v2(encoder, set);
  return to_hex(encoder.bytes());
}

DeleteSet set_of(std::initializer_list<std::array<uint64_t, 3>> ranges) {
  DeleteSet set;
  for (const auto& [client, clock, len] : ranges) set.add(client, clock, len);
  set.normalize();
  return set;
}

TEST(DeleteSet, joins_ranges_that_touch_or_overlap) {
  const DeleteSet set = set_of({{1, 5, 2}, {1, 0, 3}, {1, 3, 2}, {1, 20, 5}, {1, 21, 1}});
  ASSERT_EQ(set.ranges_of(1).size(), 2u);
  EXPECT_EQ(set.ranges_of(1)[0], (ClockRange{0, 7}));
  EXPECT_EQ(set.ranges_of(1)[1], (ClockRange{20, 25}));
}

TEST(DeleteSet, writes_clients_descending_in_both_formats) {
  const DeleteSet set = set_of({{1, 0, 1}, {300, 2, 3}, {300, 9, 1}});
  EXPECT_EQ(v1_hex(set), "02ac02020203090101010001");
  EXPECT_EQ(v2_hex(set), "02ac02020202040001010000");
}

TEST(DeleteSet, agrees_with_a_set_of_units) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    DeleteSet set;
    std::set<std::pair<uint64_t, uint64_t>> units;
    const uint64_t clients = random.one_in(3) ? 80 : 4;
    for (uint64_t n = random.below(200); n > 0; --n) {
      const uint64_t client = random.below(clients);
      const uint64_t clock = random.below(100);
      const uint64_t len = random.below(5) + 1;
      set.add(client, clock, len);
      for (uint64_t i = 0; i < len; ++i) units.emplace(client, clock + i);
    }
    set.normalize();
    size_t count = 0;
    for (const DeleteSet::Client& client : set.clients()) {
      for (const ClockRange& range : client.ranges) count += range.len();
    }
    EXPECT_EQ(count, units.size());
    for (uint64_t client = 0; client < clients; ++client) {
      for (uint64_t clock = 0; clock < 110; ++clock) {
        ASSERT_EQ(set.contains(client, clock), units.contains({client, clock}));
      }
    }
    for (const auto& decode : {&decode_delete_set_v1, &decode_delete_set_v2}) {
      Encoder encoder;
      if (decode == &decode_delete_set_v1) {
        encode_delete_set_v1(encoder, set);
      } else {
        encode_delete_set_v2(encoder, set);
      }
      Decoder decoder(encoder.bytes());
      DeleteSet back;
      ASSERT_TRUE(decode(decoder, back, kNoRangeLimit, nullptr) && decoder.at_end());
      EXPECT_EQ(back, set);
    }
  }
}

TEST(DeleteSet, is_as_new_after_clear) {
  DeleteSet set = set_of({{9, 4, 1}, {1, 4, 1}});
  set.clear();
  EXPECT_TRUE(set.is_empty());
  EXPECT_FALSE(set.contains(9, 4));
  set.add(1, 7, 1);
  EXPECT_EQ(set, set_of({{1, 7, 1}}));
}

TEST(DeleteSet, of_a_temporary_lives_as_long_as_a_loop_over_it) {
  const auto temporary = [] {
    DeleteSet set = set_of({{5, 0, 1}, {9, 4, 2}, {9, 10, 3}, {12, 0, 1}});
    set.clear();  // what is kept as memory only must not show
    set.add(7, 1, 2);
    set.add(9, 4, 2);
    set.add(9, 10, 3);
    return set;
  };
  DeleteSet seen;
  for (const DeleteSet::Client& client : temporary().clients()) {
    for (const ClockRange& range : client.ranges) seen.add(client.id, range.first, range.len());
  }
  EXPECT_EQ(seen, temporary());
  uint64_t units = 0;
  for (const ClockRange& range : temporary().ranges_of(9)) units += range.len();
  EXPECT_EQ(units, 5u);
  EXPECT_TRUE(temporary().ranges_of(8).empty());
  static_assert(std::is_same_v<decltype(temporary().clients()), std::vector<DeleteSet::Client>>);
  static_assert(std::is_same_v<decltype(temporary().ranges_of(9)), std::vector<ClockRange>>);
}

TEST(DeleteSet, knows_what_it_contains) {
  const DeleteSet set = set_of({{1, 0, 5}, {1, 10, 5}, {2, 0, 1}});
  EXPECT_TRUE(set.contains(set_of({{1, 1, 2}, {1, 10, 1}, {1, 14, 1}})));
  EXPECT_FALSE(set.contains(set_of({{1, 4, 7}})));
  EXPECT_FALSE(set.contains(set_of({{3, 0, 1}})));
  EXPECT_TRUE(set.contains(DeleteSet()));
}

TEST(DeleteSet, drops_empty_ranges_and_joins_unsorted_ones_when_read) {
  const Buffer bytes = {2, 1, 2, 5, 0, 3, 2, 2, 2, 9, 1, 4, 5};
  Decoder decoder{Bytes(bytes)};
  DeleteSet set;
  ASSERT_TRUE(decode_delete_set_v1(decoder, set));
  EXPECT_EQ(set, set_of({{1, 3, 2}, {2, 4, 6}}));
}

TEST(DeleteSet, refuses_what_the_input_cannot_hold_and_clocks_out_of_range) {
  const std::vector<Buffer> bad_ones = {
      {},
      {1},
      {200, 1, 1, 1},
      {1, 1, 100, 0, 1},
      {1, 1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 2}};
  for (const Buffer& bad : bad_ones) {
    DeleteSet set;
    Decoder v1{Bytes(bad)};
    EXPECT_FALSE(decode_delete_set_v1(v1, set)) << to_hex(bad);
    set.clear();
    Decoder v2{Bytes(bad)};
    EXPECT_FALSE(decode_delete_set_v2(v2, set)) << to_hex(bad);
  }
}

TEST(DeleteSet, tells_too_many_ranges_from_malformed_ones) {
  const Buffer three = {2, 2, 1, 7, 1, 1, 2, 5, 1, 9, 1};  // of client 2 one, of client 1 two
  for (const auto& decode : {&decode_delete_set_v1, &decode_delete_set_v2}) {
    for (const uint64_t max_ranges : {0u, 1u, 2u, 3u}) {
      DeleteSet set;
      Decoder decoder{Bytes(three)};
      bool has_too_many = false;
      EXPECT_EQ(decode(decoder, set, max_ranges, &has_too_many), max_ranges == 3);
      EXPECT_EQ(has_too_many, max_ranges < 3);
      EXPECT_EQ(decoder.ok(), max_ranges == 3);
    }
    DeleteSet set;
    Decoder cut_off{Bytes(three).first(8)};
    bool has_too_many = false;
    EXPECT_FALSE(decode(cut_off, set, 2, &has_too_many));
    EXPECT_FALSE(has_too_many);
  }
}

}  // namespace
}  // namespace tidemark::crdt
