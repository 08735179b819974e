// The inside of a SqliteStore: its connection, its prepared statements and the reads that several
// of its operations share.
#pragma once

#include <optional>
#include <vector>

#include "store/sqlite/database.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/writer_lock.h"

namespace tidemark::store {

struct SqliteStore::State {
  struct Found {
    int64_t number = 0;
    int64_t created_ms = 0;
    LogId trimmed_through = kBeforeLog;
  };

  State(SqliteOptions&& opened_with, std::optional<WriterLock>&& writer, Database&& opened)
      : options(std::move(opened_with)), lock(std::move(writer)), database(std::move(opened)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Result<> prepare();

  Result<std::optional<Found>> find(std::string_view document);
  // The row of a document, made if it is not there.
  Result<int64_t> intern(std::string_view document, int64_t time_ms);
  // A count of new ids; the newest of them.
  Result<LogId> reserve_ids(size_t count);

  Result<std::optional<Snapshot>> snapshot(std::string_view document, int64_t number);
  // 0: there is none.
  Result<LogId> covers(int64_t number);
  Result<bool> has_row(int64_t number, LogId id);
  // Rows with ids in (above, last], each compared with its checksum.
  Result<std::vector<LogRow>> rows(std::string_view document, int64_t number, LogId above,
                                   LogId last);
  Result<> erase(int64_t number);
  // Completes what list() knows of a document with what its log tells.
  Result<> measure(int64_t number, DocumentStatistics& statistics);

  SqliteOptions options;
  std::optional<WriterLock> lock;  // held as long as the connection, which goes first
  Database database;

  Statement find_document;
  Statement next_number;
  Statement insert_document;
  Statement add_ids;
  Statement insert_row;
  Statement select_snapshot;
  Statement select_covers;
  Statement select_row;
  Statement select_rows;
  Statement upsert_snapshot;
  Statement select_boundary;
  Statement delete_rows_through;
  Statement set_trimmed;
  Statement rename_document;
  Statement delete_document;
  Statement delete_snapshot;
  Statement select_page;
  Statement select_one;
  Statement measure_log;
};

}  // namespace tidemark::store
