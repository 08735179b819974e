// Files that are not ours, newer, locked, damaged; and copies of a store that is in use.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "store/backend_test.h"
#include "store/sqlite/folder_test.h"
#include "store/sqlite/sqlite_store.h"

namespace tidemark::store {
namespace {

using Access = SqliteOptions::Access;

Result<std::unique_ptr<SqliteStore>> open(const std::string& path, Access access = Access::kWrite) {
  return SqliteStore::open({.path = path, .access = access, .busy_timeout_ms = 50});
}

ErrorCode code_of(const Result<std::unique_ptr<SqliteStore>>& opened) {
  EXPECT_FALSE(opened);
  return opened ? ErrorCode::kMalformed : opened.error().code;
}

// Another program at the same file.
class Stranger {
 public:
  explicit Stranger(const std::string& path) {
    EXPECT_EQ(sqlite3_open(path.c_str(), &handle_), SQLITE_OK);
  }
  ~Stranger() { sqlite3_close_v2(handle_); }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;
  void run(const char* sql) {
    EXPECT_EQ(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(handle_);
  }

 private:
  sqlite3* handle_ = nullptr;
};

TEST(SqliteFiles, refuses_what_is_not_ours_and_leaves_it_alone) {
  const Folder folder;
  const std::string path = folder.database();
  Stranger(path).run(
      "CREATE TABLE theirs (x); PRAGMA journal_mode=WAL; INSERT INTO theirs VALUES (1)");
  for (const std::string& bytes :
       {read_file(path), std::string("hello"), std::string(100'000, '\0')}) {
    write_file(path, bytes);
    for (const Access access : {Access::kWrite, Access::kRead}) {
      EXPECT_EQ(code_of(open(path, access)), ErrorCode::kInvalid);
      EXPECT_EQ(read_file(path), bytes);
    }
  }
}

TEST(SqliteFiles, refuses_a_newer_file_and_leaves_it_alone) {
  const Folder folder;
  append_one(**open(folder.database()), "a", "1");
  Stranger(folder.database()).run("PRAGMA user_version=2");
  const std::string before = read_file(folder.database());
  for (const Access access : {Access::kWrite, Access::kRead}) {
    const auto opened = open(folder.database(), access);
    EXPECT_EQ(code_of(opened), ErrorCode::kTooNew);
    EXPECT_NE(opened.error().detail.find("newer"), std::string::npos);
    EXPECT_EQ(read_file(folder.database()), before);
  }
}

TEST(SqliteFiles, refuses_a_log_whose_store_is_gone) {
  const Folder folder;
  write_file(folder.database() + "-wal", "the newest updates");
  EXPECT_EQ(code_of(open(folder.database())), ErrorCode::kCorrupt);
  EXPECT_EQ(read_file(folder.database() + "-wal"), "the newest updates");
}

TEST(SqliteFiles, makes_a_store_for_writers_only) {
  const Folder folder;
  EXPECT_EQ(code_of(open(folder.file("deep/down/tidemark.db"), Access::kRead)),
            ErrorCode::kUnavailable);
  EXPECT_TRUE(open(folder.file("deep/down/tidemark.db")));
}

TEST(SqliteFiles, has_one_writer_and_readers_beside_it) {
  const Folder folder;
  auto writer = open(folder.database());
  ASSERT_TRUE(writer) << writer.error().detail;
  append_one(**writer, "a", "1");
  const auto second = open(folder.database());
  EXPECT_EQ(code_of(second), ErrorCode::kBusy);
  EXPECT_NE(second.error().detail.find(std::to_string(::getpid())), std::string::npos);
  auto reader = open(folder.database(), Access::kRead);
  ASSERT_TRUE(reader) << reader.error().detail;
  append_one(**writer, "a", "2");
  EXPECT_EQ(contents((*reader)->load("a")), "12");
  const Append batch[] = {entry("a", "3")};
  const auto refused = (*reader)->append(batch);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kReadOnly);
  *writer = nullptr;
  EXPECT_EQ(contents((*reader)->load("a")), "12");
  EXPECT_TRUE(open(folder.database()));
}

TEST(SqliteFiles, outlive_a_writer_that_was_killed) {
  const Folder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    const auto store = open(folder.database());
    if (store) append_one(**store, "a", "1");
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  {
    auto reader = open(folder.database(), Access::kRead);
    ASSERT_TRUE(reader) << reader.error().detail;
    EXPECT_EQ(contents((*reader)->load("a")), "1");
  }
  auto writer = open(folder.database());
  ASSERT_TRUE(writer) << writer.error().detail;
  EXPECT_EQ(contents((*writer)->load("a")), "1");
}

TEST(SqliteFiles, are_busy_while_another_program_locks_them) {
  const Folder folder;
  auto store = open(folder.database());
  append_one(**store, "a", "1");
  Stranger stranger(folder.database());
  stranger.run("BEGIN IMMEDIATE");
  const Append batch[] = {entry("a", "2")};
  const auto refused = (*store)->append(batch);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kBusy);
  EXPECT_EQ(contents((*store)->load("a")), "1");
  stranger.run("ROLLBACK");
  append_one(**store, "a", "2");
}

TEST(SqliteFiles, are_full_at_the_size_that_was_allowed) {
  const Folder folder;
  auto store = SqliteStore::open({.path = folder.database(), .max_file_bytes = 200'000});
  ASSERT_TRUE(store);
  const std::string large(30'000, 'x');
  std::string stored;
  for (int i = 0; i < 20; ++i) {
    const Append batch[] = {entry("a", "1"), entry("b", large)};
    const auto ids = (*store)->append(batch);
    if (ids) {
      stored += "1";
    } else {
      EXPECT_EQ(ids.error().code, ErrorCode::kFull) << ids.error().detail;
    }
  }
  EXPECT_LT(stored.size(), 20u);
  EXPECT_EQ(contents((*store)->load("a")), stored);
  EXPECT_TRUE(*(*store)->remove("b"));
  append_one(**store, "c", large);
}

// Documents with known contents, then bytes of the file turned over at random.
TEST(SqliteFiles, never_serve_a_damaged_document) {
  const Folder folder;
  std::vector<std::string> wanted;
  {
    auto store = open(folder.database());
    Random random(7);
    for (int i = 0; i < 40; ++i) {
      const std::string name = "document " + std::to_string(i);
      wanted.emplace_back();
      for (int k = 0; k < 6; ++k) {
        std::string update(1 + random.below(k == 3 ? 6000 : 200), ' ');
        for (char& c : update) c = static_cast<char>(random.next());
        append_one(**store, name, update);
        wanted.back() += update;
      }
    }
  }
  const std::string sound = read_file(folder.database());
  int refused = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    std::string damaged = sound;
    for (int flips = 0; flips < 3; ++flips) {
      // The header of the file is another matter: without it the file is refused.
      damaged[100 + random.below(damaged.size() - 100)] ^= static_cast<char>(1 + random.below(255));
    }
    for (const char* part : {"-wal", "-shm"}) std::filesystem::remove(folder.database() + part);
    write_file(folder.database(), damaged);
    const auto store = open(folder.database());
    if (!store) {
      EXPECT_EQ(store.error().code, ErrorCode::kCorrupt) << store.error().detail;
      continue;
    }
    int missing = 0;
    for (size_t i = 0; i < wanted.size(); ++i) {
      const auto state = (*store)->load("document " + std::to_string(i));
      if (!state) {
        EXPECT_EQ(state.error().code, ErrorCode::kCorrupt) << state.error().detail;
        ++missing;
      } else {
        EXPECT_EQ(contents(state), wanted[i]);
      }
    }
    refused += missing;
    const auto found = (*store)->check();
    if (missing > 0 && found) {
      EXPECT_FALSE(found->empty());
    }
  }
  EXPECT_GT(refused, 0);
}

TEST(SqliteFiles, name_the_damaged_document_and_serve_the_others) {
  const Folder folder;
  {
    auto store = open(folder.database());
    append_one(**store, "good", "11111111");
    append_one(**store, "bad", "22222222");
  }
  std::string bytes = read_file(folder.database());
  bytes[bytes.find("22222222") + 3] = 'x';
  write_file(folder.database(), bytes);
  auto store = open(folder.database());
  ASSERT_TRUE(store);
  const auto bad = (*store)->load("bad");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(bad.error().detail.find("\"bad\""), std::string::npos);
  EXPECT_EQ(contents((*store)->load("good")), "11111111");
  const auto found = (*store)->check();
  ASSERT_TRUE(found);
  ASSERT_FALSE(found->empty());
  EXPECT_EQ(found->front().document, "bad");
}

TEST(SqliteFiles, are_copied_whole_while_in_use) {
  const Folder folder;
  auto writer = open(folder.database());
  for (int i = 0; i < 50; ++i) append_one(**writer, "a" + std::to_string(i % 5), "x");
  auto reader = open(folder.database(), Access::kRead);
  const std::string copy = folder.file("copy/../backup.db");
  std::filesystem::create_directories(folder.file("copy"));
  const auto damages = (*reader)->backup(copy);
  ASSERT_TRUE(damages) << damages.error().detail;
  EXPECT_TRUE(damages->empty());
  append_one(**writer, "a0", "later");
  const auto again = (*reader)->backup(copy);
  ASSERT_FALSE(again) << "it exists";
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  auto restored = open(folder.file("backup.db"));
  ASSERT_TRUE(restored) << restored.error().detail;
  EXPECT_EQ(contents((*restored)->load("a0")), "xxxxxxxxxx");
  EXPECT_GT(append_one(**restored, "a0", "y"), LogId{50});
  EXPECT_FALSE((*reader)->backup(folder.file("no/such/folder.db")));
  EXPECT_FALSE(std::filesystem::exists(folder.file("backup.db.new")));
}

}  // namespace
}  // namespace tidemark::store
