// A document together with its log: how what is stored becomes a Doc again, and how a log becomes a
// snapshot without ever changing what it loads as.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "crdt/doc.h"
#include "store/document_store.h"

namespace tidemark::store {

// How stored documents are loaded: a program that only keeps them does not write into them.
crdt::DocOptions stored_doc_options();

// kCorrupt, naming the row, if something does not decode; `doc` is of no use then.
Result<> apply_stored(crdt::Doc& doc, const StoredState& stored);

// nullopt: no such document.
Result<std::optional<crdt::Doc>> load_doc(DocumentStore& store, std::string_view document,
                                          const crdt::DocOptions& options = stored_doc_options());

// When a log is worth a snapshot. A snapshot costs its size to write, and a long tail makes every
// load slow; between these two it is compacted by size.
struct CompactionLimits {
  // A shorter tail loads in well under a millisecond.
  uint64_t rows = 500;
  uint64_t bytes = 1 << 20;
  // The tail must be at least this part of the snapshot, so that a byte of a document is rewritten
  // a bounded number of times ...
  uint64_t snapshot_part = 8;
  // ... unless it has this many times `rows`.
  uint64_t rows_at_any_size = 20;
};
struct StoredSizes {
  uint64_t snapshot_bytes = 0;
  uint64_t tail_rows = 0;
  uint64_t tail_bytes = 0;
};
bool needs_compaction(const StoredSizes& sizes, const CompactionLimits& limits = {});

struct CompactionStep {
  // So many rows at the end of the log stay out of the snapshot, so that the states between them
  // can still be told apart.
  size_t keep = 0;
  int64_t time_ms = 0;
};

// Puts all of the log but the newest `keep` rows into the snapshot. Before anything is written the
// snapshot is loaded and compared with what it stands for, to the byte; kConflict and no change if
// they differ. One document is one step: the caller decides how many a turn has. False: there was
// nothing to do.
Result<bool> compact_step(DocumentStore& store, std::string_view document,
                          const CompactionStep& step);

// Stores `state` as the snapshot up to `covers`, by the same proof; for callers that hold a live
// document and have its encoding at hand.
Result<> replace_snapshot_checked(DocumentStore& store, const Compacted& compacted);

}  // namespace tidemark::store
