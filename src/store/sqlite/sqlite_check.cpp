// What reads the whole store: the check and the backup.
#include <filesystem>
#include <utility>

#include "store/sqlite/durable_file.h"
#include "store/sqlite/sqlite_state.h"

namespace tidemark::store {

namespace {

Result<> check_pages(Database& database, std::vector<Damage>& found) {
  auto rows = Statement::prepare(database, "PRAGMA integrity_check");
  if (!rows) return tl::unexpected(rows.error());
  rows->start();
  for (;;) {
    const auto more = rows->step();
    if (!more) return tl::unexpected(more.error());
    if (!*more) return {};
    if (rows->text(0) != "ok") found.push_back({"", std::string(rows->text(0))});
  }
}

Result<> check_ownership(Database& database, std::vector<Damage>& found) {
  const std::pair<const char*, const char*> sums[] = {
      {"SELECT count(*) FROM document_updates WHERE document NOT IN (SELECT id FROM documents)",
       " rows of the log belong to no document"},
      {"SELECT count(*) FROM document_snapshots WHERE document NOT IN (SELECT id FROM documents)",
       " snapshots belong to no document"},
      {"SELECT count(*) FROM document_updates WHERE id > "
       "(SELECT value FROM counters WHERE name = 'log_id')",
       " rows have ids that were never given"},
      {"SELECT NOT count(*) FROM counters WHERE name = 'log_id'", " counter of log ids is missing"},
  };
  for (const auto& [sql, text] : sums) {
    const auto count = database.number(sql);
    if (!count) return tl::unexpected(count.error());
    if (*count > 0) found.push_back({"", std::to_string(*count) + text});
  }
  return {};
}

Result<std::vector<std::string>> all_names(Database& database) {
  auto rows = Statement::prepare(database, "SELECT name FROM documents ORDER BY id");
  if (!rows) return tl::unexpected(rows.error());
  std::vector<std::string> names;
  rows->start();
  for (;;) {
    const auto more = rows->step();
    if (!more) return tl::unexpected(more.error());
    if (!*more) return names;
    names.emplace_back(rows->text(0));
  }
}

Result<> copy_into(Database& database, const std::string& path) {
  auto vacuum = Statement::prepare(database, "VACUUM INTO ?1");
  if (!vacuum) return tl::unexpected(vacuum.error());
  const auto done = vacuum->start().bind(std::string_view(path)).finish();
  if (!done) {
    return failure(done.error().code, "copying to " + path + ": " + done.error().detail);
  }
  return {};
}

}  // namespace

Result<> SqliteStore::glance() {
  if (!state_->are_names_sound) {
    return failure(ErrorCode::kCorrupt,
                   "the table of names in " + state_->database.path() + " is damaged");
  }
  const auto counters =
      state_->database.number("SELECT count(*) FROM counters WHERE name = 'log_id'");
  if (!counters) return tl::unexpected(counters.error());
  if (*counters == 0) {
    return failure(ErrorCode::kCorrupt,
                   "the counter of log ids in " + state_->database.path() + " is missing");
  }
  const auto first = list({}, 1);
  if (!first) return tl::unexpected(first.error());
  if (first->empty()) return {};
  const auto loaded = load(first->front().name);
  return loaded ? Result<>{} : tl::unexpected(loaded.error());
}

Result<std::vector<Damage>> SqliteStore::check() {
  std::vector<Damage> found;
  // A part that cannot be read at all is a finding, not the end of the search.
  const auto note = [&found](std::string_view document, const auto& outcome) {
    if (outcome) return Result<>{};
    if (outcome.error().code != ErrorCode::kCorrupt)
      return Result<>(tl::unexpected(outcome.error()));
    found.push_back({std::string(document), outcome.error().detail});
    return Result<>{};
  };
  Database& database = state_->database;
  if (const auto done = note("", check_pages(database, found)); !done) {
    return tl::unexpected(done.error());
  }
  if (const auto done = note("", check_ownership(database, found)); !done) {
    return tl::unexpected(done.error());
  }
  const auto names = all_names(database);
  if (const auto done = note("", names); !done) return tl::unexpected(done.error());
  if (!names) return found;
  for (const std::string& name : *names) {
    if (const auto done = note(name, load(name)); !done) return tl::unexpected(done.error());
    // Rows that a snapshot covers, too.
    if (const auto done = note(name, updates_since(name, kBeforeLog)); !done) {
      return tl::unexpected(done.error());
    }
  }
  return found;
}

Result<std::vector<Damage>> SqliteStore::backup(const std::string& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    return failure(ErrorCode::kConflict, path + " exists; choose another name or remove it");
  }
  const std::string fresh = path + ".new";
  if (const auto reserved = reserve_file(fresh); !reserved) {
    return tl::unexpected(reserved.error());
  }
  Result<std::vector<Damage>> outcome;
  if (const auto copied = copy_into(state_->database, fresh); !copied) {
    outcome = tl::unexpected(copied.error());
  } else if (auto copy = open({.path = fresh,
                               .access = SqliteOptions::Access::kRead,
                               .vfs = state_->options.vfs});
             !copy) {
    outcome = tl::unexpected(copy.error());
  } else {
    outcome = (*copy)->check();
  }
  if (outcome) {
    if (const auto placed = put_in_place(fresh, path); !placed) {
      outcome = tl::unexpected(placed.error());
    }
  }
  if (!outcome) (void)remove_file(fresh);
  return outcome;
}

}  // namespace tidemark::store
