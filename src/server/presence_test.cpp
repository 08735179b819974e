#include "server/presence.h"

#include <gtest/gtest.h>

#include "sync/golden.h"

namespace tidemark::server {
namespace {

constexpr Presence::SessionId kAnna = 1;
constexpr Presence::SessionId kBert = 2;

Buffer said(uint64_t client, uint64_t clock, std::string_view state) {
  const sync::AwarenessEntry entries[] = {{client, clock, state}};
  return sync::write_awareness(entries);
}

struct Heard {
  uint64_t clock;
  std::string state;
  friend bool operator==(const Heard&, const Heard&) = default;
};

// What the room would be told now, by client.
std::map<uint64_t, Heard> changes(Presence& presence) {
  std::map<uint64_t, Heard> heard;
  if (!presence.has_changes()) return heard;
  const Buffer update = presence.take_changes();
  const auto entries = sync::read_awareness(update, sync::Limits{});
  EXPECT_TRUE(entries.has_value());
  for (const auto& entry : *entries) heard[entry.client] = {entry.clock, std::string(entry.state)};
  presence.check();
  return heard;
}

using Told = std::map<uint64_t, Heard>;

TEST(Presence, tells_the_latest_of_a_turn_once) {
  Presence presence{sync::Limits{}};
  ASSERT_TRUE(presence.apply(kAnna, said(7, 1, "{}"), Instant{0}));
  ASSERT_TRUE(presence.apply(kAnna, said(7, 2, R"({"x":1})"), Instant{0}));
  EXPECT_EQ(changes(presence), (Told{{7, {2, R"({"x":1})"}}}));
  EXPECT_FALSE(presence.has_changes());
}

TEST(Presence, takes_echoes_and_clock_zero_for_no_news) {
  Presence presence{sync::Limits{}};
  ASSERT_TRUE(presence.apply(kAnna, said(7, 0, "{}"), Instant{0}));
  EXPECT_EQ(presence.count(), 0u);
  ASSERT_TRUE(presence.apply(kAnna, said(7, 3, "{}"), Instant{0}));
  changes(presence);
  ASSERT_TRUE(presence.apply(kBert, said(7, 3, R"({"fake":1})"), Instant{0}));
  EXPECT_FALSE(presence.has_changes());
}

TEST(Presence, lets_only_the_owner_say_goodbye) {
  Presence presence{sync::Limits{}};
  ASSERT_TRUE(presence.apply(kAnna, said(7, 1, "{}"), Instant{0}));
  changes(presence);
  ASSERT_TRUE(presence.apply(kBert, said(7, 1, "null"), Instant{0}));
  ASSERT_TRUE(presence.apply(kBert, said(7, 9, "null"), Instant{0}));
  EXPECT_FALSE(presence.has_changes());
  ASSERT_TRUE(presence.apply(kAnna, said(7, 1, "null"), Instant{0}));
  EXPECT_EQ(changes(presence), (Told{{7, {1, "null"}}}));
}

TEST(Presence, says_goodbye_for_whoever_claimed_the_highest_clock) {
  for (const bool is_silent : {false, true}) {
    Presence presence{sync::Limits{}};
    ASSERT_TRUE(presence.apply(kAnna, said(7, kMaxSafeInteger, "{}"), Instant{0}));
    changes(presence);
    if (is_silent) {
      presence.tick(Instant{sync::Limits{}.awareness_timeout_ms});
    } else {
      presence.leave(kAnna);
    }
    EXPECT_EQ(changes(presence), (Told{{7, {kMaxSafeInteger, "null"}}}));
  }
}

TEST(Presence, follows_a_client_to_its_new_connection) {
  Presence presence{sync::Limits{}};
  ASSERT_TRUE(presence.apply(kAnna, said(7, 1, "{}"), Instant{0}));
  ASSERT_TRUE(presence.apply(kBert, said(7, 2, "{}"), Instant{0}));
  changes(presence);
  presence.leave(kAnna);
  EXPECT_FALSE(presence.has_changes());
  presence.leave(kBert);
  EXPECT_EQ(changes(presence), (Told{{7, {3, "null"}}}));
  EXPECT_EQ(presence.everything(), std::nullopt);
}

TEST(Presence, lets_the_silent_go_and_remembers_their_clock_for_a_while) {
  Presence presence{sync::Limits{}};
  ASSERT_TRUE(presence.apply(kAnna, said(7, 4, "{}"), Instant{1'000}));
  changes(presence);
  EXPECT_EQ(presence.next_deadline().ms, 31'000);
  presence.tick(Instant{31'000});
  EXPECT_EQ(changes(presence), (Told{{7, {5, "null"}}}));
  ASSERT_TRUE(presence.apply(kBert, said(7, 5, "{}"), Instant{32'000}));
  EXPECT_EQ(presence.count(), 0u);
  presence.tick(presence.next_deadline());
  EXPECT_EQ(presence.next_deadline(), Instant::never());
  ASSERT_TRUE(presence.apply(kBert, said(7, 5, "{}"), Instant{70'000}));
  EXPECT_EQ(presence.count(), 1u);
}

// What a session would be asked now: clients and clocks.
using Asked = std::map<uint64_t, uint64_t>;
Asked question(Presence& presence, Presence::SessionId session) {
  Asked asked;
  const auto update = presence.take_question(session);
  if (!update) return asked;
  const auto entries = sync::read_awareness(*update, sync::Limits{});
  EXPECT_TRUE(entries.has_value());
  for (const auto& entry : *entries) {
    EXPECT_TRUE(entry.is_gone());
    asked[entry.client] = entry.clock;
  }
  presence.check();
  return asked;
}

constexpr Presence::SessionId kBertAgain = 3;

TEST(Presence, asks_whom_it_does_not_know_while_it_is_young) {
  Presence presence{sync::Limits{}, Instant{30'000}};
  ASSERT_TRUE(presence.apply(kAnna, said(7, 4, "{}"), Instant{29'999}));
  EXPECT_EQ(question(presence, kBert), Asked{});
  EXPECT_EQ(question(presence, kAnna), (Asked{{7, 4}}));
  EXPECT_FALSE(presence.has_questions());
  ASSERT_TRUE(presence.apply(kAnna, said(7, 5, "{}"), Instant{29'999}));
  ASSERT_TRUE(presence.apply(kBert, said(8, 4, "{}"), Instant{30'000}));
  EXPECT_FALSE(presence.has_questions());
}

TEST(Presence, asks_who_comes_back_with_an_old_clock_and_all_the_others) {
  Presence presence{sync::Limits{}};
  ASSERT_TRUE(presence.apply(kAnna, said(7, 4, "{}"), Instant{0}));
  ASSERT_TRUE(presence.apply(kBert, said(8, 9, "{}"), Instant{0}));
  presence.leave(kBert);
  changes(presence);
  ASSERT_TRUE(presence.apply(kBertAgain, said(8, 9, "{}"), Instant{10'000}));
  EXPECT_FALSE(presence.has_changes());
  EXPECT_EQ(question(presence, kAnna), (Asked{{7, 4}}));
  EXPECT_EQ(question(presence, kBertAgain), (Asked{{8, 10}}));
  ASSERT_TRUE(presence.apply(kBertAgain, said(8, 11, "{}"), Instant{10'000}));
  EXPECT_EQ(changes(presence), (Told{{8, {11, "{}"}}}));
}

TEST(Presence, asks_everybody_once_a_second_and_forgets_nobody_who_came_meanwhile) {
  Presence presence{sync::Limits{}};
  ASSERT_TRUE(presence.apply(kAnna, said(7, 4, "{}"), Instant{0}));
  uint64_t clock = 1;
  const auto bert_comes_back = [&](int64_t ms) {
    ASSERT_TRUE(presence.apply(kBert, said(8, clock, "{}"), Instant{ms}));
    presence.leave(kBert);
    clock += 2;
    ASSERT_TRUE(presence.apply(kBertAgain, said(8, clock, "{}"), Instant{ms}));
    presence.leave(kBertAgain);
    clock += 2;
    changes(presence);
  };
  bert_comes_back(10'000);
  EXPECT_EQ(question(presence, kAnna), (Asked{{7, 4}}));
  bert_comes_back(10'200);
  EXPECT_EQ(question(presence, kAnna), Asked{});
  EXPECT_EQ(presence.next_round().ms, 11'000);
  EXPECT_EQ(presence.next_deadline().ms, 11'000);
  presence.tick(Instant{11'000});
  EXPECT_EQ(question(presence, kAnna), (Asked{{7, 4}}));
  EXPECT_EQ(presence.next_round(), Instant::never());
}

TEST(Presence, asks_nobody_who_hides_and_shows_itself_on_one_connection) {
  Presence presence{sync::Limits{}};
  ASSERT_TRUE(presence.apply(kAnna, said(7, 4, "{}"), Instant{0}));
  ASSERT_TRUE(presence.apply(kBert, said(8, 1, "{}"), Instant{0}));
  ASSERT_TRUE(presence.apply(kBert, said(8, 2, "null"), Instant{0}));
  ASSERT_TRUE(presence.apply(kBert, said(8, 3, "{}"), Instant{0}));
  EXPECT_FALSE(presence.has_questions());
}

TEST(Presence, asks_nobody_who_only_repeats_others) {
  Presence presence{sync::Limits{}};
  ASSERT_TRUE(presence.apply(kAnna, said(7, 4, "{}"), Instant{0}));
  ASSERT_TRUE(presence.apply(kBert, said(8, 1, "{}"), Instant{0}));
  presence.leave(kBert);
  // An echo that was on its way.
  ASSERT_TRUE(presence.apply(kAnna, said(8, 1, "{}"), Instant{0}));
  EXPECT_FALSE(presence.has_questions());
  EXPECT_EQ(presence.next_round(), Instant::never());
}

TEST(Presence, asks_nobody_in_a_crowd) {
  Presence presence{sync::Limits{}};
  constexpr uint64_t kCrowd = 101;
  for (uint64_t client = 1; client <= kCrowd; ++client) {
    ASSERT_TRUE(presence.apply(100 + client, said(client, 1, "{}"), Instant{0}));
  }
  ASSERT_TRUE(presence.apply(kBert, said(900, 1, "{}"), Instant{0}));
  presence.leave(kBert);
  ASSERT_TRUE(presence.apply(kBertAgain, said(900, 1, "{}"), Instant{0}));
  EXPECT_EQ(question(presence, 101), Asked{});
  EXPECT_EQ(question(presence, kBertAgain), (Asked{{900, 2}}));
}

TEST(Presence, asks_nobody_who_has_left_or_is_forgotten) {
  Presence presence{sync::Limits{}, Instant{30'000}};
  ASSERT_TRUE(presence.apply(kAnna, said(7, 4, "{}"), Instant{0}));
  presence.leave(kAnna);
  EXPECT_FALSE(presence.has_questions());
  ASSERT_TRUE(presence.apply(kBert, said(8, 4, "{}"), Instant{0}));
  changes(presence);
  presence.tick(Instant{30'000});
  changes(presence);
  presence.tick(Instant{60'000});
  presence.check();
  EXPECT_EQ(question(presence, kBert), Asked{});
}

TEST(Presence, bounds_states_by_session_and_room_and_bytes) {
  sync::Limits limits;
  limits.max_awareness_states_per_session = 2;
  limits.max_awareness_states_per_room = 3;
  limits.max_awareness_bytes_per_room = 20;
  Presence presence{limits};
  uint64_t dropped = 0;
  for (uint64_t client = 1; client <= 4; ++client) {
    dropped += *presence.apply(kAnna, said(client, 1, "{}"), Instant{0});
    dropped += *presence.apply(kBert, said(client + 100, 1, "{}"), Instant{0});
  }
  EXPECT_EQ(presence.count(), 3u);
  EXPECT_EQ(dropped, 5u);
  EXPECT_EQ(*presence.apply(kAnna, said(1, 2, R"("0123456789abcdef")"), Instant{0}), 1u);
  presence.check();
  for (uint64_t client = 0; client < 100; ++client) {
    presence.apply(kAnna, said(1, client + 3, "null"), Instant{0}).has_value();
    presence.apply(kAnna, said(client + 200, 1, "{}"), Instant{0}).has_value();
    presence.apply(kAnna, said(client + 200, 1, "null"), Instant{0}).has_value();
  }
  changes(presence);
  presence.check();
}

TEST(Presence, has_space_for_a_newcomer_after_a_flood_of_invented_clients) {
  sync::Limits limits;
  limits.max_awareness_states_per_room = 4;
  Presence presence{limits};
  for (uint64_t client = 1; client <= 100; ++client) {
    ASSERT_TRUE(presence.apply(kAnna, said(client, 1, "{}"), Instant{0}));
    ASSERT_TRUE(presence.apply(kAnna, said(client, 1, "null"), Instant{0}));
    changes(presence);
  }
  EXPECT_EQ(*presence.apply(kBert, said(7'000, 1, "{}"), Instant{0}), 0u);
  EXPECT_EQ(presence.count(), 1u);
}

TEST(Presence, survives_every_cut_and_every_flipped_bit) {
  Buffer update = golden::frame("awareness_both");
  for (size_t size = 0; size < update.size(); ++size) {
    Presence presence{sync::Limits{}};
    EXPECT_FALSE(presence.apply(kAnna, Bytes(update).first(size), Instant{0}));
    EXPECT_FALSE(presence.has_changes());
  }
  for (size_t bit = 0; bit < update.size() * 8; ++bit) {
    update[bit / 8] = static_cast<uint8_t>(update[bit / 8] ^ 1 << bit % 8);
    Presence presence{sync::Limits{}};
    presence.apply(kAnna, update, Instant{0}).has_value();
    presence.check();
    update[bit / 8] = static_cast<uint8_t>(update[bit / 8] ^ 1 << bit % 8);
  }
}

}  // namespace
}  // namespace tidemark::server
