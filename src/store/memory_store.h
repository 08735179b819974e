// Documents in memory: the store of tests, of browsers and of servers that need not remember.
// "Durable" means for as long as this object lives.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "store/document_store.h"

namespace tidemark::store {

class MemoryStore final : public DocumentStore {
 public:
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

 private:
  //  (1) Ids in rows ascend and none is above last_id_.
  //  (2) Every row at or below `trimmed_through` that is missing is covered by the snapshot.
  //  (3) There is a snapshot, or a row.
  struct Document {
    int64_t created_ms = 0;
    LogId trimmed_through = kBeforeLog;
    std::optional<Snapshot> snapshot;
    std::vector<LogRow> rows;
  };

  static DocumentStatistics statistics_of(std::string_view name, const Document& document);

  std::map<std::string, Document, std::less<>> documents_;
  LogId last_id_ = kBeforeLog;
};

}  // namespace tidemark::store
