#include "store/sqlite/sqlite_store.h"

#include <unistd.h>

#include <filesystem>
#include <limits>
#include <utility>

#include "store/limits.h"
#include "store/sqlite/durable_file.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_state.h"

namespace tidemark::store {

namespace {

using Access = SqliteOptions::Access;

// On a medium that cannot be written SQLite has no place for the index of its log; without a log
// none is needed, and the file cannot change.
std::string readable_path(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (std::filesystem::exists(path + "-wal", error)) return path;
  if (::access(parent.empty() ? "." : parent.c_str(), W_OK) == 0) return path;
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%')
      uri += "%25";
    else if (c == '?')
      uri += "%3f";
    else if (c == '#')
      uri += "%23";
    else
      uri += c;
  }
  return uri + "?immutable=1";
}

Result<> make_if_absent(const SqliteOptions& options) {
  const auto kind = examine(options.path);
  if (!kind) return tl::unexpected(kind.error());
  if (*kind == FileKind::kOurs) return {};
  if (options.access == Access::kRead) {
    return failure(ErrorCode::kUnavailable,
                   "there is no store at " + options.path +
                       "; name the data folder of a server, or start one with `tidemark serve`");
  }
  return create_store(options.path, options.vfs);
}

Result<> configure(Database& database, const SqliteOptions& options) {
  if (const auto set = database.run("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON"); !set) {
    return set;
  }
  // A newer file stays as it is, its log included.
  sqlite3_db_config(database.raw(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  if (const auto version = check_version(database); !version) return version;
  if (options.access == Access::kRead) return {};
  if (sqlite3_db_readonly(database.raw(), "main") == 1) {
    return database.failed(SQLITE_READONLY, "opening");
  }
  sqlite3_db_config(database.raw(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  const auto mode = database.text("PRAGMA journal_mode=WAL");
  if (!mode) return tl::unexpected(mode.error());
  if (*mode != "wal") return database.failed(SQLITE_CANTOPEN, "switching to WAL");
  std::string settings = options.synchronous == SqliteOptions::Synchronous::kFull
                             ? "PRAGMA synchronous=FULL;"
                             : "PRAGMA synchronous=NORMAL;";
  // Deleted content need not be overwritten; a log that once grew large shrinks again.
  settings += "PRAGMA secure_delete=OFF; PRAGMA journal_size_limit=67108864;";
  if (options.max_file_bytes > 0) {
    const auto page_bytes = database.number("PRAGMA page_size");
    if (!page_bytes || *page_bytes <= 0) return database.failed("configuring");
    const uint64_t pages = options.max_file_bytes / static_cast<uint64_t>(*page_bytes);
    settings += "PRAGMA max_page_count=" + std::to_string(pages) + ";";
  }
  return database.run(settings.c_str());
}

DocumentStatistics read_statistics(const Statement& row) {
  DocumentStatistics out{.name = std::string(row.text(1)), .created_ms = row.number(2)};
  out.covers = row.id(3);
  out.snapshot_bytes = row.size(4);
  out.updated_ms = row.number(5);
  return out;
}

}  // namespace

SqliteStore::SqliteStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const SqliteOptions& options) {
  std::optional<WriterLock> lock;
  if (options.access == Access::kWrite) {
    const auto folder = make_folder(std::filesystem::path(options.path).parent_path());
    if (!folder) return tl::unexpected(folder.error());
    auto taken = WriterLock::take(options.path + ".lock");
    if (!taken) return tl::unexpected(taken.error());
    lock.emplace(std::move(*taken));
  }
  if (const auto made = make_if_absent(options); !made) return tl::unexpected(made.error());
  const bool is_reader = options.access == Access::kRead;
  auto database =
      Database::open({.path = is_reader ? readable_path(options.path) : options.path,
                      .access = is_reader ? Database::Access::kRead : Database::Access::kWrite,
                      .busy_timeout_ms = options.busy_timeout_ms,
                      .vfs = options.vfs});
  if (!database) return tl::unexpected(database.error());
  if (const auto set = configure(*database, options); !set) return tl::unexpected(set.error());
  auto state =
      std::make_unique<State>(SqliteOptions(options), std::move(lock), std::move(*database));
  if (const auto prepared = state->prepare(); !prepared) return tl::unexpected(prepared.error());
  if (!is_reader) {
    if (const auto checked = state->check_names(); !checked) {
      return tl::unexpected(checked.error());
    }
  }
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(state)));
}

Result<std::vector<LogId>> SqliteStore::append(std::span<const Append> batch) {
  if (const auto sound = check_batch(batch); !sound) return tl::unexpected(sound.error());
  std::vector<LogId> ids;
  if (batch.empty()) return ids;
  auto transaction = Transaction::begin(state_->database, Transaction::Kind::kWrite);
  if (!transaction) return tl::unexpected(transaction.error());
  const auto newest = state_->reserve_ids(batch.size());
  if (!newest) return tl::unexpected(newest.error());
  ids.reserve(batch.size());
  LogId id = *newest - batch.size();
  size_t at = 0;
  // Neighbours in a batch are often of one document, whose entry is then written once.
  while (at < batch.size()) {
    const std::string_view document = batch[at].document;
    auto entry = state_->intern(document, batch[at].time_ms);
    if (!entry) return tl::unexpected(entry.error());
    for (; at < batch.size() && batch[at].document == document; ++at) {
      if (const auto done = state_->insert(*entry, ++id, batch[at]); !done) {
        return tl::unexpected(done.error());
      }
      ids.push_back(id);
    }
    if (const auto done = state_->put(*entry, document); !done) return tl::unexpected(done.error());
  }
  if (const auto done = transaction->commit(); !done) return tl::unexpected(done.error());
  return ids;
}

Result<std::optional<StoredState>> SqliteStore::load(std::string_view document) {
  return state_at(document, std::numeric_limits<LogId>::max());
}

Result<std::optional<StoredState>> SqliteStore::state_at(std::string_view document, LogId id) {
  auto transaction = Transaction::begin(state_->database, Transaction::Kind::kRead);
  if (!transaction) return tl::unexpected(transaction.error());
  const auto found = state_->find(document);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return std::nullopt;
  const DocumentEntry& entry = **found;
  const bool uses_snapshot = entry.covers > kBeforeLog && entry.covers <= id;
  if (!uses_snapshot && entry.trimmed_through > kBeforeLog) return history_is_gone(document, id);
  StoredState state;
  if (uses_snapshot) {
    auto snapshot = state_->snapshot(document, entry);
    if (!snapshot) return tl::unexpected(snapshot.error());
    state.snapshot = std::move(*snapshot);
  }
  auto tail = state_->rows(document, entry, uses_snapshot ? entry.covers : kBeforeLog, id);
  if (!tail) return tl::unexpected(tail.error());
  state.tail = std::move(*tail);
  if (!state.snapshot && state.tail.empty()) return std::nullopt;
  return state;
}

Result<LogSlice> SqliteStore::updates_since(std::string_view document, LogId since) {
  auto transaction = Transaction::begin(state_->database, Transaction::Kind::kRead);
  if (!transaction) return tl::unexpected(transaction.error());
  const auto found = state_->find(document);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return LogSlice{};
  auto rows = state_->rows(document, **found, since, std::numeric_limits<LogId>::max());
  if (!rows) return tl::unexpected(rows.error());
  return LogSlice{std::move(*rows), (*found)->trimmed_through};
}

Result<> SqliteStore::replace_snapshot(const Compacted& compacted) {
  if (const auto sound = check_state(compacted.state); !sound) return sound;
  auto transaction = Transaction::begin(state_->database, Transaction::Kind::kWrite);
  if (!transaction) return tl::unexpected(transaction.error());
  const auto found = state_->find(compacted.document);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return snapshot_conflict(compacted.document);
  DocumentEntry entry = **found;
  if (compacted.covers != entry.covers || compacted.covers == kBeforeLog) {
    const auto is_row = state_->has_row(entry.number, compacted.covers);
    if (!is_row) return tl::unexpected(is_row.error());
    if (!*is_row || compacted.covers < entry.covers) return snapshot_conflict(compacted.document);
  }
  entry.covers = compacted.covers;
  const uint32_t checksum =
      checksum_of_snapshot(entry.number, compacted.covers, compacted.time_ms, compacted.state);
  const auto stored = state_->upsert_snapshot.start()
                          .bind(entry.number)
                          .bind(compacted.time_ms)
                          .bind(int64_t{checksum})
                          .bind(compacted.state)
                          .finish();
  if (!stored) return stored;
  if (const auto trimmed = state_->trim(entry, compacted.keep); !trimmed) return trimmed;
  if (const auto done = state_->put(entry, compacted.document); !done) return done;
  return transaction->commit();
}

Result<bool> SqliteStore::rename(std::string_view from, std::string_view to) {
  if (const auto sound = check_name(to); !sound) return tl::unexpected(sound.error());
  auto transaction = Transaction::begin(state_->database, Transaction::Kind::kWrite);
  if (!transaction) return tl::unexpected(transaction.error());
  const auto source = state_->find(from);
  if (!source) return tl::unexpected(source.error());
  if (!*source || from == to) return false;
  const auto target = state_->find(to);
  if (!target) return tl::unexpected(target.error());
  if (*target) {
    if (const auto gone = state_->erase((*target)->number); !gone) {
      return tl::unexpected(gone.error());
    }
  }
  if (const auto named = state_->put(**source, to); !named) return tl::unexpected(named.error());
  if (const auto done = transaction->commit(); !done) return tl::unexpected(done.error());
  return true;
}

Result<bool> SqliteStore::remove(std::string_view document) {
  auto transaction = Transaction::begin(state_->database, Transaction::Kind::kWrite);
  if (!transaction) return tl::unexpected(transaction.error());
  const auto found = state_->find(document);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return false;
  if (const auto gone = state_->erase((*found)->number); !gone) return tl::unexpected(gone.error());
  if (const auto done = transaction->commit(); !done) return tl::unexpected(done.error());
  return true;
}

Result<std::vector<DocumentStatistics>> SqliteStore::list(std::string_view after, size_t limit) {
  auto transaction = Transaction::begin(state_->database, Transaction::Kind::kRead);
  if (!transaction) return tl::unexpected(transaction.error());
  std::vector<DocumentStatistics> page;
  Statement& rows = state_->select_page.start().bind(after).bind(uint64_t{limit});
  for (;;) {
    const auto more = rows.step();
    if (!more) return tl::unexpected(more.error());
    if (!*more) return page;
    page.push_back(read_statistics(rows));
    if (const auto done = state_->measure(rows.number(0), page.back()); !done) {
      rows.stop();
      return tl::unexpected(done.error());
    }
  }
}

Result<std::optional<DocumentStatistics>> SqliteStore::statistics(std::string_view document) {
  auto transaction = Transaction::begin(state_->database, Transaction::Kind::kRead);
  if (!transaction) return tl::unexpected(transaction.error());
  Statement& row = state_->select_one.start().bind(document);
  const auto found = row.step();
  if (!found) return tl::unexpected(found.error());
  if (!*found) return std::nullopt;
  DocumentStatistics out = read_statistics(row);
  const int64_t number = row.number(0);
  row.stop();
  if (const auto done = state_->measure(number, out); !done) return tl::unexpected(done.error());
  return out;
}

}  // namespace tidemark::store
