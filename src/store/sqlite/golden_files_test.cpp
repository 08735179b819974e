// tests/golden/store has a file of every schema version that was ever released, version_N.db, and
// what it holds, version_N.txt. They are read forever. A new version adds its own, made by this
// test: TM_WRITE_GOLDEN=1 build/dev/store_sqlite_test --gtest_filter='GoldenFiles.*'.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdlib>
#include <sstream>

#include "store/backend_test.h"
#include "store/sqlite/folder_test.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_store.h"

namespace tidemark::store {
namespace {

using Access = SqliteOptions::Access;

// Yjs updates of client 7 on the text "t": "hi", " yo", both in one, and "!" after them.
constexpr std::string_view kHi("\x01\x01\x07\x00\x04\x01\x01t\x02hi\x00", 12);
constexpr std::string_view kYo("\x01\x01\x07\x02\x84\x07\x01\x03 yo\x00", 12);
constexpr std::string_view kHiYo("\x01\x01\x07\x00\x04\x01\x01t\x05hi yo\x00", 15);
constexpr std::string_view kBang("\x01\x01\x07\x05\x84\x07\x04\x01!\x00", 10);

std::filesystem::path golden_folder() {
  const std::filesystem::path wanted = "tests/golden/store";
  std::filesystem::path folder = std::filesystem::current_path();
  while (!std::filesystem::exists(folder / wanted) && folder != folder.root_path()) {
    folder = folder.parent_path();
  }
  return folder / wanted;
}

std::string golden_file(int64_t version, const char* ending) {
  return (golden_folder() / ("version_" + std::to_string(version) + ending)).string();
}

// Something of everything that a store can hold.
void fill(DocumentStore& store) {
  const auto add = [&store](std::string_view document, std::string_view update, int64_t time_ms) {
    const Append batch[] = {{.document = document,
                             .update = as_bytes(update),
                             .device = "127.0.0.1",
                             .origin = "y-websocket",
                             .time_ms = time_ms}};
    const auto ids = store.append(batch);
    ASSERT_TRUE(ids) << ids.error().detail;
  };
  add("log only", kHi, 1'700'000'000'001);
  add("log only", kYo, 1'700'000'000'002);
  add("snapshot and tail", kHi, 1'700'000'000'003);
  add("snapshot and tail", kYo, 1'700'000'000'004);
  add("snapshot only/π", kHi, 1'700'000'000'005);
  add("removed", kHi, 1'700'000'000'006);
  add("old name", kHi, 1'700'000'000'007);
  for (const auto& [document, covers, keep, state] :
       {std::tuple("snapshot and tail", LogId{4}, size_t{1}, kHiYo),
        std::tuple("snapshot only/π", LogId{5}, size_t{0}, kHi)}) {
    const auto replaced = store.replace_snapshot({.document = document,
                                                  .state = as_bytes(state),
                                                  .covers = covers,
                                                  .keep = keep,
                                                  .time_ms = 1'700'000'000'008});
    ASSERT_TRUE(replaced) << replaced.error().detail;
  }
  add("snapshot and tail", kBang, 1'700'000'000'009);
  ASSERT_TRUE(store.remove("removed"));
  ASSERT_TRUE(store.rename("old name", "new name"));
}

std::string hex(Bytes bytes) {
  std::string out;
  for (const uint8_t byte : bytes) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

void tell_rows(std::ostream& out, const std::vector<LogRow>& rows) {
  for (const LogRow& row : rows) {
    out << "  row " << row.id << " time " << row.time_ms << " device " << row.device << " origin "
        << row.origin << " " << hex(row.update) << "\n";
  }
}

// All that the port tells about a store.
std::string told(DocumentStore& store) {
  std::ostringstream out;
  const auto documents = store.list("", 100);
  if (!documents) return documents.error().detail;
  for (const DocumentStatistics& one : *documents) {
    out << one.name << "\n  created " << one.created_ms << " updated " << one.updated_ms
        << " last id " << one.last_id << " rows " << one.log_rows << " tail " << one.tail_rows
        << "\n";
    const auto state = store.load(one.name);
    const auto log = store.updates_since(one.name, kBeforeLog);
    if (!state || !*state || !log) return one.name + " does not load";
    if (const auto& snapshot = (*state)->snapshot) {
      out << "  snapshot covers " << snapshot->covers << " time " << snapshot->time_ms << " "
          << hex(snapshot->state) << "\n";
    }
    tell_rows(out, (*state)->tail);
    out << "  log trimmed through " << log->trimmed_through << "\n";
    tell_rows(out, log->rows);
  }
  return out.str();
}

// The statements that made the tables, as SQLite keeps them.
std::string schema_of(const std::string& path) {
  sqlite3* handle = nullptr;
  std::string out;
  const auto append_row = [](void* to, int, char** values, char**) {
    *static_cast<std::string*>(to) += std::string(values[0]) + "\n";
    return 0;
  };
  EXPECT_EQ(sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(handle, "SELECT sql FROM sqlite_schema WHERE sql NOTNULL ORDER BY name",
                         append_row, &out, nullptr),
            SQLITE_OK)
      << sqlite3_errmsg(handle);
  sqlite3_close(handle);
  return out;
}

TEST(GoldenFiles, of_all_versions_are_read_and_written) {
  for (int64_t version = 1; version <= kSchemaVersion; ++version) {
    SCOPED_TRACE(version);
    const Folder folder;
    const std::string expected = read_file(golden_file(version, ".txt"));
    ASSERT_FALSE(expected.empty()) << golden_file(version, ".txt") << " is missing";
    write_file(folder.database(), read_file(golden_file(version, ".db")));
    for (const Access access : {Access::kRead, Access::kWrite}) {
      auto store = SqliteStore::open({.path = folder.database(), .access = access});
      ASSERT_TRUE(store) << store.error().detail;
      EXPECT_EQ(told(**store), expected);
      const auto damages = (*store)->check();
      EXPECT_TRUE(damages && damages->empty());
    }
    auto store = SqliteStore::open({.path = folder.database()});
    ASSERT_TRUE(store) << store.error().detail;
    EXPECT_EQ(append_one(**store, "log only", kBang), 9u) << "ids go on where they were";
  }
}

// Who changes the tables or what is in them raises kSchemaVersion, teaches open() to bring older
// files up to date, and adds a file of the new version.
TEST(GoldenFiles, of_the_newest_version_are_what_this_program_writes) {
  const Folder folder;
  const std::string copy = folder.file("copy.db");
  auto store = SqliteStore::open({.path = folder.database()});
  ASSERT_TRUE(store) << store.error().detail;
  fill(**store);
  const auto copied = (*store)->backup(copy);
  ASSERT_TRUE(copied) << copied.error().detail;
  if (std::getenv("TM_WRITE_GOLDEN") != nullptr) {
    write_file(golden_file(kSchemaVersion, ".db"), read_file(copy));
    write_file(golden_file(kSchemaVersion, ".txt"), told(**store));
  }
  EXPECT_EQ(told(**store), read_file(golden_file(kSchemaVersion, ".txt")));
  write_file(folder.file("golden.db"), read_file(golden_file(kSchemaVersion, ".db")));
  EXPECT_EQ(schema_of(copy), schema_of(folder.file("golden.db")));
}

}  // namespace
}  // namespace tidemark::store
