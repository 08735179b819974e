// Updates that come too early: one edit of a peer, of which nothing can be done yet. It is read and
// kept without a transaction, of which nobody would hear; everything else is left to the general
// path untouched.
#include "crdt/internal/document.h"
#include "crdt/internal/update/reader.h"

namespace tidemark::crdt {
namespace {

struct ErasedRange {
  uint64_t client = 0;
  ClockRange clocks{0, 0};
};

// A delete set with at most one range, at the end of an update.
bool read_erased(Decoder& from, ErasedRange& erased) {
  const uint8_t clients = from.read_byte();
  if (clients == 0) return from.ok();
  if (clients != 1) return false;
  erased.client = from.read_varuint();
  if (from.read_byte() != 1) return false;
  erased.clocks.first = from.read_varuint();
  const uint64_t len = from.read_varuint();
  erased.clocks.end = erased.clocks.first + len;
  return from.ok() && len > 0 && erased.clocks.end <= kHighestClock;
}

}  // namespace

// Histories hear of every transaction.
bool Document::may_wait_at_once() const {
  return uses_fast_paths && is_idle() && !observers_->has(Observers::Kind::kHistory);
}

bool Document::set_aside(Bytes update, const UpdateLimits& limits) {
  Decoder from(update);
  const uint8_t sections = from.read_byte();
  if (sections > 1) return false;
  StructView view;
  Bytes bytes;
  std::optional<WireId> missing;
  if (sections == 1) {
    if (from.read_byte() != 1) return false;
    view.id.client = from.read_varuint();
    view.id.clock = from.read_varuint();
    // A client's first struct says which rule it follows.
    if (view.id.clock == 0) return false;
    const uint32_t state = state_of(view.id.client);
    if (view.id.clock < state) return false;
    const Bytes rest = from.read_rest();
    UpdateReaderV1 reader(rest, view.id, limits);
    if (!reader.next(view) || view.ref == Ref::kSkip) return false;
    missing = view.id.clock > state ? WireId{view.id.client, view.id.clock - 1} : missing_for(view);
    if (!missing) return false;
    bytes = rest.first(rest.size() - reader.trailing_bytes());
    from = Decoder(rest.subspan(bytes.size()));
  }
  ErasedRange erased;
  if (!read_erased(from, erased)) return false;
  const bool erases = erased.clocks.len() > 0;
  if (!missing && !erases) return false;
  if (erases && erased.clocks.first < state_of(erased.client)) return false;
  encoded_.forget();
  if (missing) wait_for(*missing, view, bytes);
  if (erases) pending_deletes_.add(store.add_client(erased.client), erased.client, erased.clocks);
  liveness.note_change();
  return true;
}

}  // namespace tidemark::crdt
