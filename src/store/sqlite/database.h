// SQLite behind three small types: a connection, a prepared statement and a transaction. Every
// error names the file and says what to do next. Only this folder includes sqlite3.h.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"

namespace tidemark::store {

class Database {
 public:
  enum class Access { kRead, kWrite };
  struct Options {
    std::string path;
    Access access = Access::kWrite;
    int busy_timeout_ms = 1000;
    const char* vfs = nullptr;  // SQLite's name of a file system; null: the platform's
    bool creates = false;
  };

  static Result<Database> open(const Options& options);

  // Runs statements that yield nothing of interest.
  Result<> run(const char* sql);
  // The first column of the first row as a number.
  Result<int64_t> number(const char* sql);
  Result<std::string> text(const char* sql);

  // What went wrong in the last call, for people and for callers.
  tl::unexpected<Error> failed(std::string_view doing) const;
  tl::unexpected<Error> failed(int code, std::string_view doing) const;

  bool is_in_transaction() const { return sqlite3_get_autocommit(raw()) == 0; }
  sqlite3* raw() const { return handle_.get(); }
  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
  std::string path_;
};

// Compiled once, run often. Bound views must live until the statement is done.
class Statement {
 public:
  static Result<Statement> prepare(const Database& database, const char* sql);

  // Begins a run: forgets what was bound before.
  Statement& start();
  Statement& bind(int64_t value);
  Statement& bind(uint64_t value);  // at most what SQLite can count to
  Statement& bind(std::string_view text);
  Statement& bind(Bytes bytes);

  // True: there is a row to read. After an error, and after the last row, the statement is done.
  Result<bool> step();
  // For statements without rows.
  Result<> finish();
  // Ends a run whose remaining rows nobody wants.
  void stop() { sqlite3_reset(handle_.get()); }

  int64_t number(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  uint64_t id(int column) const { return static_cast<uint64_t>(number(column)); }
  size_t size(int column) const { return static_cast<size_t>(number(column)); }
  bool is_null(int column) const {
    return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
  }
  // Views live until the next step.
  std::string_view text(int column) const;
  Bytes bytes(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  const Database* database_ = nullptr;
  int next_parameter_ = 1;
  int bind_error_ = SQLITE_OK;
};

// Undone at the end of the scope unless committed.
class Transaction {
 public:
  // A writer takes the write lock at once, so that it cannot fail half-way for want of it.
  enum class Kind { kRead, kWrite };
  static Result<Transaction> begin(Database& database, Kind kind);
  ~Transaction();
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;

  Result<> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace tidemark::store
