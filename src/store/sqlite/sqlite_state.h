// The inside of a SqliteStore: its connection, its prepared statements and the reads that several
// of its operations share.
#pragma once

#include <optional>
#include <vector>

#include "store/sqlite/checksum.h"
#include "store/sqlite/database.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/writer_lock.h"

namespace tidemark::store {

struct SqliteStore::State {
  State(SqliteOptions&& opened_with, std::optional<WriterLock>&& writer, Database&& opened)
      : options(std::move(opened_with)), lock(std::move(writer)), database(std::move(opened)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Result<> prepare();
  // Looks through the table of names, a second for some hundred thousand: a damaged index would let
  // a stored document pass for one that does not exist.
  Result<> check_names();

  Result<std::optional<DocumentEntry>> find(std::string_view document);
  // The entry of a document, made if it is not there.
  Result<DocumentEntry> intern(std::string_view document, int64_t time_ms);
  // Writes a changed entry, or a changed name.
  Result<> put(const DocumentEntry& entry, std::string_view document);
  // A count of new ids; the newest of them.
  Result<LogId> reserve_ids(size_t count);

  // Appends a row to a document and moves its entry on.
  Result<> insert(DocumentEntry& entry, LogId id, const Append& row);
  // Deletes the rows that the entry covers but `keep`, and moves its entry on.
  Result<> trim(DocumentEntry& entry, size_t keep);

  // That of an entry that covers something.
  Result<Snapshot> snapshot(std::string_view document, const DocumentEntry& entry);
  Result<bool> has_row(int64_t number, LogId id);
  // Rows with ids in (above, last], each compared with its checksum, none of them missing.
  Result<std::vector<LogRow>> rows(std::string_view document, const DocumentEntry& entry,
                                   LogId above, LogId last);
  Result<> erase(int64_t number);
  // Completes what list() knows of a document with what its log tells.
  Result<> measure(int64_t number, DocumentStatistics& statistics);

  SqliteOptions options;
  bool are_names_sound = true;
  std::optional<WriterLock> lock;  // held as long as the connection, which goes first
  Database database;

  Statement find_document;
  Statement next_number;
  Statement insert_document;
  Statement add_ids;
  Statement insert_row;
  Statement select_snapshot;
  Statement select_row;
  Statement select_rows;
  Statement upsert_snapshot;
  Statement select_boundary;
  Statement delete_rows_through;
  Statement update_document;
  Statement delete_document;
  Statement delete_snapshot;
  Statement select_page;
  Statement select_one;
  Statement measure_log;
};

}  // namespace tidemark::store
