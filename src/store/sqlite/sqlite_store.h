// Documents in one SQLite file (WAL, one transaction per batch); docs/storage.md describes it. One
// process writes, any number read beside it. Every row carries a checksum, so that damage is found
// when it is read, is confined to a document, and is never served.
#pragma once

#include <memory>
#include <string>

#include "store/document_store.h"

namespace tidemark::store {

// The name of the store inside a data folder.
inline constexpr const char* kDatabaseFile = "tidemark.db";

struct SqliteOptions {
  enum class Access { kRead, kWrite };
  // kFull syncs at every commit: what is acknowledged survives a power cut. With kNormal it
  // survives the end of this process and of others, but a power cut may take the newest commits;
  // the file stays sound.
  enum class Synchronous { kFull, kNormal };

  std::string path;
  Access access = Access::kWrite;
  Synchronous synchronous = Synchronous::kFull;
  // How long to wait for another program that holds the file before kBusy: longer would stall every
  // room of a server.
  int busy_timeout_ms = 1000;
  // The file grows to at most this; 0: as far as the disk goes. Beyond it appends are kFull.
  uint64_t max_file_bytes = 0;
  // SQLite's name of a file system, for tests that break it; null: the platform's.
  const char* vfs = nullptr;
};

class SqliteStore final : public DocumentStore {
 public:
  // A writer makes what is missing, file and folder. A reader finds kUnavailable where there is no
  // store. See schema.h for the files that are refused.
  static Result<std::unique_ptr<SqliteStore>> open(const SqliteOptions& options);
  ~SqliteStore() override;

  Result<std::vector<LogId>> append(std::span<const Append> batch) override;
  Result<std::optional<StoredState>> load(std::string_view document) override;
  Result<LogSlice> updates_since(std::string_view document, LogId since) override;
  Result<std::optional<StoredState>> state_at(std::string_view document, LogId id) override;
  Result<> replace_snapshot(const Compacted& compacted) override;
  Result<bool> rename(std::string_view from, std::string_view to) override;
  Result<bool> remove(std::string_view document) override;
  Result<std::vector<DocumentStatistics>> list(std::string_view after, size_t limit) override;
  Result<std::optional<DocumentStatistics>> statistics(std::string_view document) override;
  Result<std::vector<Damage>> check() override;

  // Not of the port: a look of a moment at what every use needs, for those who start with a store
  // of any size. Says what it met; most damage it does not meet, which takes check().
  Result<> glance();

  // Not of the port: what a copy is depends on where a store keeps things, and who asks for a file
  // has opened this store. A whole copy at `path`, which must not exist, while others read and
  // write: the state of one moment, there completely or not at all. The copy is checked before it
  // gets its name; damage that it shares with this store is told, and keeps nobody from having the
  // rest.
  Result<std::vector<Damage>> backup(const std::string& path);

 private:
  struct State;
  explicit SqliteStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tidemark::store
