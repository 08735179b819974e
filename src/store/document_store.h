// What a node keeps of its documents: per document an append-only log of updates and at most one
// snapshot that stands for the log up to an id. The bytes are opaque here. Every backend passes
// conformance_test.h; calls block, and whatever they return is durable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace tidemark::store {

// The place of an update in the log of the whole store. Ids ascend in order of commit, over all
// documents, and are never given twice, not even after a delete or a restart. Gaps are allowed.
using LogId = uint64_t;
inline constexpr LogId kBeforeLog = 0;

// One update to append. Views need to live only as long as the call.
struct Append {
  std::string_view document;
  Bytes update;  // Yjs V1, as it goes over the wire; never empty
  std::string_view device = {};
  std::string_view origin = {};
  int64_t time_ms = 0;  // since 1970, by the caller's clock
};

struct LogRow {
  LogId id = kBeforeLog;
  Buffer update;
  std::string device;
  std::string origin;
  int64_t time_ms = 0;
};

struct Snapshot {
  Buffer state;  // one update that holds everything up to `covers`
  LogId covers = kBeforeLog;
  int64_t time_ms = 0;
};

// A document as stored: apply the snapshot, then the tail in order. The tail has every row above
// the snapshot and nothing else.
struct StoredState {
  std::optional<Snapshot> snapshot;
  std::vector<LogRow> tail;
};

// The log above an id. Compaction deletes rows: if `trimmed_through` is above the id that was asked
// for, rows are missing and the caller needs load() instead.
struct LogSlice {
  std::vector<LogRow> rows;
  LogId trimmed_through = kBeforeLog;
};

// A snapshot to store in place of the log up to `covers`, of which the newest `keep` rows stay.
struct Compacted {
  std::string_view document;
  Bytes state;
  LogId covers = kBeforeLog;
  size_t keep = 0;
  int64_t time_ms = 0;
};

struct DocumentStatistics {
  std::string name;
  size_t snapshot_bytes = 0;  // 0: no snapshot
  LogId covers = kBeforeLog;
  size_t log_rows = 0;  // all that are stored
  size_t log_bytes = 0;
  size_t tail_rows = 0;  // those above the snapshot
  size_t tail_bytes = 0;
  LogId last_id = kBeforeLog;
  int64_t created_ms = 0;
  int64_t updated_ms = 0;  // of the newest row, or of the snapshot if there is no row
};

// Something that a check found. `document` is empty if it cannot be told whose it is.
struct Damage {
  std::string document;
  std::string detail;
};

class DocumentStore {
 public:
  virtual ~DocumentStore() = default;

  // All of the batch or nothing, durable on return. The ids are in the order of the batch; an empty
  // batch is allowed. A document exists from its first append on.
  virtual Result<std::vector<LogId>> append(std::span<const Append> batch) = 0;

  // nullopt: no such document. kCorrupt: there is one, and it must not be taken for an empty one.
  virtual Result<std::optional<StoredState>> load(std::string_view document) = 0;

  // Rows with ids above `since`, ascending.
  virtual Result<LogSlice> updates_since(std::string_view document, LogId since) = 0;

  // The document as it was after the update `id`. nullopt: nothing was there yet. kInvalid: the log
  // that tells has been compacted away.
  virtual Result<std::optional<StoredState>> state_at(std::string_view document, LogId id) = 0;

  // Stores the snapshot and deletes the rows that it covers but `keep`, in one step. Rows above
  // `covers` are never touched. `covers` is the id of a stored row or that of the present snapshot;
  // anything else is kConflict: the document has been removed or replaced meanwhile.
  virtual Result<> replace_snapshot(const Compacted& compacted) = 0;

  // `to` becomes what `from` was, `from` is gone, what `to` was is lost; one step. False and no
  // change if `from` is not there or both names are the same.
  virtual Result<bool> rename(std::string_view from, std::string_view to) = 0;

  // False if there was no such document.
  virtual Result<bool> remove(std::string_view document) = 0;

  // At most `limit` documents with names above `after` (empty: from the start), by bytes of the
  // name. The next page starts after the last name of this one.
  virtual Result<std::vector<DocumentStatistics>> list(std::string_view after, size_t limit) = 0;

  virtual Result<std::optional<DocumentStatistics>> statistics(std::string_view document) = 0;

  // Reads everything and reports what does not add up; changes nothing. Empty: sound.
  virtual Result<std::vector<Damage>> check() = 0;
};

}  // namespace tidemark::store
