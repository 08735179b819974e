// What every document store must do. A backend's own test includes this, says how to make and to
// reopen one, and instantiates the suite:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance, testing::Values(&make_memory_backend));
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "base/random.h"
#include "store/backend_test.h"
#include "store/conformance_random_test.h"
#include "store/limits.h"
#include "store/memory_store.h"

namespace tidemark::store {

class StoreConformance : public testing::TestWithParam<MakeBackend> {
 protected:
  DocumentStore& store() { return backend_->store(); }
  void reopen() { backend_->reopen(); }

  std::unique_ptr<Backend> backend_ = GetParam()();
};

TEST_P(StoreConformance, gives_back_what_was_appended_in_order) {
  const Append batch[] = {entry("a", "1"), entry("b", "2"), entry("a", "3")};
  const auto ids = store().append(batch);
  ASSERT_TRUE(ids) << ids.error().detail;
  ASSERT_EQ(ids->size(), 3u);
  EXPECT_LT(ids->at(0), ids->at(1));
  EXPECT_LT(ids->at(1), ids->at(2));
  EXPECT_EQ(contents(store().load("a")), "13");
  EXPECT_EQ(contents(store().load("b")), "2");
  reopen();
  EXPECT_EQ(contents(store().load("a")), "13");
}

TEST_P(StoreConformance, keeps_device_origin_and_time) {
  const std::string bytes("\0\xFF\x01", 3);
  const Append batch[] = {{"a", as_bytes(bytes), "phone", "import", 1234567890123},
                          {"a", as_bytes(bytes), "", "", -1}};
  ASSERT_TRUE(store().append(batch));
  reopen();
  const auto slice = store().updates_since("a", kBeforeLog);
  ASSERT_TRUE(slice);
  ASSERT_EQ(slice->rows.size(), 2u);
  EXPECT_EQ(slice->rows[0].device, "phone");
  EXPECT_EQ(slice->rows[0].origin, "import");
  EXPECT_EQ(slice->rows[0].time_ms, 1234567890123);
  EXPECT_EQ(slice->rows[1].device, "");
  EXPECT_EQ(slice->rows[1].time_ms, -1);
  EXPECT_EQ(as_text(slice->rows[1].update), bytes);
}

TEST_P(StoreConformance, knows_no_documents_at_first) {
  EXPECT_EQ(told(store().load("a")), "nothing");
  EXPECT_EQ(told(store().state_at("a", 100)), "nothing");
  EXPECT_TRUE(store().updates_since("a", 0)->rows.empty());
  EXPECT_FALSE(store().statistics("a")->has_value());
  EXPECT_TRUE(store().list("", 10)->empty());
  EXPECT_TRUE(store().check()->empty());
}

TEST_P(StoreConformance, takes_an_empty_batch) {
  const auto ids = store().append({});
  ASSERT_TRUE(ids);
  EXPECT_TRUE(ids->empty());
}

TEST_P(StoreConformance, takes_all_of_a_batch_or_nothing) {
  const std::string long_name(kMaxNameBytes + 1, 'x');
  for (const std::string_view bad : {std::string_view(), std::string_view(long_name),
                                     std::string_view("\xFF"), std::string_view("a\0b", 3)}) {
    const Append batch[] = {entry("a", "1"), entry(bad, "2")};
    EXPECT_FALSE(store().append(batch));
  }
  const Append empty[] = {entry("a", "1"), entry("a", "")};
  EXPECT_FALSE(store().append(empty));
  EXPECT_EQ(told(store().load("a")), "nothing");
}

TEST_P(StoreConformance, takes_names_of_every_kind) {
  const std::string longest(kMaxNameBytes, 'x');
  const std::vector<std::string> names = {
      " ", "'; DROP TABLE documents", "%_*", "\xC3\xA9\n", "A", "a", longest};
  for (const std::string& name : names) append_one(store(), name, name);
  reopen();
  for (const std::string& name : names) EXPECT_EQ(contents(store().load(name)), name);
  EXPECT_EQ(store().list("", 100)->size(), names.size());
}

TEST_P(StoreConformance, never_gives_an_id_twice) {
  LogId newest = append_one(store(), "a", "1");
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(*store().remove("a"));
    reopen();
    const LogId id = append_one(store(), "a", "2");
    EXPECT_GT(id, newest);
    newest = id;
  }
}

