// What becomes of the content of what is deleted: a value, given to a document when it is made and
// changed when the application wishes. Replicas with different policies are equal in all that they
// show; only how much of the past each can still tell differs.
//
//   rule         deleted content is given up                        what stays readable
//   always       when the transaction ends that deleted it, but     the present
//                not what an UndoStack keeps at that time
//   for undo     when no step of an UndoStack can bring it back     the present, and what undo and
//                any more                                           redo bring back
//   since S      if the snapshot S says that it is deleted          every snapshot that shows
//                                                                   nothing which S says is
//                                                                   deleted: S itself and all later
//                                                                   ones
//   never        never                                              every snapshot
//
// The first two keep no snapshot, so doc_from_snapshot() refuses every one of such a document, also
// one just taken; a copy of the present is clone_of().
//
// `always` and `never` leave the bytes that Yjs has with gc: true and gc: false. What Yjs keeps for
// an UndoManager it keeps for good; so does `always` until Doc::compact(). `for undo` gives it up
// in the transaction in which its last step goes: because it is popped, cleared, given up with its
// stack, or because somebody deletes what undo had brought back. A type stays as long as anything
// within is kept, and as a place if undo has put another in its stead.
//
// Every rule holds for all ways in which something comes to be deleted: by an edit here or by an
// update, with the document's first bytes or after having waited for others. What peers had given
// up before it came here is gone whatever the rule.
#pragma once

#include <cstdint>

#include "crdt/delete_set.h"

namespace tidemark::crdt {

struct Snapshot;

class GcPolicy {
 public:
  enum class Rule : uint8_t { kAlways, kForUndo, kSince, kNever };

  GcPolicy() = default;  // always
  static GcPolicy always() { return {}; }
  static GcPolicy never() { return GcPolicy(Rule::kNever); }
  static GcPolicy keep_for_undo() { return GcPolicy(Rule::kForUndo); }
  static GcPolicy keep_since(const Snapshot& snapshot);

  Rule rule() const { return rule_; }
  // Whether deletions leave nothing behind but what a history keeps.
  bool collects_at_once() const { return rule_ == Rule::kAlways || rule_ == Rule::kForUndo; }
  // Of `since`: what may be given up.
  const DeleteSet& unwanted() const { return unwanted_; }

  friend bool operator==(const GcPolicy&, const GcPolicy&) = default;

 private:
  explicit GcPolicy(Rule rule) : rule_(rule) {}

  Rule rule_ = Rule::kAlways;
  DeleteSet unwanted_;
};

}  // namespace tidemark::crdt
