// The laws of updates, for any bytes in either format: what passes validation is understood by
// everything else, and a document that took it can be sent whole to another.
#pragma once

#include <optional>
#include <string>

#include "crdt/doc.h"
#include "crdt/inspect.h"
#include "crdt/obfuscate.h"
#include "crdt/update.h"
#include "laws.h"

namespace tidemark::fuzz {

// Tight, so that a few bytes of run-length coding do not cost seconds.
inline constexpr crdt::UpdateLimits kLimits = {.max_structs = 2000, .max_delete_ranges = 2000};

inline Result<> apply(crdt::Doc& doc, Bytes update, crdt::UpdateFormat format) {
  return format == crdt::UpdateFormat::kV1 ? doc.apply_update(update) : doc.apply_update_v2(update);
}

inline void require_sound(const crdt::Doc& doc) {
  const std::string broken = doc.check();
  require(broken.empty(), broken.c_str());
}

// Roots as what they most likely are, in all the ways that a document can be read.
inline void read_all(crdt::Doc& doc) {
  for (const std::string& name : doc.root_names()) {
    const crdt::SharedType root = doc.root(name, doc.likely_kind(name));
    crdt::to_json(root.to_json());
    root.to_string();
    const std::optional<crdt::Text> text = root.as<crdt::Text>();
    if (!text) continue;
    crdt::to_json(crdt::delta_to_json(text->to_delta()));
    crdt::to_json(crdt::Any(text->attributes()));
  }
  doc.is_json_whole();
}

// A replica that only hears of the document's state is equal to it.
inline void check_document(Bytes update, crdt::UpdateFormat format) {
  crdt::Doc doc;
  const Result<> applied = apply(doc, update, format);
  // Valid bytes may be of writers who follow different integration rules: no document takes both.
  if (!applied && applied.error().code == ErrorCode::kConflict) return;
  must(applied, "what is valid is applied");
  require_sound(doc);
  doc.stats();
  // What waits may claim clocks that others hold: whoever hears of both at once may choose anew.
  const bool has_settled = !doc.has_pending();
  const Buffer state = doc.encode_state_as_update();
  crdt::Doc plain;
  plain.use_fast_paths(false);
  must(apply(plain, update, format), "what is valid is applied step by step");
  require(plain.encode_state_as_update() == state, "a load at once is a load step by step");
  require(plain.root_names() == doc.root_names(), "roots come in one order");
  must(apply(doc, update, format), "what is valid is applied again");
  require_sound(doc);
  if (has_settled) {
    require(doc.encode_state_as_update() == state, "applying twice changes nothing");
  }

  crdt::Doc replica;
  must(replica.apply_update_v2(doc.encode_state_as_update_v2()), "our V2 is applied");
  require_sound(replica);
  if (has_settled) {
    require(replica.state_vector() == doc.state_vector(), "a replica is equal");
  }
  read_all(replica);
  must(crdt::validate_update(state, crdt::UpdateFormat::kV1), "our V1 is valid");
}

inline void check_bytes(Bytes update, crdt::UpdateFormat format) {
  must(crdt::state_vector_of_update(update, format, kLimits), "a valid update has a state vector");
  must(crdt::update_meta(update, format, kLimits), "a valid update has bounds");
  must(crdt::diff_update(update, {}, format, kLimits), "a valid update has a difference");
  const bool is_v1 = format == crdt::UpdateFormat::kV1;
  const Buffer other = must(
      is_v1 ? crdt::convert_v1_to_v2(update, kLimits) : crdt::convert_v2_to_v1(update, kLimits),
      "a valid update converts");
  const crdt::UpdateFormat other_format = is_v1 ? crdt::UpdateFormat::kV2 : crdt::UpdateFormat::kV1;
  must(crdt::validate_update(other, other_format), "what is converted is valid");
  uint64_t blocks = 0;
  const auto describe = [&](const crdt::Block& block) {
    crdt::describe(block);
    return ++blocks > 0;
  };
  must(crdt::inspect_update(update, format, describe, kLimits), "a valid update is inspected");
  require(blocks == crdt::validate_update(update, format, kLimits)->structs, "block by block");
  const Buffer obfuscated =
      must(crdt::obfuscate_update(update, format, {}, kLimits), "a valid update is obfuscated");
  must(crdt::validate_update(obfuscated, format), "what is obfuscated is valid");
  for (const auto deleted : {crdt::DeletedContent::kKept, crdt::DeletedContent::kGivenUp}) {
    const Buffer compact =
        must(crdt::compact_update(update, format, deleted, kLimits), "a valid update is compacted");
    must(crdt::validate_update(compact, format), "what is compacted is valid");
    require(*crdt::compact_update(compact, format, deleted) == compact, "and cannot be more so");
  }
  const Bytes both[] = {update, update};
  const Buffer merged = must(crdt::merge_updates(both, format, kLimits), "a valid update merges");
  must(crdt::validate_update(merged, format), "what is merged is valid");
}

inline void check_update(Bytes update, crdt::UpdateFormat format) {
  if (!crdt::validate_update(update, format, kLimits)) return;
  check_bytes(update, format);
  check_document(update, format);
}

}  // namespace tidemark::fuzz
