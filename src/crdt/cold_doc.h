// A document that is open but idle: its update and its state vector, and nothing else. It takes
// about as many bytes as the document has in V2, says what it has, answers what others lack and
// takes what they send, all without becoming a document.
//
// The tiers of a document, each reached only when asked for:
//
//   tier                        is        costs                      is enough for
//   bytes and state vector      ColdDoc   the bytes                  sync in both directions,
//                                                                    storing, fan-out
//   decoded blocks              a pass    the pass, no memory        statistics, inspection, what
//                               over it                              it deletes
//   linked items                Doc       48 bytes for each block,   content, edits at the ends of
//                                         the text, tables           what peers wrote
//   indexed                     the same  16 bytes for each block    edits by index
//
// A Doc is linked when it has applied something, and indexes a list of more than a few items when
// an index is first used on it. compact() on a Doc gives the index back.
#pragma once

#include <optional>

#include "crdt/doc.h"
#include "crdt/inspect.h"

namespace tidemark::crdt {

class ColdDoc {
 public:
  // The empty document.
  ColdDoc() = default;
  // What the document holds now, also what waits. V2 is the smaller form, V1 the one that peers ask
  // for.
  static ColdDoc of(const Doc& doc, UpdateFormat format = UpdateFormat::kV2);
  // Reads all of the update, so that whatever fails fails here; kConflict if those who wrote it
  // follow different integration rules.
  static Result<ColdDoc> of(Bytes update, UpdateFormat format, const UpdateLimits& limits = {});

  // A document with this content. Its roots get their kinds when they are asked for. As long as
  // nobody has written, its integration rule is that of the document this was made of, or the one
  // in the options if it was made of bytes.
  Result<Doc> thaw(const DocOptions& options = {}) const;

  Bytes update() const { return update_; }
  UpdateFormat format() const { return format_; }
  // Up to each client's first gap; what waits for other clients counts as had, because nobody needs
  // to send it again.
  const StateVector& state_vector() const { return state_; }
  DeleteSet delete_set() const;
  // Every block in the order of the bytes, unless the visitor ends it.
  void inspect(const BlockVisitor& visit) const;
  BlockStats stats() const;
  // kTooLarge if it holds more than that.
  Result<> validate(const DocLimits& limits) const;
  // As compact_update(): what came in many small updates takes as few blocks as its bytes allow.
  void compact(DeletedContent deleted = DeletedContent::kKept);

  // What a replica with this state vector lacks; everything by default.
  Buffer encode_state_as_update(UpdateFormat format, const StateVector& known = {}) const;
  // Takes in what the update has. Bytes are merged with bytes, which is linear in the whole
  // document however small the update: some 40 ms for 800 kB, at each keystroke. Merge what comes
  // in many updates with merge_updates() first, or thaw() what somebody types into. Content that it
  // deletes is given up only by compact(), or when a document is made of this and frozen again.
  // Errors leave it as it was: kConflict if the update was written under another integration rule.
  Result<> apply_update(Bytes update, UpdateFormat format, const UpdateLimits& limits = {});
  // Whether it is all here for sure: false also for what has come but lies beyond a gap. Linear in
  // the document, which is read once.
  Result<bool> contains(Bytes update, UpdateFormat format, const UpdateLimits& limits = {}) const;

  // That of this object included.
  MemoryUse memory() const;

 private:
  ColdDoc(Bytes update, UpdateFormat format, std::optional<IntegrationRule> rule);

  Buffer update_ = copy_of(empty_update(UpdateFormat::kV1));
  StateVector state_;
  UpdateFormat format_ = UpdateFormat::kV1;
  std::optional<IntegrationRule> rule_;  // of a document that nobody may have written to yet
};

}  // namespace tidemark::crdt
