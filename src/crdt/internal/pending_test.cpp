// A part of the kernel alone: which of many waiting things an arrival wakes.
#include "crdt/internal/pending.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/random.h"
#include "crdt/internal/update/reader.h"

namespace tidemark::crdt {
namespace {

StructView garbage(uint64_t client, uint64_t clock, uint64_t len) {
  StructView view;
  view.id = {client, clock};
  view.len = len;
  return view;
}

// Takes what this arrival wakes, if it wakes anything.
bool wakes(Pending& pending, uint64_t client, uint64_t state) {
  const std::optional<Pending::Ready> ready = pending.take_ready(client, state);
  if (ready) pending.forget(*ready);
  return ready.has_value();
}

TEST(Pending, wakes_only_what_the_arrival_may_help) {
  Pending pending;
  pending.add(garbage(1, 10, 5), {1, 9});
  pending.add(garbage(1, 20, 5), {2, 3});
  EXPECT_FALSE(wakes(pending, 1, 9));
  EXPECT_FALSE(wakes(pending, 2, 3));
  EXPECT_TRUE(wakes(pending, 2, 4));
  EXPECT_FALSE(wakes(pending, 2, 4));
  EXPECT_EQ(pending.count(), 1u);
  EXPECT_TRUE(wakes(pending, 1, 10));
  EXPECT_TRUE(pending.is_empty());
  pending.fit();
  EXPECT_EQ(pending.memory(), 0u);
}

TEST(Pending, keeps_the_longer_of_two_structs_with_one_id) {
  Pending pending;
  pending.add(garbage(1, 10, 5), {3, 0});
  pending.add(garbage(1, 10, 2), {3, 0});
  pending.add(garbage(1, 10, 9), {4, 0});
  EXPECT_EQ(pending.count(), 1u);
  EXPECT_FALSE(wakes(pending, 3, 1));
  EXPECT_TRUE(wakes(pending, 4, 1));
  EXPECT_TRUE(pending.is_empty());
}

// What Pending is to do, the long way round: every struct is looked at each time.
class PlainModel {
 public:
  struct Kept {
    WireId id;
    uint64_t len;
    WireId missing;
  };

  void add(WireId id, uint64_t len, WireId missing) {
    const auto known =
        std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) { return kept.id == id; });
    if (known == kept_.end()) {
      kept_.push_back({id, len, missing});
    } else if (known->len < len) {
      *known = {id, len, missing};
    }
  }
  // The lowest missing clock first, and of those the lowest id.
  std::optional<Kept> take_ready(uint64_t client, uint64_t state) {
    const auto rank = [](const Kept& kept) {
      return std::tuple(kept.missing.clock, kept.id.client, kept.id.clock);
    };
    auto found = kept_.end();
    for (auto at = kept_.begin(); at != kept_.end(); ++at) {
      if (at->missing.client != client || at->missing.clock >= state) continue;
      if (found == kept_.end() || rank(*at) < rank(*found)) found = at;
    }
    if (found == kept_.end()) return std::nullopt;
    const Kept kept = *found;
    kept_.erase(found);
    return kept;
  }
  std::map<uint64_t, uint64_t> missing() const {
    std::map<uint64_t, uint64_t> lowest;
    for (const Kept& kept : kept_) {
      const auto [at, is_new] = lowest.emplace(kept.missing.client, kept.missing.clock);
      at->second = std::min(at->second, kept.missing.clock);
    }
    return lowest;
  }
  // The units that it covers.
  std::set<std::pair<uint64_t, uint64_t>> units() const {
    std::set<std::pair<uint64_t, uint64_t>> units;
    for (const Kept& kept : kept_) {
      for (uint64_t i = 0; i < kept.len; ++i) units.emplace(kept.id.client, kept.id.clock + i);
    }
    return units;
  }
  size_t size() const { return kept_.size(); }

 private:
  std::vector<Kept> kept_;
};

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

// Ids of which many are equal or overlap, or wait for the same.
class Mixed {
 public:
  explicit Mixed(uint64_t seed) : random_(seed) {}

