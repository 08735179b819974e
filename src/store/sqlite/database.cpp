#include "store/sqlite/database.h"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <optional>
#include <utility>

namespace tidemark::store {

namespace {

ErrorCode code_of(int sqlite_code) {
  switch (sqlite_code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ErrorCode::kBusy;
    case SQLITE_FULL: return ErrorCode::kFull;
    case SQLITE_READONLY:
    case SQLITE_PERM: return ErrorCode::kReadOnly;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_SCHEMA:
    // Our statements are fixed: if one makes no sense, the tables are not those that we made.
    case SQLITE_ERROR: return ErrorCode::kCorrupt;
    case SQLITE_TOOBIG: return ErrorCode::kTooLarge;
    case SQLITE_CONSTRAINT: return ErrorCode::kConflict;
    default: return ErrorCode::kUnavailable;
  }
}

std::optional<ErrorCode> code_of_system(int system_error) {
  switch (system_error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return ErrorCode::kFull;
    case EROFS:
    case EPERM:
    case EACCES: return ErrorCode::kReadOnly;
    default: return std::nullopt;
  }
}

// SQLite calls only ENOSPC from a write a full disk. Quotas, limits on the size of files, disks
// that can no longer be written, and file systems that find out when they sync say it in other
// ways; a failed commit leaves the reason with the file of the log.
ErrorCode code_of_failure(sqlite3* handle, int sqlite_code) {
  const ErrorCode code = code_of(sqlite_code);
  if (handle == nullptr || (sqlite_code & 0xFF) != SQLITE_IOERR) return code;
  if (const auto told = code_of_system(sqlite3_system_errno(handle))) return *told;
  sqlite3_file* log = nullptr;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  if (log == nullptr || log->pMethods == nullptr) return code;
  int error = 0;
  log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error);
  return code_of_system(error).value_or(code);
}

std::string_view advice_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::kBusy:
      return "another program holds it locked; close that program or try again in a moment";
    case ErrorCode::kFull:
      return "the disk or the quota is full; free some space, what is stored is intact";
    case ErrorCode::kReadOnly:
      return "it cannot be written; check the owner, the permissions and how the disk is mounted";
    case ErrorCode::kCorrupt:
      return "the file is damaged; copy the folder away and restore what is affected from a backup";
    case ErrorCode::kTooLarge: return "it is larger than a row may be";
    case ErrorCode::kConflict: return "it contradicts what is stored";
    default: return "check that the disk is there, healthy and readable for this user";
  }
}

}  // namespace

Result<Database> Database::open(const Options& options) {
  Database database;
  database.path_ = options.path;
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= options.access == Access::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (options.creates) flags |= SQLITE_OPEN_CREATE;
  // Anything beyond a plain path (a read-only medium) comes as a URI.
  if (options.path.starts_with("file:")) flags |= SQLITE_OPEN_URI;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(options.path.c_str(), &handle, flags, options.vfs);
  database.handle_.reset(handle);
  if (code != SQLITE_OK) return database.failed(code, "opening");
  sqlite3_busy_timeout(handle, options.busy_timeout_ms);
  return database;
}

Result<> Database::run(const char* sql) {
  const int code = sqlite3_exec(raw(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failed(code, "using");
  return {};
}

Result<int64_t> Database::number(const char* sql) {
  auto statement = Statement::prepare(*this, sql);
  if (!statement) return tl::unexpected(statement.error());
  const auto row = statement->start().step();
  if (!row) return tl::unexpected(row.error());
  return *row ? statement->number(0) : 0;
}

Result<std::string> Database::text(const char* sql) {
  auto statement = Statement::prepare(*this, sql);
  if (!statement) return tl::unexpected(statement.error());
  const auto row = statement->start().step();
  if (!row) return tl::unexpected(row.error());
  return *row ? std::string(statement->text(0)) : std::string();
}

tl::unexpected<Error> Database::failed(std::string_view doing) const {
  return failed(sqlite3_extended_errcode(raw()), doing);
}

tl::unexpected<Error> Database::failed(int code, std::string_view doing) const {
  const ErrorCode kind = code_of_failure(handle_ ? raw() : nullptr, code);
  std::string detail(doing);
  detail += " the store " + path_ + " failed: ";
  detail += handle_ ? sqlite3_errmsg(raw()) : sqlite3_errstr(code);
  detail += " (SQLite " + std::to_string(code) + "); ";
  detail += advice_for(kind);
  return failure(kind, std::move(detail));
}

Result<Statement> Statement::prepare(const Database& database, const char* sql) {
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v3(database.raw(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) return database.failed(code, "reading");
  Statement statement;
  statement.handle_.reset(handle);
  statement.database_ = &database;
  return statement;
}

Statement& Statement::start() {
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
  next_parameter_ = 1;
  bind_error_ = SQLITE_OK;
  return *this;
}

Statement& Statement::bind(int64_t value) {
  bind_error_ |= sqlite3_bind_int64(handle_.get(), next_parameter_++, value);
  return *this;
}

Statement& Statement::bind(uint64_t value) {
  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
  return bind(static_cast<int64_t>(std::min(value, kMax)));
}

Statement& Statement::bind(std::string_view text) {
  const char* start = text.empty() ? "" : text.data();  // null would bind NULL
  bind_error_ |= sqlite3_bind_text64(handle_.get(), next_parameter_++, start, text.size(),
                                     SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(Bytes bytes) {
  bind_error_ |= sqlite3_bind_blob64(handle_.get(), next_parameter_++, bytes.data(), bytes.size(),
                                     SQLITE_STATIC);
  return *this;
}

Result<bool> Statement::step() {
  if (bind_error_ != SQLITE_OK) return database_->failed(bind_error_, "using");
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(handle_.get());
    return false;
  }
  auto error =
      database_->failed(code, sqlite3_stmt_readonly(handle_.get()) ? "reading" : "writing");
  sqlite3_reset(handle_.get());
  return error;
}

Result<> Statement::finish() {
  const auto row = step();
  if (!row) return tl::unexpected(row.error());
  stop();
  return {};
}

std::string_view Statement::text(int column) const {
  const auto* start = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  return {start == nullptr ? "" : start,
          static_cast<size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

Bytes Statement::bytes(int column) const {
  const auto* start = static_cast<const uint8_t*>(sqlite3_column_blob(handle_.get(), column));
  return {start, static_cast<size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

Result<Transaction> Transaction::begin(Database& database, Kind kind) {
  const auto begun = database.run(kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
  if (!begun) return tl::unexpected(begun.error());
  return Transaction(database);
}

Transaction::~Transaction() {
  // SQLite has already rolled back after some errors (disk full, I/O).
  if (database_ != nullptr && database_->is_in_transaction()) (void)database_->run("ROLLBACK");
}

Result<> Transaction::commit() {
  if (const auto done = database_->run("COMMIT"); !done) return done;
  database_ = nullptr;
  return {};
}

}  // namespace tidemark::store
