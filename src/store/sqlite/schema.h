// The tables of a store file, how a new file comes to be, and which files are ours. A file that is
// not ours, or newer than this program, is refused before anything in it changes.
//
// Version 1. Documents are interned: rows name them by number, and a rename touches one row.
//
//   counters            name -> value: "log_id" is the newest id of the log that was ever given
//   documents           newest_id of the log, covers of the snapshot (0: none), trimmed_through:
//                       the newest row that was ever compacted away
//   document_snapshots  at most one per document: everything up to the log id that is covered
//   document_updates    the log, clustered by document, so that one sweep reads a document; a row
//                       names the id before it in its document
//
// A damaged tree can hide rows without an error: newest_id and the chain of ids show that, and the
// checksum of each row shows a row that is not what was written.
//
// Tables for records and blobs will stand beside these under names of their own.
#pragma once

#include <cstdint>
#include <string>

#include "store/sqlite/database.h"

namespace tidemark::store {

// "TdMk" in the header of the file, so that file(1) and we know whose it is.
inline constexpr int64_t kApplicationId = 0x54644D6B;
inline constexpr int64_t kSchemaVersion = 1;

// Makes a whole, empty store at `path` or nothing. The folder exists.
Result<> create_store(const std::string& path, const char* vfs);

enum class FileKind { kAbsent, kOurs };
// kInvalid: there is a file, and it is not one of ours. Reads the file's first bytes and no more.
Result<FileKind> examine(const std::string& path);

// kTooNew if a newer program wrote the file; kCorrupt if no program of ours can have.
Result<> check_version(Database& database);

}  // namespace tidemark::store
