// For tests: a store in memory that fails when it is told to, and counts what was asked of it.
#pragma once

#include <set>
#include <string>

#include "store/memory_store.h"

namespace tidemark::server {

class FaultyStore final : public store::DocumentStore {
 public:
  bool fails_appends = false;
  bool fails_snapshots = false;
  std::set<std::string, std::less<>> refused;  // as a name that is too long
  std::set<std::string, std::less<>> damaged;
  std::set<std::string, std::less<>> busy;
  size_t appends = 0;
  size_t loads = 0;

  Result<std::vector<store::LogId>> append(std::span<const store::Append> batch) override {
    ++appends;
    if (fails_appends) return failure(ErrorCode::kFull, "the disk is full");
    for (const store::Append& row : batch) {
      if (refused.contains(row.document)) return failure(ErrorCode::kTooLarge, "the name is long");
      if (damaged.contains(row.document)) wrote_to_damaged = true;
    }
    return memory_.append(batch);
  }
  bool wrote_to_damaged = false;

  Result<std::optional<store::StoredState>> load(std::string_view document) override {
    ++loads;
    if (damaged.contains(document)) return failure(ErrorCode::kCorrupt, "a page is torn");
    if (busy.contains(document)) return failure(ErrorCode::kUnavailable, "the device is away");
    return memory_.load(document);
  }
  Result<> replace_snapshot(const store::Compacted& compacted) override {
    if (fails_snapshots) return failure(ErrorCode::kFull, "the disk is full");
    return memory_.replace_snapshot(compacted);
  }
  Result<store::LogSlice> updates_since(std::string_view document, store::LogId since) override {
    return memory_.updates_since(document, since);
  }
  Result<std::optional<store::StoredState>> state_at(std::string_view document,
                                                     store::LogId id) override {
    return memory_.state_at(document, id);
  }
  Result<bool> rename(std::string_view from, std::string_view to) override {
    return memory_.rename(from, to);
  }
  Result<bool> remove(std::string_view document) override { return memory_.remove(document); }
  Result<std::vector<store::DocumentStatistics>> list(std::string_view after,
                                                      size_t limit) override {
    return memory_.list(after, limit);
  }
  Result<std::optional<store::DocumentStatistics>> statistics(std::string_view document) override {
    return memory_.statistics(document);
  }
  Result<std::vector<store::Damage>> check() override { return memory_.check(); }

 private:
  store::MemoryStore memory_;
};

}  // namespace tidemark::server
