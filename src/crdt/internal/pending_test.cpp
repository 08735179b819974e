// A part of the kernel alone: which of many waiting things an arrival wakes.
#include "crdt/internal/pending.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <string>

#include "base/random.h"
#include "crdt/internal/update/reader.h"

namespace tidemark::crdt {
namespace {

// What one client did at once, and what it must have seen of others.
struct Edit {
  ClientIndex client;
  uint32_t clock;
  uint32_t len;
  std::vector<Pending::Need> needs = {};
};

uint64_t id_of(ClientIndex client) { return 100 + client; }

// A document of which nothing is left but how far each client is.
class Replica {
 public:
  explicit Replica(size_t clients) : states_(clients, 0) {}

  void hear(const Edit& edit) {
    if (edit.clock + edit.len <= states_[edit.client]) return;
    const Pending::Need need = need_of(edit);
    if (need.client != kNoClient) return keep(edit, need);
    take_in(edit);
    pending.wake(
        {edit.client}, [this](ClientIndex client) { return states_[client]; },
        [this](const Pending::Block& block) { return look(block); });
    pending.fit();
  }
  const std::vector<uint32_t>& states() const { return states_; }
  size_t look_count() const { return look_count_; }

  Pending pending;

 private:
  Pending::Need need_of(const Edit& edit) const {
    if (edit.clock > states_[edit.client]) return {edit.client};
    for (const Pending::Need& need : edit.needs) {
      if (need.clock >= states_[need.client]) return need;
    }
    return {};
  }
  void keep(const Edit& edit, const Pending::Need& need) {
    UpdateWriterV1 writer;
    StructView view;
    view.id = {id_of(edit.client), edit.clock};
    view.len = edit.len;
    writer.write(view);
    kept_.push_back(edit);
    pending.add({edit.client, view.id, view.len, writer.bytes()}, need);
  }
  void take_in(const Edit& edit) {
    states_[edit.client] = std::max(states_[edit.client], edit.clock + edit.len);
  }
  Pending::Need look(const Pending::Block& block) {
    ++look_count_;
    const auto edit = std::find_if(kept_.begin(), kept_.end(), [&](const Edit& kept) {
      return kept.client == block.client && kept.clock == block.id.clock && kept.len == block.len;
    });
    EXPECT_NE(edit, kept_.end());
    EXPECT_EQ(block.id.client, id_of(block.client));
    const bool is_known = edit->clock + edit->len <= states_[edit->client];
    const Pending::Need need = is_known ? Pending::Need{} : need_of(*edit);
    if (need.client == kNoClient) take_in(*edit);
    return need;
  }

