// What can be done with updates as bytes, without building a document: merge, diff, convert,
// compact, measure, validate. Costs are linear in the bytes (merging k updates: times log k),
// memory is that of the output.
//
// The output is byte-equal to that of Yjs 13.6 for updates that Yjs has written. For others it
// means the same, with these differences:
//  - Values are passed on as they lie in the input: what another engine wrote in a form that
//    Yjs would not choose (long integers as varints, spaces in JSON text) keeps that form.
//  - Deleted ranges are always sorted and joined, empty ones dropped.
//  - Where inputs hold one clock range both as an item and as collected garbage, Yjs' choice hangs
//    on its sorting algorithm; here the input wins whose run of blocks, items or garbage, reaches
//    there from further ahead, and of those that begin at the same clock the garbage.
// Bytes after the end of an update are ignored, as Yjs does; validate_update() counts them.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "crdt/delete_set.h"
#include "crdt/state_vector.h"
#include "crdt/update_limits.h"

namespace tidemark::crdt {

// The two encodings of one update. Peers speak V1 unless an application chose V2.
enum class UpdateFormat : uint8_t { kV1, kV2 };

// One update with everything that is in any of them. Gaps become Skip structs. One update alone is
// returned as it is. Of updates written under two integration rules it makes one that no document
// takes: it does not look, a ColdDoc and a Doc do.
Result<Buffer> merge_updates(std::span<const Bytes> updates, UpdateFormat format,
                             const UpdateLimits& limits = {});

// What becomes of the content of what an update itself says is deleted.
enum class DeletedContent : uint8_t {
  kKept,
  // As in a document that collects at once: its place stays, what stood there is gone for good, for
  // undo and for snapshots too. Types stay, their content goes.
  kGivenUp,
};

// The same update in as few structs as its bytes alone allow, in the order that Yjs writes:
//  - Runs of one client that follow each other in clock and in place become one struct: text,
//    values of lists, deleted places, garbage. Each unit keeps its origins, so that whoever takes
//    the update in, whatever else they hold, ends as with the original.
//  - Clients descend and have one section each, clocks ascend without overlaps, gaps are Skips
//    within a section and nowhere else; what follows the end of the update is dropped.
// Without a document it is not known what an item lies in that names only a neighbour: garbage
// within deleted types stays as items, and values of maps join only where all of them are deleted.
// Of an update that leaves out the deletion of a map's former value, which none of Yjs does, those
// of one writer may still join; then the former value, which nobody sees, counts as not deleted.
// Doc::compact() has no such doubts. Twice is as once.
Result<Buffer> compact_update(Bytes update, UpdateFormat format,
                              DeletedContent deleted = DeletedContent::kKept,
                              const UpdateLimits& limits = {});

// What `update` has beyond the state vector, with its whole delete set.
Result<Buffer> diff_update(Bytes update, const StateVector& known, UpdateFormat format,
                           const UpdateLimits& limits = {});

// The state of a document that applies this update alone: clients that do not start at clock 0 are
// absent, others end at their first gap.
Result<StateVector> state_vector_of_update(Bytes update, UpdateFormat format,
                                           const UpdateLimits& limits = {});

Result<Buffer> convert_v1_to_v2(Bytes update, const UpdateLimits& limits = {});
Result<Buffer> convert_v2_to_v1(Bytes update, const UpdateLimits& limits = {});

// The clocks of each client at which the update begins and ends.
struct UpdateMeta {
  StateVector from;
  StateVector to;
};
Result<UpdateMeta> update_meta(Bytes update, UpdateFormat format, const UpdateLimits& limits = {});

struct UpdateCounts {
  uint64_t structs = 0;
  uint64_t clients = 0;  // sections with structs
  uint64_t deleted_ranges = 0;
  uint64_t deleted_clients = 0;
  uint64_t trailing_bytes = 0;
};
// Reads every byte. Whatever passes is understood by every other function here and by a document.
Result<UpdateCounts> validate_update(Bytes update, UpdateFormat format,
                                     const UpdateLimits& limits = {});

// Whether a replica at this state, with these deletions, would learn nothing from the update.
Result<bool> contains_update(const StateVector& state, const DeleteSet& deleted, Bytes update,
                             UpdateFormat format, const UpdateLimits& limits = {});

// The update without structs or deletions.
Bytes empty_update(UpdateFormat format);

}  // namespace tidemark::crdt