TEST_P(StoreConformance, tells_updates_above_an_id) {
  const LogId first = append_one(store(), "a", "1");
  append_one(store(), "b", "x");
  const LogId second = append_one(store(), "a", "2");
  EXPECT_EQ(store().updates_since("a", first)->rows.size(), 1u);
  EXPECT_EQ(store().updates_since("a", first)->rows[0].id, second);
  EXPECT_TRUE(store().updates_since("a", second)->rows.empty());
  EXPECT_TRUE(store().updates_since("a", std::numeric_limits<LogId>::max())->rows.empty());
  EXPECT_EQ(store().updates_since("a", 0)->trimmed_through, kBeforeLog);
}

TEST_P(StoreConformance, tells_the_state_at_an_id) {
  const LogId hello = append_one(store(), "a", "Hello");
  const LogId world = append_one(store(), "a", " World");
  append_one(store(), "a", "!");
  EXPECT_EQ(told(store().state_at("a", hello - 1)), "nothing");
  EXPECT_EQ(contents(store().state_at("a", hello)), "Hello");
  EXPECT_EQ(contents(store().state_at("a", world)), "Hello World");
  EXPECT_EQ(contents(store().state_at("a", world + 100)), "Hello World!");
}

TEST_P(StoreConformance, compacts_keeping_none_and_some) {
  for (const size_t keep : {size_t{0}, size_t{3}, size_t{10}, size_t{11}}) {
    const std::string name = "keep" + std::to_string(keep);
    LogId newest = kBeforeLog;
    for (int i = 0; i < 10; ++i) newest = append_one(store(), name, "u");
    ASSERT_TRUE(store().replace_snapshot({name, as_bytes("uuuuuuuuuu"), newest, keep, 9}));
    reopen();
    EXPECT_EQ(contents(store().load(name)), "uuuuuuuuuu");
    const auto statistics = *store().statistics(name);
    EXPECT_EQ(statistics->log_rows, std::min(keep, size_t{10}));
    EXPECT_EQ(statistics->tail_rows, 0u);
    EXPECT_EQ(statistics->snapshot_bytes, 10u);
    EXPECT_EQ(statistics->covers, newest);
    append_one(store(), name, "v");
    EXPECT_EQ(contents(store().load(name)), "uuuuuuuuuuv");
  }
  EXPECT_TRUE(store().check()->empty());
}

TEST_P(StoreConformance, never_loses_a_row_above_the_snapshot) {
  append_one(store(), "a", "1");
  const LogId covered = append_one(store(), "a", "2");
  append_one(store(), "a", "3");
  ASSERT_TRUE(store().replace_snapshot({"a", as_bytes("12"), covered, 0, 9}));
  EXPECT_EQ(contents(store().load("a")), "123");
  EXPECT_EQ(store().statistics("a").value()->tail_rows, 1u);
}

TEST_P(StoreConformance, tells_when_the_log_that_was_asked_for_is_gone) {
  const LogId first = append_one(store(), "a", "1");
  const LogId second = append_one(store(), "a", "2");
  const LogId third = append_one(store(), "a", "3");
  ASSERT_TRUE(store().replace_snapshot({"a", as_bytes("12"), second, 0, 9}));
  EXPECT_EQ(told(store().state_at("a", first)), "invalid");
  EXPECT_EQ(contents(store().state_at("a", second)), "12");
  EXPECT_EQ(contents(store().state_at("a", third)), "123");
  EXPECT_EQ(store().updates_since("a", kBeforeLog)->trimmed_through, second);
  EXPECT_EQ(store().updates_since("a", second)->rows.size(), 1u);
}

TEST_P(StoreConformance, rebuilds_old_states_from_rows_that_were_kept) {
  const LogId first = append_one(store(), "a", "1");
  const LogId second = append_one(store(), "a", "2");
  ASSERT_TRUE(store().replace_snapshot({"a", as_bytes("S"), second, 2, 9}));
  EXPECT_EQ(contents(store().state_at("a", first)), "1");
  EXPECT_EQ(contents(store().state_at("a", second)), "S");
}

TEST_P(StoreConformance, refuses_a_snapshot_of_something_else) {
  const auto refused = [&](LogId covers) {
    const auto done = store().replace_snapshot({"a", as_bytes("S"), covers, 0, 9});
    return !done && done.error().code == ErrorCode::kConflict;
  };
  EXPECT_TRUE(refused(1));
  const LogId old = append_one(store(), "a", "1");
  EXPECT_TRUE(refused(kBeforeLog));
  EXPECT_TRUE(refused(old + 1));
  ASSERT_TRUE(store().remove("a"));
  const LogId fresh = append_one(store(), "a", "2");
  EXPECT_TRUE(refused(old));
  const LogId newest = append_one(store(), "a", "3");
  ASSERT_TRUE(store().replace_snapshot({"a", as_bytes("23"), newest, 5, 9}));
  EXPECT_TRUE(refused(fresh)) << "a snapshot never steps back";
  EXPECT_TRUE(store().replace_snapshot({"a", as_bytes("T"), newest, 0, 9}));
  EXPECT_EQ(contents(store().load("a")), "T");
}

