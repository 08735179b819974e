// SQLite on a disk that fails: whatever happens, an acknowledged batch is there, an unacknowledged
// one is there whole or not at all, and the error says what kind it is.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "store/backend_test.h"
#include "store/sqlite/fault_vfs_test.h"
#include "store/sqlite/folder_test.h"
#include "store/sqlite/sqlite_store.h"

namespace tidemark::store {
namespace {

using Kind = FaultPlan::Kind;

Result<std::unique_ptr<SqliteStore>> open_faulty(const Folder& folder) {
  return SqliteStore::open({.path = folder.database(), .vfs = kFaultVfs});
}

constexpr int kSteps = 8;

// A short life of a store: batches over documents, a compaction, a rename, a removal. Reports each
// batch that was acknowledged.
void live(DocumentStore& store, const std::function<void()>& acknowledged) {
  const std::string large(9000, 'x');
  for (int step = 0; step < kSteps; ++step) {
    const std::string text = std::to_string(step);
    const std::string own = "c" + text;
    const Append batch[] = {entry("a", text), entry("b", step % 3 == 0 ? large : text),
                            entry(own, "once")};
    if (!store.append(batch)) return;
    acknowledged();
    if (step == 4) {
      const auto state = store.load("a");
      if (!state || !*state) return;
      const std::string folded = contents(state);
      const Compacted compacted{"a", as_bytes(folded), (*state)->tail.back().id, 1, 0};
      if (!store.replace_snapshot(compacted)) return;
    }
    if (step == 5 && !store.rename("c1", "c2")) return;
    if (step == 6 && !store.remove("c3")) return;
  }
}

// What a document reads as after so many steps.
std::string expected_a(int steps) {
  std::string out;
  for (int step = 0; step < steps; ++step) out += std::to_string(step);
  return out;
}

void expect_sound(const Folder& folder, int acknowledged) {
  plan_fault({});
  auto store = open_faulty(folder);
  ASSERT_TRUE(store) << store.error().detail;
  EXPECT_TRUE((*store)->check()->empty());
  const std::string a = contents((*store)->load("a"));
  const bool has_next = a == expected_a(acknowledged + 1);
  const int steps = acknowledged + (has_next ? 1 : 0);
  if (steps > 0) {
    EXPECT_EQ(a, expected_a(steps));
    EXPECT_EQ((*store)->updates_since("b", 0)->rows.size(), static_cast<size_t>(steps));
    EXPECT_EQ((*store)->load("c0")->has_value(), true);
  }
  const std::string next = "c" + std::to_string(steps);
  EXPECT_FALSE((*store)->load(next)->has_value()) << "a part of a batch";
  EXPECT_GT(append_one(**store, "after", "works"), kBeforeLog);
}

uint64_t operations_of_a_life() {
  const Folder folder;
  plan_fault({});
  int acknowledged = 0;
  auto store = open_faulty(folder);
  EXPECT_TRUE(store);
  live(**store, [&] { ++acknowledged; });
  EXPECT_EQ(acknowledged, kSteps);
  store->reset();
  return operations_counted();
}

// How many batches a child process acknowledged before it ended.
int live_in_a_child(const Folder& folder, const FaultPlan& fault) {
  int channel[2];
  EXPECT_EQ(::pipe(channel), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    plan_fault(fault);
    auto store = open_faulty(folder);
    if (store) live(**store, [&] { (void)!::write(channel[1], "+", 1); });
    store = failure(ErrorCode::kUnavailable, "closes the store, which writes too");
    ::_exit(0);
  }
  ::close(channel[1]);
  int acknowledged = 0;
  char byte = 0;
  while (::read(channel[0], &byte, 1) == 1) ++acknowledged;
  ::close(channel[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  return acknowledged;
}

TEST(SqliteFaults, lose_nothing_when_the_process_ends_at_any_write) {
  const uint64_t operations = operations_of_a_life();
  ASSERT_GT(operations, 50u);
  for (const Kind kind : {Kind::kExit, Kind::kTear}) {
    for (uint64_t at = 1; at <= operations; ++at) {
      SCOPED_TRACE((kind == Kind::kExit ? "exit at " : "tear at ") + std::to_string(at));
      const Folder folder;
      const int acknowledged = live_in_a_child(folder, {kind, at});
      expect_sound(folder, acknowledged);
      if (HasFailure()) return;
    }
  }
}

TEST(SqliteFaults, lose_nothing_when_any_write_fails) {
  const uint64_t operations = operations_of_a_life();
  for (const Kind kind : {Kind::kFull, Kind::kBroken, Kind::kOnce}) {
    for (uint64_t at = 1; at <= operations; ++at) {
      SCOPED_TRACE(std::to_string(static_cast<int>(kind)) + " at " + std::to_string(at));
      const Folder folder;
      int acknowledged = 0;
      plan_fault({kind, at});
      if (auto store = open_faulty(folder)) live(**store, [&] { ++acknowledged; });
      expect_sound(folder, acknowledged);
      if (HasFailure()) return;
    }
  }
}

TEST(SqliteFaults, tell_a_full_disk_from_a_broken_one_and_go_on_when_it_is_over) {
  const Folder folder;
  plan_fault({});
  auto store = open_faulty(folder);
  ASSERT_TRUE(store);
  append_one(**store, "a", "1");
  const Append batch[] = {entry("a", "2")};
  plan_fault({Kind::kFull, 1});
  const auto full = (*store)->append(batch);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::kFull) << full.error().detail;
  plan_fault({Kind::kBroken, 1});
  const auto broken = (*store)->append(batch);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, ErrorCode::kUnavailable) << broken.error().detail;
  EXPECT_EQ(contents((*store)->load("a")), "1");
  plan_fault({});
  append_one(**store, "a", "2");
  EXPECT_EQ(contents((*store)->load("a")), "12");
}

TEST(SqliteFaults, refuse_to_write_where_nothing_can_be_written) {
  const Folder folder;
  plan_fault({});
  append_one(**open_faulty(folder), "a", "1");
  plan_fault({Kind::kReadOnly, 1});
  const auto store = open_faulty(folder);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kReadOnly) << store.error().detail;
  plan_fault({});
}

}  // namespace
}  // namespace tidemark::store