  void step() {
    if (random_.below(5) < adding_) {
      const WireId id = some_id();
      const uint64_t len = 1 + random_.below(4);
      const WireId missing = some_id();
      pending_.add(garbage(id.client, id.clock, len), missing);
      model_.add(id, len, missing);
    } else {
      take(random_.below(kClients), random_.below(kClocks + 1));
    }
    if (random_.one_in(100)) adding_ = 1 + random_.below(4);
    ASSERT_EQ(pending_.count(), model_.size());
  }
  void compare() const {
    ASSERT_EQ(pending_.missing(), model_.missing());
    ASSERT_EQ(units_of(pending_), model_.units());
  }
  void take_all() {
    for (uint64_t turn = 0; model_.size() > 0; ++turn) take(turn % kClients, kClocks);
    ASSERT_TRUE(pending_.is_empty());
    ASSERT_EQ(pending_.memory(), 0u);
  }

 private:
  static constexpr uint64_t kClients = 12;
  static constexpr uint64_t kClocks = 40;

  WireId some_id() { return {random_.below(kClients), random_.below(kClocks)}; }

  void take(uint64_t client, uint64_t state) {
    const std::optional<Pending::Ready> ready = pending_.take_ready(client, state);
    const std::optional<PlainModel::Kept> expected = model_.take_ready(client, state);
    ASSERT_EQ(ready.has_value(), expected.has_value());
    if (ready) {
      ASSERT_EQ(ready->id, expected->id);
      StructView view;
      UpdateReaderV1 reader(ready->bytes, ready->id);
      ASSERT_TRUE(reader.next(view));
      ASSERT_EQ(view.len, expected->len);
      if (random_.one_in(3)) {
        const WireId missing = some_id();
        pending_.keep_waiting(*ready, missing);
        model_.add(expected->id, expected->len, missing);
      } else {
        pending_.forget(*ready);
      }
    }
    pending_.fit();
  }

  Random random_;
  Pending pending_;
  PlainModel model_;
  uint64_t adding_ = 3;  // of five steps
};

TEST(Pending, agrees_with_a_plain_model) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Mixed mixed(seed);
    for (int i = 0; i < 1500; ++i) {
      mixed.step();
      if (i % 25 == 0) mixed.compare();
      if (testing::Test::HasFatalFailure()) return;
    }
    mixed.take_all();
  }
}

// Whoever sends the same again and again, or ever more of it, fills no memory with it.
TEST(Pending, takes_memory_for_what_it_keeps_alone) {
  Pending pending;
  for (uint64_t i = 0; i < 100; ++i) pending.add(garbage(1, 2 * i + 1, 1), {2, 0});
  const size_t once = pending.memory();
  for (uint64_t round = 2; round < 200; ++round) {
    for (uint64_t i = 0; i < 100; ++i) pending.add(garbage(1, 2 * i + 1, round), {2, round});
  }
  EXPECT_EQ(pending.count(), 100u);
  EXPECT_LT(pending.memory(), 4 * once + 8192);
  for (uint64_t i = 0; i < 99; ++i) ASSERT_TRUE(wakes(pending, 2, 1000));
  pending.fit();
  EXPECT_LT(pending.memory(), once);
}

TEST(PendingDeletes, take_memory_for_what_they_keep_alone) {
  PendingDeletes pending;
  for (uint64_t round = 0; round < 200; ++round) {
    for (uint64_t i = 0; i < 100; ++i) pending.add(1, {2 * i, 2 * i + 1});
  }
  EXPECT_EQ(pending.range_count(), 100u);
  EXPECT_LT(pending.memory(), 50'000u);
  for (uint64_t i = 0; i < 99; ++i) ASSERT_TRUE(pending.take_ready(1, 1000));
  pending.fit();
  EXPECT_LT(pending.memory(), 5'000u);
  EXPECT_TRUE(pending.take_ready(1, 1000));
  pending.fit();
  EXPECT_EQ(pending.memory(), 0u);
}

// One client's pending deletes beside the set of its units.
class Units {
 public:
  void add(PendingDeletes& pending, uint64_t first, uint64_t end) {
    pending.add(7, {first, end});
    pending.add(8, {first, end});
    for (uint64_t unit = first; unit < end; ++unit) units_[unit] = true;
  }
  void take_ready(PendingDeletes& pending, uint64_t state) {
    while (const auto range = pending.take_ready(7, state)) {
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
