#include "store/memory_store.h"

#include <algorithm>
#include <utility>

#include "store/limits.h"

namespace tidemark::store {

namespace {

using Rows = std::vector<LogRow>;

Rows::const_iterator first_above(const Rows& rows, LogId id) {
  return std::upper_bound(rows.begin(), rows.end(), id,
                          [](LogId value, const LogRow& row) { return value < row.id; });
}

bool has_row(const Rows& rows, LogId id) {
  const auto above = first_above(rows, id);
  return above != rows.begin() && std::prev(above)->id == id;
}

}  // namespace

Result<std::vector<LogId>> MemoryStore::append(std::span<const Append> batch) {
  if (const auto sound = check_batch(batch); !sound) return tl::unexpected(sound.error());
  std::vector<LogId> ids;
  ids.reserve(batch.size());
  for (const Append& entry : batch) {
    auto found = documents_.find(entry.document);
    if (found == documents_.end()) {
      found = documents_.emplace(std::string(entry.document), Document{}).first;
      found->second.created_ms = entry.time_ms;
    }
    found->second.rows.push_back(LogRow{.id = ++last_id_,
                                        .update = copy_of(entry.update),
                                        .device = std::string(entry.device),
                                        .origin = std::string(entry.origin),
                                        .time_ms = entry.time_ms});
    ids.push_back(last_id_);
  }
  return ids;
}

Result<std::optional<StoredState>> MemoryStore::load(std::string_view document) {
  const auto found = documents_.find(document);
  if (found == documents_.end()) return std::nullopt;
  const Document& stored = found->second;
  const LogId covers = stored.snapshot ? stored.snapshot->covers : kBeforeLog;
  return StoredState{stored.snapshot, {first_above(stored.rows, covers), stored.rows.cend()}};
}

Result<LogSlice> MemoryStore::updates_since(std::string_view document, LogId since) {
  const auto found = documents_.find(document);
  if (found == documents_.end()) return LogSlice{};
  const Rows& rows = found->second.rows;
  return LogSlice{{first_above(rows, since), rows.cend()}, found->second.trimmed_through};
}

Result<std::optional<StoredState>> MemoryStore::state_at(std::string_view document, LogId id) {
  const auto found = documents_.find(document);
  if (found == documents_.end()) return std::nullopt;
  const Document& stored = found->second;
  const bool uses_snapshot = stored.snapshot && stored.snapshot->covers <= id;
  if (!uses_snapshot && stored.trimmed_through > kBeforeLog) return history_is_gone(document, id);
  StoredState state;
  if (uses_snapshot) state.snapshot = stored.snapshot;
  const LogId base = uses_snapshot ? stored.snapshot->covers : kBeforeLog;
  state.tail.assign(first_above(stored.rows, base), first_above(stored.rows, id));
  if (!state.snapshot && state.tail.empty()) return std::nullopt;
  return state;
}

Result<> MemoryStore::replace_snapshot(const Compacted& compacted) {
  if (const auto sound = check_state(compacted.state); !sound) return sound;
  const auto found = documents_.find(compacted.document);
  if (found == documents_.end()) return snapshot_conflict(compacted.document);
  Document& stored = found->second;
  const LogId covers_now = stored.snapshot ? stored.snapshot->covers : kBeforeLog;
  const bool is_known = compacted.covers == covers_now ? stored.snapshot.has_value()
                                                       : has_row(stored.rows, compacted.covers);
  if (!is_known || compacted.covers < covers_now) return snapshot_conflict(compacted.document);
  stored.snapshot = Snapshot{copy_of(compacted.state), compacted.covers, compacted.time_ms};
  const auto covered =
      static_cast<size_t>(first_above(stored.rows, compacted.covers) - stored.rows.cbegin());
  if (covered > compacted.keep) {
    const auto end = stored.rows.begin() + static_cast<ptrdiff_t>(covered - compacted.keep);
    stored.trimmed_through = std::prev(end)->id;
    stored.rows.erase(stored.rows.begin(), end);
  }
  return {};
}

Result<bool> MemoryStore::rename(std::string_view from, std::string_view to) {
  if (const auto sound = check_name(to); !sound) return tl::unexpected(sound.error());
  const auto found = documents_.find(from);
  if (found == documents_.end() || from == to) return false;
  documents_.insert_or_assign(std::string(to), std::move(found->second));
  documents_.erase(documents_.find(from));
  return true;
}

Result<bool> MemoryStore::remove(std::string_view document) {
  const auto found = documents_.find(document);
  if (found == documents_.end()) return false;
  documents_.erase(found);
  return true;
}

Result<std::vector<DocumentStatistics>> MemoryStore::list(std::string_view after, size_t limit) {
  std::vector<DocumentStatistics> page;
  for (auto at = documents_.upper_bound(after); at != documents_.end() && page.size() < limit;
       ++at) {
    page.push_back(statistics_of(at->first, at->second));
  }
  return page;
}

Result<std::optional<DocumentStatistics>> MemoryStore::statistics(std::string_view document) {
  const auto found = documents_.find(document);
  if (found == documents_.end()) return std::nullopt;
  return statistics_of(found->first, found->second);
}

DocumentStatistics MemoryStore::statistics_of(std::string_view name, const Document& document) {
  DocumentStatistics out{.name = std::string(name), .created_ms = document.created_ms};
  if (document.snapshot) {
    out.snapshot_bytes = document.snapshot->state.size();
    out.covers = out.last_id = document.snapshot->covers;
    out.updated_ms = document.snapshot->time_ms;
  }
  for (const LogRow& row : document.rows) {
    const bool is_tail = row.id > out.covers;
    out.log_rows += 1;
    out.log_bytes += row.update.size();
    out.tail_rows += is_tail ? 1 : 0;
    out.tail_bytes += is_tail ? row.update.size() : 0;
    out.updated_ms = row.time_ms;
    out.last_id = std::max(out.last_id, row.id);
  }
  return out;
}

Result<std::vector<Damage>> MemoryStore::check() {
  std::vector<Damage> found;
  for (const auto& [name, document] : documents_) {
    const auto report = [&](std::string detail) { found.push_back({name, std::move(detail)}); };
    if (!document.snapshot && document.rows.empty()) report("holds nothing");
    const LogId covers = document.snapshot ? document.snapshot->covers : kBeforeLog;
    if (document.trimmed_through > covers) report("rows are gone that no snapshot covers");
    LogId previous = kBeforeLog;
    for (const LogRow& row : document.rows) {
      if (row.id <= previous || row.id > last_id_) report("log ids do not ascend");
      previous = row.id;
    }
  }
  return found;
}

}  // namespace tidemark::store