TEST_P(StoreConformance, renames_over_what_was_there) {
  append_one(store(), "from", "1");
  const LogId covered = append_one(store(), "from", "2");
  ASSERT_TRUE(store().replace_snapshot({"from", as_bytes("12"), covered, 0, 9}));
  const LogId kept = append_one(store(), "from", "3");
  const LogId lost = append_one(store(), "to", "lost");
  ASSERT_TRUE(store().replace_snapshot({"to", as_bytes("lost"), lost, 0, 9}));
  EXPECT_TRUE(*store().rename("from", "to"));
  reopen();
  EXPECT_EQ(contents(store().load("to")), "123");
  EXPECT_EQ(store().load("to").value()->tail[0].id, kept);
  EXPECT_EQ(told(store().load("from")), "nothing");
  EXPECT_EQ(store().list("", 10)->size(), 1u);
  EXPECT_TRUE(store().check()->empty());
}

TEST_P(StoreConformance, renames_nothing_when_there_is_nothing_to_rename) {
  append_one(store(), "to", "1");
  EXPECT_FALSE(*store().rename("from", "to"));
  EXPECT_FALSE(*store().rename("to", "to"));
  EXPECT_EQ(contents(store().load("to")), "1");
  EXPECT_FALSE(store().rename("to", ""));
}

TEST_P(StoreConformance, removes_snapshot_and_log) {
  const LogId id = append_one(store(), "a", "1");
  ASSERT_TRUE(store().replace_snapshot({"a", as_bytes("1"), id, 0, 9}));
  append_one(store(), "a", "2");
  append_one(store(), "b", "other");
  EXPECT_TRUE(*store().remove("a"));
  EXPECT_FALSE(*store().remove("a"));
  reopen();
  EXPECT_EQ(told(store().load("a")), "nothing");
  EXPECT_EQ(contents(store().load("b")), "other");
  append_one(store(), "a", "3");
  EXPECT_EQ(contents(store().load("a")), "3");
}

TEST_P(StoreConformance, lists_in_pages_also_what_has_only_a_log) {
  for (const char* name : {"c", "a", "b", "B"}) append_one(store(), name, name);
  const auto id = append_one(store(), "b", "second");
  ASSERT_TRUE(store().replace_snapshot({"b", as_bytes("snap"), id, 1, 50}));
  std::vector<std::string> names;
  std::string after;
  for (;;) {
    const auto page = store().list(after, 3);
    ASSERT_TRUE(page);
    if (page->empty()) break;
    for (const DocumentStatistics& one : *page) names.push_back(one.name);
    after = names.back();
  }
  EXPECT_EQ(names, (std::vector<std::string>{"B", "a", "b", "c"}));
  const auto b = *store().statistics("b");
  EXPECT_EQ(b->snapshot_bytes, 4u);
  EXPECT_EQ(b->log_rows, 1u);
  EXPECT_EQ(b->log_bytes, 6u);
  EXPECT_EQ(b->tail_bytes, 0u);
  EXPECT_EQ(b->last_id, id);
  EXPECT_EQ(b->created_ms, 7);
  EXPECT_EQ(b->updated_ms, 7);
  EXPECT_TRUE(store().list("", 0)->empty());
}

TEST_P(StoreConformance, holds_a_large_update) {
  std::string large(3 << 20, 'x');
  Random random(1);
  for (char& c : large) c = static_cast<char>(random.next());
  append_one(store(), "a", large);
  reopen();
  EXPECT_EQ(contents(store().load("a")), large);
}

TEST_P(StoreConformance, does_what_the_memory_store_does) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    backend_ = GetParam()();
    MemoryStore model;
    for (uint64_t step = 0; step < 60; ++step) {
      const uint64_t at = seed * 1000 + step;
      ASSERT_EQ(random_step(store(), at), random_step(model, at)) << "step " << step;
      if (step % 20 == 19) reopen();
    }
    ASSERT_EQ(everything(store()), everything(model));
    EXPECT_TRUE(store().check()->empty());
  }
}

}  // namespace tidemark::store
