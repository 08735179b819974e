#include "store/stored_doc.h"

#include <string>
#include <utility>

namespace tidemark::store {

namespace {

tl::unexpected<Error> does_not_load(const std::string& what, const Error& error) {
  return failure(ErrorCode::kCorrupt, what + " does not decode (" + error.detail +
                                          "); restore the document from a backup, or export what "
                                          "a client still has of it");
}

// The smaller part is written again each time; the sum of both is what a load reads.
bool is_worth_a_snapshot(const StoredSizes& sizes, const CompactionLimits& limits) {
  return sizes.tail_bytes >= sizes.snapshot_bytes / limits.snapshot_part ||
         sizes.tail_rows >= limits.rows_at_any_size * limits.rows;
}

// Whether both are one state: what they have, what is deleted, what waits, and every byte of it.
bool are_equal(const crdt::Doc& a, const crdt::Doc& b, Bytes encoding_of_a) {
  return a.state_vector() == b.state_vector() && a.delete_set() == b.delete_set() &&
         a.has_pending() == b.has_pending() && equal(encoding_of_a, b.encode_state_as_update());
}

// Whether a document that loads `state` is the one that loads `stored`.
Result<bool> stands_for(Bytes state, const StoredState& stored) {
  crdt::Doc original(stored_doc_options());
  if (const auto loaded = apply_stored(original, stored); !loaded) {
    return tl::unexpected(loaded.error());
  }
  crdt::Doc copy(stored_doc_options());
  if (const auto loaded = copy.apply_update(state, 0, crdt::kOwnUpdateLimits); !loaded)
    return false;
  return are_equal(original, copy, original.encode_state_as_update());
}

// What is stored up to and including a log id.
void cut_after(StoredState& stored, LogId last) {
  std::erase_if(stored.tail, [last](const LogRow& row) { return row.id > last; });
}

}  // namespace

crdt::DocOptions stored_doc_options() { return {.cleans_formatting = false}; }

Result<> apply_stored(crdt::Doc& doc, const StoredState& stored) {
  if (stored.snapshot) {
    const auto applied = doc.apply_update(stored.snapshot->state, 0, crdt::kOwnUpdateLimits);
    if (!applied) return does_not_load("the snapshot", applied.error());
  }
  for (const LogRow& row : stored.tail) {
    const auto applied = doc.apply_update(row.update, 0, crdt::kOwnUpdateLimits);
    if (!applied) {
      return does_not_load("row " + std::to_string(row.id) + " of the log", applied.error());
    }
  }
  return {};
}

Result<std::optional<crdt::Doc>> load_doc(DocumentStore& store, std::string_view document,
                                          const crdt::DocOptions& options) {
  const auto stored = store.load(document);
  if (!stored) return tl::unexpected(stored.error());
  if (!*stored) return std::nullopt;
  crdt::Doc doc(options);
  if (const auto loaded = apply_stored(doc, **stored); !loaded) {
    return tl::unexpected(loaded.error());
  }
  return std::optional<crdt::Doc>(std::move(doc));
}

bool needs_compaction(const StoredSizes& sizes, const CompactionLimits& limits) {
  const bool is_long = sizes.tail_rows >= limits.rows || sizes.tail_bytes >= limits.bytes;
  return is_long && is_worth_a_snapshot(sizes, limits);
}

Result<bool> compact_step(DocumentStore& store, std::string_view document,
                          const CompactionStep& step) {
  auto stored = store.load(document);
  if (!stored) return tl::unexpected(stored.error());
  if (!*stored || (*stored)->tail.size() <= step.keep) return false;
  const LogId covers = (*stored)->tail[(*stored)->tail.size() - step.keep - 1].id;
  cut_after(**stored, covers);
  crdt::Doc doc(stored_doc_options());
  if (const auto loaded = apply_stored(doc, **stored); !loaded) {
    return tl::unexpected(loaded.error());
  }
  const Buffer state = doc.encode_state_as_update();
  crdt::Doc copy(stored_doc_options());
  if (!copy.apply_update(state, 0, crdt::kOwnUpdateLimits) || !are_equal(doc, copy, state)) {
    return failure(ErrorCode::kConflict, "the snapshot of \"" + std::string(document) +
                                             "\" would not load as its log does; the log stays");
  }
  const auto done = store.replace_snapshot(
      {.document = document, .state = state, .covers = covers, .keep = 0, .time_ms = step.time_ms});
  if (!done) return tl::unexpected(done.error());
  return true;
}

Result<> replace_snapshot_checked(DocumentStore& store, const Compacted& compacted) {
  auto stored = store.load(compacted.document);
  if (!stored) return tl::unexpected(stored.error());
  if (*stored) {
    cut_after(**stored, compacted.covers);
    const auto is_same = stands_for(compacted.state, **stored);
    if (!is_same) return tl::unexpected(is_same.error());
    if (!*is_same) {
      return failure(ErrorCode::kConflict, "the snapshot of \"" + std::string(compacted.document) +
                                               "\" would not load as its log does; the log stays");
    }
  }
  return store.replace_snapshot(compacted);
}

}  // namespace tidemark::store
