#include "sync/awareness.h"

#include <gtest/gtest.h>

#include "sync/golden.h"

namespace tidemark::sync {
namespace {

constexpr std::string_view kUser = R"({"user":{"name":"Å","color":"#fff"}})";
constexpr uint64_t kOther = 4294967296 + 5;

Awareness here(uint64_t client = 7) { return Awareness(client, Limits{}, Instant{0}); }

Buffer encode(const Awareness& awareness, uint64_t client) {
  const uint64_t clients[] = {client};
  return awareness.encode(clients);
}

Buffer entry(uint64_t client, uint64_t clock, std::string_view state) {
  const AwarenessEntry entries[] = {{client, clock, state}};
  return write_awareness(entries);
}

TEST(Awareness, writes_what_the_reference_writes) {
  Awareness awareness = here();
  EXPECT_EQ(encode(awareness, 7), golden::frame("awareness_first"));
  awareness.set_local_state(kUser, Instant{1});
  EXPECT_EQ(encode(awareness, 7), golden::frame("awareness_second"));
  ASSERT_TRUE(awareness.apply(entry(kOther, 1, R"({"n":[1,null]})"), Instant{2}));
  const uint64_t both[] = {7, kOther};
  EXPECT_EQ(awareness.encode(both), golden::frame("awareness_both"));
}

TEST(Awareness, insists_on_being_here_when_a_peer_says_it_is_gone) {
  Awareness awareness = here();
  awareness.set_local_state(kUser, Instant{1});
  const auto change = awareness.apply(golden::frame("awareness_gone"), Instant{2});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->removed, std::vector<uint64_t>{7});
  EXPECT_EQ(encode(awareness, 7), golden::frame("awareness_insisted"));
  awareness.set_local_state(std::nullopt, Instant{3});
  EXPECT_EQ(encode(awareness, 7), golden::frame("awareness_left"));
  EXPECT_FALSE(awareness.local_state());
}

TEST(Awareness, takes_only_newer_clocks_or_a_goodbye_at_the_same_clock) {
  Awareness awareness = here();
  EXPECT_TRUE(awareness.apply(entry(9, 0, "{}"), Instant{0})->is_empty());
  EXPECT_EQ(awareness.apply(entry(9, 2, "{}"), Instant{0})->added, std::vector<uint64_t>{9});
  EXPECT_TRUE(awareness.apply(entry(9, 2, "{\"a\":1}"), Instant{0})->is_empty());
  EXPECT_TRUE(awareness.apply(entry(9, 1, "null"), Instant{0})->is_empty());
  const auto same = awareness.apply(entry(9, 3, "{}"), Instant{0});
  EXPECT_EQ(same->refreshed, std::vector<uint64_t>{9});
  EXPECT_FALSE(same->is_visible());
  EXPECT_EQ(awareness.apply(entry(9, 3, " null "), Instant{0})->removed, std::vector<uint64_t>{9});
  EXPECT_FALSE(awareness.state_of(9));
  EXPECT_TRUE(awareness.apply(entry(9, 3, "null"), Instant{0})->is_empty());
}

TEST(Awareness, renews_its_own_state_and_lets_the_silent_go) {
  Awareness awareness = here();
  ASSERT_TRUE(awareness.apply(entry(9, 1, "{}"), Instant{1'000}));
  EXPECT_EQ(awareness.next_deadline().ms, 15'000);
  EXPECT_TRUE(awareness.tick(Instant{14'999}).renewed.is_empty());
  EXPECT_EQ(awareness.tick(Instant{15'000}).renewed.refreshed, std::vector<uint64_t>{7});
  EXPECT_EQ(awareness.clock_of(7), 1u);
  const auto ticked = awareness.tick(Instant{31'000});
  EXPECT_EQ(ticked.expired.removed, std::vector<uint64_t>{9});
  EXPECT_EQ(awareness.clock_of(9), 1u);
  awareness.tick(Instant{61'000});
  EXPECT_EQ(awareness.clock_of(9), std::nullopt);
  awareness.check();
}

TEST(Awareness, removes_others_but_never_itself) {
  Awareness awareness = here();
  ASSERT_TRUE(awareness.apply(entry(9, 1, "{}"), Instant{0}));
  const uint64_t all[] = {7, 9, 11};
  EXPECT_EQ(awareness.remove(all).removed, std::vector<uint64_t>{9});
  EXPECT_TRUE(awareness.local_state());
}

TEST(Awareness, refuses_what_is_no_json_and_what_is_too_large) {
  Limits limits;
  limits.max_awareness_state_bytes = 10;
  limits.max_awareness_states_per_room = 3;
  limits.max_nesting = 2;
  Awareness awareness(7, limits, Instant{0});
  EXPECT_EQ(awareness.apply(entry(9, 1, "{"), Instant{0}).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(awareness.apply(entry(9, 1, ""), Instant{0}).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(awareness.apply(entry(9, 1, "[1,2,3,4,5]"), Instant{0}).error().code,
            ErrorCode::kTooLarge);
  EXPECT_EQ(awareness.apply(entry(9, 1, "[[[]]]"), Instant{0}).error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(awareness.apply(entry(9, 1, "[[0]]"), Instant{0}));
  for (uint64_t client = 10; client < 20; ++client) {
    ASSERT_TRUE(awareness.apply(entry(client, 1, "{}"), Instant{0}));
  }
  EXPECT_EQ(awareness.states().size(), 3u);
  awareness.check();
}

TEST(Awareness, refuses_every_cut_and_survives_every_flipped_bit) {
  Buffer update = golden::frame("awareness_both");
  for (size_t size = 0; size < update.size(); ++size) {
    EXPECT_FALSE(here().apply(Bytes(update).first(size), Instant{0})) << size;
  }
  for (size_t bit = 0; bit < update.size() * 8; ++bit) {
    update[bit / 8] = static_cast<uint8_t>(update[bit / 8] ^ 1 << bit % 8);
    Awareness awareness = here();
    awareness.apply(update, Instant{0}).has_value();
    awareness.check();
    update[bit / 8] = static_cast<uint8_t>(update[bit / 8] ^ 1 << bit % 8);
  }
}

}  // namespace
}  // namespace tidemark::sync