  std::vector<uint32_t> states_;
  std::vector<Edit> kept_;
  size_t look_count_ = 0;
};

// Everybody has seen everything before each edit.
std::vector<Edit> written(size_t count, size_t clients, Random& random) {
  std::vector<Edit> edits;
  std::vector<uint32_t> states(clients, 0);
  while (edits.size() < count) {
    const auto client = static_cast<ClientIndex>(random.below(clients));
    Edit edit{client, states[client], static_cast<uint32_t>(1 + random.below(3))};
    if (!edits.empty()) edit.needs.push_back({edits.back().client, edits.back().clock});
    if (!edits.empty()) {
      const Edit& other = edits[random.below(edits.size())];
      edit.needs.push_back({other.client, other.clock});
    }
    states[client] += edit.len;
    edits.push_back(edit);
  }
  return edits;
}

std::vector<size_t> shuffled(size_t count, Random& random) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  for (size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

TEST(Pending, wakes_only_what_the_arrival_may_help) {
  Replica replica(3);
  replica.hear({0, 0, 10, {{1, 4}}});
  replica.hear({0, 10, 5});
  replica.hear({1, 4, 1, {{2, 0}}});
  EXPECT_EQ(replica.pending.count(), 3u);
  replica.hear({1, 0, 4});
  EXPECT_EQ(replica.look_count(), 1u);
  EXPECT_EQ(replica.pending.count(), 3u);
  replica.hear({2, 0, 1});
  EXPECT_EQ(replica.look_count(), 4u);
  EXPECT_EQ(replica.states(), (std::vector<uint32_t>{15, 5, 1}));
  EXPECT_TRUE(replica.pending.is_empty());
  EXPECT_EQ(replica.pending.memory(), 0u);
}

TEST(Pending, keeps_the_longer_of_two_structs_with_one_id) {
  Replica replica(2);
  replica.hear({0, 10, 5});
  replica.hear({0, 10, 2});
  replica.hear({0, 10, 9});
  EXPECT_EQ(replica.pending.count(), 1u);
  replica.hear({0, 0, 10});
  EXPECT_EQ(replica.states()[0], 19u);
  EXPECT_TRUE(replica.pending.is_empty());
}

// The client's first struct waits for somebody, when what it says comes from elsewhere.
TEST(Pending, lets_go_of_what_has_come_meanwhile) {
  Replica replica(2);
  replica.hear({0, 0, 3, {{1, 7}}});
  replica.hear({0, 3, 1});
  replica.hear({0, 0, 2});
  EXPECT_EQ(replica.pending.count(), 2u);
  replica.hear({0, 2, 1});
  EXPECT_EQ(replica.states()[0], 4u);
  EXPECT_TRUE(replica.pending.is_empty());
}

// The units that are heard of, in states or waiting.
std::set<std::pair<uint64_t, uint64_t>> units_of(const Pending& pending) {
  std::set<std::pair<uint64_t, uint64_t>> units;
  const Buffer update = pending.encode();
  UpdateReaderV1 reader(update);
  for (StructView view; reader.next(view);) {
    if (view.ref == Ref::kSkip) continue;
    for (uint64_t i = 0; i < view.len; ++i) {
      EXPECT_TRUE(units.emplace(view.id.client, view.id.clock + i).second);
    }
  }
  EXPECT_TRUE(reader.ok());
  return units;
}

// What is in once nothing that was heard can come in any more, the long way round.
std::vector<uint32_t> states_after(const std::vector<Edit>& heard, size_t clients) {
  std::vector<uint32_t> states(clients, 0);
  const auto may_come = [&](const Edit& edit) {
    return edit.clock <= states[edit.client] && edit.clock + edit.len > states[edit.client] &&
           std::all_of(edit.needs.begin(), edit.needs.end(),
                       [&](const Pending::Need& need) { return need.clock < states[need.client]; });
  };
  for (bool has_grown = true; has_grown;) {
    has_grown = false;
    for (const Edit& edit : heard) {
      if (!may_come(edit)) continue;
      states[edit.client] = edit.clock + edit.len;
      has_grown = true;
    }
  }
  return states;
}

void compare(const Replica& replica, const std::vector<Edit>& heard) {
  ASSERT_EQ(replica.states(), states_after(heard, replica.states().size()));
  ASSERT_EQ(replica.pending.check(), "");
  const std::set<std::pair<uint64_t, uint64_t>> waiting = units_of(replica.pending);
  for (const Edit& edit : heard) {
    const uint32_t state = replica.states()[edit.client];
    for (uint32_t unit = std::max(edit.clock, state); unit < edit.clock + edit.len; ++unit) {
      ASSERT_TRUE(waiting.contains({id_of(edit.client), unit}));
    }
  }
}

// Some come twice, and some in two ways: as one and as its parts.
TEST(Pending, agrees_with_a_plain_model) {
  constexpr size_t kClients = 5;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const std::vector<Edit> edits = written(120, kClients, random);
    Replica replica(kClients);
    std::vector<Edit> heard;
    const auto hear = [&](const Edit& edit) {
      heard.push_back(edit);
      replica.hear(edit);
    };
    for (const size_t at : shuffled(edits.size(), random)) {
      const Edit& edit = edits[at];
      if (edit.len > 1 && random.one_in(3)) hear({edit.client, edit.clock, 1, edit.needs});
      hear(edit);
      if (random.one_in(4)) {
        const Edit again = heard[random.below(heard.size())];
        hear(again);
      }
      compare(replica, heard);
      if (testing::Test::HasFatalFailure()) return;
    }
    ASSERT_TRUE(replica.pending.is_empty());
    ASSERT_EQ(replica.pending.memory(), 0u);
  }
}

// Each struct is looked at once more than it needs others, whatever the order.
TEST(Pending, looks_at_each_struct_a_few_times_in_the_worst_orders) {
  constexpr size_t kCount = 3000;
  Random random(7);
  const std::vector<Edit> edits = written(kCount, 50, random);
  std::vector<size_t> backwards(kCount);
  std::iota(backwards.rbegin(), backwards.rend(), size_t{0});
  std::vector<size_t> by_client(backwards.rbegin(), backwards.rend());
  std::stable_sort(by_client.begin(), by_client.end(),
                   [&](size_t a, size_t b) { return edits[a].client < edits[b].client; });
  const std::vector<size_t> by_client_backwards(by_client.rbegin(), by_client.rend());
  for (const auto& order : {backwards, by_client, by_client_backwards, shuffled(kCount, random)}) {
    Replica replica(50);
    for (const size_t at : order) replica.hear(edits[at]);
    EXPECT_TRUE(replica.pending.is_empty());
    EXPECT_LE(replica.look_count(), 3 * kCount);
  }
}

// Whoever sends the same again and again, or ever more of it, fills no memory with it.
TEST(Pending, takes_memory_for_what_it_keeps_alone) {
  Replica replica(2);
  for (uint32_t i = 0; i < 100; ++i) replica.hear({0, 2 * i + 1, 1});
  const size_t once = replica.pending.memory();
  for (uint32_t round = 2; round < 200; ++round) {
    for (uint32_t i = 0; i < 100; ++i) replica.hear({0, 2 * i + 1, round});
  }
  EXPECT_EQ(replica.pending.count(), 100u);
  EXPECT_LT(replica.pending.memory(), 4 * once + 8192);
  replica.hear({0, 0, 198});
  EXPECT_TRUE(replica.pending.is_empty());
  EXPECT_EQ(replica.pending.memory(), 0u);
}

// A number that counts how often it is compared.
struct CountedClock {
  uint64_t value;
  inline static size_t comparisons = 0;
  friend bool operator<(const CountedClock& a, const CountedClock& b) {
    ++comparisons;
    return a.value < b.value;
  }
  friend bool operator>(const CountedClock& a, const CountedClock& b) { return b < a; }
};

struct CountedEntry {
  CountedClock clock;
};

// Of which some come in any order while others go.
TEST(ClockQueue, compares_a_logarithm_of_times) {
  constexpr uint64_t kCount = 4096;
  Random random(5);
  const auto ascending = [](uint64_t i) { return i; };
  const auto descending = [](uint64_t i) { return kCount - i; };
  const auto any = [&](uint64_t) { return random.below(kCount); };
  const auto compare = [](const auto& clock_of, uint64_t each, uint64_t is_taken_after) {
    CountedClock::comparisons = 0;
    ClockQueue<CountedEntry> queue;
    for (uint64_t i = 0; i < kCount; ++i) {
      queue.add({{clock_of(i)}});
      if (i % 3 == 0 && i > is_taken_after) queue.remove_first();
    }
    for (uint64_t last = 0; !queue.is_empty(); queue.remove_first()) {
      EXPECT_LE(last, queue.first().clock.value);
      last = queue.first().clock.value;
    }
    EXPECT_LE(CountedClock::comparisons, each * kCount);
  };
  for (const uint64_t is_taken_after : {uint64_t{0}, kCount}) {
    compare(ascending, 4, is_taken_after);
    compare(descending, 40, is_taken_after);
    compare(any, 40, is_taken_after);
  }
}

TEST(PendingDeletes, take_memory_for_what_they_keep_alone) {
  PendingDeletes pending;
  for (uint64_t round = 0; round < 200; ++round) {
    for (uint64_t i = 0; i < 100; ++i) pending.add(0, 1, {2 * i, 2 * i + 1});
  }
  EXPECT_EQ(pending.range_count(), 100u);
  EXPECT_LT(pending.memory(), 50'000u);
  for (uint64_t i = 0; i < 99; ++i) ASSERT_TRUE(pending.take_ready(0, 1000));
  pending.fit();
  EXPECT_LT(pending.memory(), 5'000u);
  EXPECT_TRUE(pending.take_ready(0, 1000));
  pending.fit();
  EXPECT_EQ(pending.memory(), 0u);
}

// One client's pending deletes beside the set of its units.
class Units {
 public:
  void add(PendingDeletes& pending, uint64_t first, uint64_t end) {
    pending.add(2, 7, {first, end});
    pending.add(0, 8, {first, end});
    for (uint64_t unit = first; unit < end; ++unit) units_[unit] = true;
  }
  void take_ready(PendingDeletes& pending, uint64_t state) {
    while (const auto range = pending.take_ready(2, state)) {
      for (uint64_t unit = range->first; unit < range->end; ++unit) {
        EXPECT_TRUE(units_[unit]);
        units_[unit] = false;
      }
    }
    for (uint64_t unit = 0; unit < state; ++unit) EXPECT_FALSE(units_[unit]);
  }
  void compare(const DeleteSet& all) const {
    for (uint64_t unit = 0; unit < units_.size(); ++unit) {
      ASSERT_EQ(all.contains(7, unit), units_[unit]) << unit;
    }
  }
  size_t size() const { return units_.size(); }

 private:
  std::vector<bool> units_ = std::vector<bool>(500, false);
};

TEST(PendingDeletes, agree_with_a_set_of_units) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    PendingDeletes pending;
    Units units;
    for (int i = 0; i < 200; ++i) {
      if (random.one_in(4)) {
        units.take_ready(pending, random.below(units.size()));
      } else {
        const uint64_t first = random.below(units.size() - 20);
        units.add(pending, first, first + 1 + random.below(20));
      }
      units.compare(pending.all());
    }
    EXPECT_FALSE(pending.take_ready(9, 500));
  }
}

}  // namespace
}  // namespace tidemark::crdt
