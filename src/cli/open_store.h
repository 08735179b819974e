// The store of a data folder, as commands use it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/exit_code.h"
#include "crdt/doc.h"
#include "store/sqlite/sqlite_store.h"

namespace tidemark::cli {

// Whatever keeps a store from being opened, damage included, is kUnavailable with the store's
// words.
Result<std::unique_ptr<store::SqliteStore>> open_for_reading(const std::string& data);
Result<std::unique_ptr<store::SqliteStore>> open_for_writing(const std::string& data);
// The one that makes a store where there is none.
Result<std::unique_ptr<store::SqliteStore>> open_or_make(const std::string& data);

bool has_store(const std::string& data);

// Documents are listed in pages, so that any number of them fits.
inline constexpr size_t kDocumentsAtOnce = 1000;

// Says so, for people; what the command returns then.
ExitCode no_such_document(const std::string& document, const std::string& data);

// As stored, garbage and pending structs included.
Result<std::optional<crdt::Doc>> load(store::DocumentStore& store, const std::string& document);

// Wall time in ms since 1970.
int64_t now_ms();

}  // namespace tidemark::cli
