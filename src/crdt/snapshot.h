// What a document held at one time, as what it had seen by then and what of that was deleted: small
// enough to keep many of. A document can show itself as of those of its snapshots whose content its
// GcPolicy keeps, and say what changed between two.
//
//   snapshot V1 := delete-set V1, state-vector        snapshot V2 := delete-set V2, state-vector
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "crdt/doc.h"
#include "crdt/id.h"
#include "crdt/update.h"

namespace tidemark::crdt {

// The empty one is that of an empty document. Parts of two may be put together: what was there at
// either time is Snapshot{earlier.deletes, later.state}.
struct Snapshot {
  DeleteSet deletes = {};
  StateVector state = {};

  bool shows(const Id& unit) const {
    return unit.clock < state.clock_of(unit.client) && !deletes.contains(unit.client, unit.clock);
  }
  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

Snapshot snapshot_of(const Doc& doc);

Buffer encode_snapshot(const Snapshot& snapshot, UpdateFormat format);
// kMalformed; kTooLarge for more deleted ranges than the limits allow. Bytes after the end are
// ignored.
Result<Snapshot> decode_snapshot(Bytes bytes, UpdateFormat format, const UpdateLimits& limits = {});

// Whether a replica that holds at least the snapshot would learn nothing from the update.
Result<bool> snapshot_contains_update(const Snapshot& snapshot, Bytes update, UpdateFormat format,
                                      const UpdateLimits& limits = {});

// The document as it was: a document of its own, which does not know what came later. kInvalid if
// by its GcPolicy, now or before, `doc` may have given up something that the snapshot shows, which
// `always` and `for undo` let it do with every snapshot, also one of the present; kConflict if it
// has not seen all of the snapshot.
Result<Doc> doc_from_snapshot(const Doc& doc, const Snapshot& snapshot, const DocOptions& options);
// ... merged into a document that is there, say one with observers.
Result<> restore_snapshot(const Doc& doc, const Snapshot& snapshot, Doc& into, Origin origin = 0);

// The reading functions below show of each type what it held then. They read only: Yjs splits the
// document for the time of the reading, and its functions on lists and maps show an item that was
// written in part by then as a whole unless that is done before. What was collected is left out.

Delta delta_at(const Text& text, const Snapshot& snapshot);

enum class TextChange : uint8_t { kAdded, kRemoved };
// The value of the attribute "ychange" of a changed piece, whose first unit is given. A change that
// names {type: "added" or "removed", user: client} is continued by the next piece if that is alike.
using DescribeChange = std::function<Any(TextChange change, const Id& first_unit)>;

// The text as of `snapshot` and what was removed since `previous`; added and removed pieces of text
// have the attribute "ychange", {type: "added" or "removed"} if nobody describes them otherwise. As
// in Yjs an embed has none of its own: it has what the text before it has, whether it was added,
// removed or neither, and none before the first text.
Delta delta_between(const Text& text, const Snapshot& snapshot, const Snapshot& previous,
                    const DescribeChange& describe = {});

// Elements of a list, children of XML.
std::vector<Value> values_at(const SharedType& list, const Snapshot& snapshot);
// Entries of a map, attributes of XML.
std::optional<Value> entry_at(const SharedType& map, std::string_view key,
                              const Snapshot& snapshot);
std::vector<std::pair<std::string, Value>> entries_at(const SharedType& map,
                                                      const Snapshot& snapshot);

}  // namespace tidemark::crdt
