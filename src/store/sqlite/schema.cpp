#include "store/sqlite/schema.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "store/sqlite/durable_file.h"

namespace tidemark::store {

namespace {

constexpr const char* kTables = R"(
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counters VALUES ('log_id', 0);

CREATE TABLE documents (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created_ms INTEGER NOT NULL,
  trimmed_through INTEGER NOT NULL,
  covers INTEGER NOT NULL,
  newest_id INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;

CREATE TABLE document_snapshots (
  document INTEGER PRIMARY KEY,
  time_ms INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  state BLOB NOT NULL
) STRICT;

CREATE TABLE document_updates (
  document INTEGER NOT NULL,
  id INTEGER NOT NULL,
  previous INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  device TEXT NOT NULL,
  origin TEXT NOT NULL,
  checksum INTEGER NOT NULL,
  payload BLOB NOT NULL,
  PRIMARY KEY (document, id)
) STRICT, WITHOUT ROWID;
)";

std::string version_text() { return std::to_string(kSchemaVersion); }

Result<> fill(const std::string& path, const char* vfs) {
  auto database = Database::open({.path = path, .vfs = vfs, .creates = true});
  if (!database) return tl::unexpected(database.error());
  // No journal: the file has no name that anybody looks for until it is whole and synced.
  const std::string script = "PRAGMA journal_mode=OFF; PRAGMA synchronous=FULL; BEGIN;" +
                             std::string(kTables) +
                             "PRAGMA application_id=" + std::to_string(kApplicationId) +
                             "; PRAGMA user_version=" + version_text() + "; COMMIT;";
  return database->run(script.c_str());
}

}  // namespace

Result<> create_store(const std::string& path, const char* vfs) {
  const std::string fresh = path + ".new";
  if (const auto gone = remove_file(fresh); !gone) return gone;
  if (const auto reserved = reserve_file(fresh); !reserved) return reserved;
  if (const auto filled = fill(fresh, vfs); !filled) return filled;
  return put_in_place(fresh, path);
}

Result<FileKind> examine(const std::string& path) {
  std::error_code error;
  const bool exists = std::filesystem::exists(path, error);
  const auto size = exists ? std::filesystem::file_size(path, error) : 0;
  const bool is_empty = exists && !error && size == 0;
  if (!exists || is_empty) {
    // A log without its database would be played into the new, empty one.
    if (!std::filesystem::exists(path + "-wal", error)) {
      if (!is_empty) return FileKind::kAbsent;
      // Stores appear whole, so nobody of ours leaves one like this.
      return failure(ErrorCode::kCorrupt,
                     path +
                         " is empty, and a store never is: it was cut off. Restore it from a "
                         "backup, or remove it to begin anew");
    }
    return failure(ErrorCode::kCorrupt,
                   path + " is missing or empty, but " + path +
                       "-wal, which belongs to it, is there; put "
                       "the file back, or move the other one away to begin anew");
  }
  std::array<unsigned char, 72> head = {};
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(head.data()), head.size());
  if (!file && !file.eof()) {
    return failure(ErrorCode::kUnavailable,
                   "cannot read " + path + "; check that it is a file this user may read");
  }
  int64_t id = 0;
  for (size_t at = 68; at < head.size(); ++at) id = id << 8 | head[at];
  const bool is_sqlite = as_text({head.data(), 15}) == "SQLite format 3";
  if (is_sqlite && id == kApplicationId) return FileKind::kOurs;
  return failure(ErrorCode::kInvalid,
                 path +
                     " is not a Tidemark store, or its first page is damaged; nothing was "
                     "changed. Choose another data folder, or restore the file from a backup");
}

Result<> check_version(Database& database) {
  const auto version = database.number("PRAGMA user_version");
  if (!version) return tl::unexpected(version.error());
  if (*version > kSchemaVersion) {
    return failure(ErrorCode::kTooNew,
                   database.path() + " has schema version " + std::to_string(*version) +
                       ", and this program knows versions up to " + version_text() +
                       "; run the newer Tidemark that wrote it. Nothing was changed");
  }
  if (*version < 1) {
    return failure(ErrorCode::kCorrupt, database.path() +
                                            " has no schema version; restore it "
                                            "from a backup");
  }
  return {};
}

}  // namespace tidemark::store
