#include "store/sqlite/sqlite_state.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "store/sqlite/checksum.h"

namespace tidemark::store {

namespace {

tl::unexpected<Error> damaged(std::string_view document, const std::string& what) {
  return failure(ErrorCode::kCorrupt,
                 "\"" + std::string(document) + "\" is damaged: " + what +
                     " does not read back as it was written; restore the document from a backup. "
                     "Other documents are not affected");
}

constexpr const char* kSelectStatistics =
    "SELECT d.id, d.name, d.created_ms, s.covers, length(s.state), s.time_ms FROM documents d "
    "LEFT JOIN document_snapshots s ON s.document = d.id ";

}  // namespace

Result<> SqliteStore::State::prepare() {
  const std::string page =
      std::string(kSelectStatistics) + "WHERE d.name > ?1 ORDER BY d.name LIMIT ?2";
  const std::string one = std::string(kSelectStatistics) + "WHERE d.name = ?1";
  const std::pair<Statement*, const char*> all[] = {
      {&find_document,
       "SELECT id, created_ms, trimmed_through, checksum FROM documents WHERE name = ?1"},
      {&next_number, "SELECT coalesce(max(id), 0) + 1 FROM documents"},
      {&insert_document,
       "INSERT INTO documents (id, name, created_ms, checksum) VALUES (?1, ?2, ?3, ?4)"},
      {&add_ids, "UPDATE counters SET value = value + ?1 WHERE name = 'log_id' RETURNING value"},
      {&insert_row, "INSERT INTO document_updates VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
      {&select_snapshot,
       "SELECT covers, time_ms, checksum, state FROM document_snapshots WHERE document = ?1"},
      {&select_covers, "SELECT covers FROM document_snapshots WHERE document = ?1"},
      {&select_row, "SELECT 1 FROM document_updates WHERE document = ?1 AND id = ?2"},
      {&select_rows,
       "SELECT id, time_ms, device, origin, checksum, payload FROM document_updates "
       "WHERE document = ?1 AND id > ?2 AND id <= ?3 ORDER BY id"},
      {&upsert_snapshot, "INSERT OR REPLACE INTO document_snapshots VALUES (?1, ?2, ?3, ?4, ?5)"},
      {&select_boundary,
       "SELECT id FROM document_updates WHERE document = ?1 AND id <= ?2 "
       "ORDER BY id DESC LIMIT 1 OFFSET ?3"},
      {&delete_rows_through, "DELETE FROM document_updates WHERE document = ?1 AND id <= ?2"},
      {&set_trimmed, "UPDATE documents SET trimmed_through = ?2 WHERE id = ?1"},
      {&rename_document, "UPDATE documents SET name = ?2, checksum = ?3 WHERE id = ?1"},
      {&delete_document, "DELETE FROM documents WHERE id = ?1"},
      {&delete_snapshot, "DELETE FROM document_snapshots WHERE document = ?1"},
      {&select_page, page.c_str()},
      {&select_one, one.c_str()},
      {&measure_log,
       "SELECT count(*), coalesce(sum(length(payload)), 0), "
       "coalesce(sum(id > ?2), 0), coalesce(sum(iif(id > ?2, length(payload), 0)), 0), "
       "max(id), time_ms FROM document_updates WHERE document = ?1"},
  };
  for (const auto& [statement, sql] : all) {
    auto prepared = Statement::prepare(database, sql);
    if (!prepared) return tl::unexpected(prepared.error());
    *statement = std::move(*prepared);
  }
  return {};
}

Result<std::optional<SqliteStore::State::Found>> SqliteStore::State::find(
    std::string_view document) {
  const auto row = find_document.start().bind(document).step();
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::nullopt;
  const Found found{find_document.number(0), find_document.number(1), find_document.id(2)};
  const auto checksum = static_cast<uint32_t>(find_document.number(3));
  find_document.stop();
  if (checksum != checksum_of_document(found.number, found.created_ms, document)) {
    return damaged(document, "its entry");
  }
  return found;
}

Result<int64_t> SqliteStore::State::intern(std::string_view document, int64_t time_ms) {
  const auto found = find(document);
  if (!found) return tl::unexpected(found.error());
  if (*found) return (*found)->number;
  const auto row = next_number.start().step();
  if (!row) return tl::unexpected(row.error());
  const int64_t number = next_number.number(0);
  next_number.stop();
  const auto done = insert_document.start()
                        .bind(number)
                        .bind(document)
                        .bind(time_ms)
                        .bind(int64_t{checksum_of_document(number, time_ms, document)})
                        .finish();
  if (!done) return tl::unexpected(done.error());
  return number;
}

Result<LogId> SqliteStore::State::reserve_ids(size_t count) {
  const auto row = add_ids.start().bind(uint64_t{count}).step();
  if (!row) return tl::unexpected(row.error());
  if (!*row) {
    return failure(ErrorCode::kCorrupt,
                   database.path() + " has lost its counter of log ids; restore a backup");
  }
  const LogId newest = add_ids.id(0);
  add_ids.stop();
  return newest;
}

Result<std::optional<Snapshot>> SqliteStore::State::snapshot(std::string_view document,
                                                             int64_t number) {
  const auto row = select_snapshot.start().bind(number).step();
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::nullopt;
  Snapshot out{copy_of(select_snapshot.bytes(3)), select_snapshot.id(0), select_snapshot.number(1)};
  const auto checksum = static_cast<uint32_t>(select_snapshot.number(2));
  select_snapshot.stop();
  if (checksum != checksum_of_snapshot(number, out.covers, out.time_ms, out.state)) {
    return damaged(document, "its snapshot");
  }
  return out;
}

Result<LogId> SqliteStore::State::covers(int64_t number) {
  const auto row = select_covers.start().bind(number).step();
  if (!row) return tl::unexpected(row.error());
  const LogId id = *row ? select_covers.id(0) : kBeforeLog;
  select_covers.stop();
  return id;
}

Result<bool> SqliteStore::State::has_row(int64_t number, LogId id) {
  const auto row = select_row.start().bind(number).bind(id).step();
  select_row.stop();
  return row;
}

Result<std::vector<LogRow>> SqliteStore::State::rows(std::string_view document, int64_t number,
                                                     LogId above, LogId last) {
  std::vector<LogRow> out;
  select_rows.start().bind(number).bind(above).bind(last);
  for (;;) {
    const auto more = select_rows.step();
    if (!more) return tl::unexpected(more.error());
    if (!*more) return out;
    LogRow row{.id = select_rows.id(0),
               .update = copy_of(select_rows.bytes(5)),
               .device = std::string(select_rows.text(2)),
               .origin = std::string(select_rows.text(3)),
               .time_ms = select_rows.number(1)};
    if (static_cast<uint32_t>(select_rows.number(4)) != checksum_of_row(number, row, row.update)) {
      select_rows.stop();
      return damaged(document, "row " + std::to_string(row.id) + " of its log");
    }
    out.push_back(std::move(row));
  }
}

Result<> SqliteStore::State::erase(int64_t number) {
  constexpr LogId kEverything = std::numeric_limits<LogId>::max();
  if (const auto done = delete_rows_through.start().bind(number).bind(kEverything).finish();
      !done) {
    return done;
  }
  if (const auto done = delete_snapshot.start().bind(number).finish(); !done) return done;
  return delete_document.start().bind(number).finish();
}

Result<> SqliteStore::State::measure(int64_t number, DocumentStatistics& statistics) {
  const auto row = measure_log.start().bind(number).bind(statistics.covers).step();
  if (!row) return tl::unexpected(row.error());
  statistics.log_rows = measure_log.size(0);
  statistics.log_bytes = measure_log.size(1);
  statistics.tail_rows = measure_log.size(2);
  statistics.tail_bytes = measure_log.size(3);
  statistics.last_id = std::max(statistics.covers, measure_log.id(4));
  if (statistics.log_rows > 0) statistics.updated_ms = measure_log.number(5);
  measure_log.stop();
  return {};
}

}  // namespace tidemark::store
