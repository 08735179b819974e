#include "crdt/cold_doc.h"

#include <array>
#include <utility>

#include "base/assert.h"
#include "crdt/doc_copy.h"
#include "crdt/internal/rule_choice.h"

namespace tidemark::crdt {
namespace {

Buffer converted(Buffer update, UpdateFormat from, UpdateFormat to) {
  if (from == to) return update;
  Result<Buffer> made = from == UpdateFormat::kV1 ? convert_v1_to_v2(update, kOwnUpdateLimits)
                                                  : convert_v2_to_v1(update, kOwnUpdateLimits);
  TM_ASSERT(made.has_value());
  return std::move(*made);
}

// Of one update: what it deletes, and which integration rules its writers follow.
struct Claims {
  DeleteSet deletes;
  RuleClaim rule;
};

Result<Claims> claims_of(Bytes update, UpdateFormat format, const UpdateLimits& limits) {
  Claims claims;
  const auto note = [&claims](const Block& block) {
    if (block.kind == BlockKind::kSkip) return true;
    claims.rule.note(block.first.clock, block.root == kFugueMaxRoot,
                     block.kind == BlockKind::kDeleted && !block.key);
    return true;
  };
  Result<DeleteSet> deletes = inspect_update(update, format, note, limits);
  if (!deletes) return tl::unexpected<Error>(deletes.error());
  claims.deletes = std::move(*deletes);
  return claims;
}

}  // namespace

// The update has been read before. A copy has no room for more.
ColdDoc::ColdDoc(Bytes update, UpdateFormat format, std::optional<IntegrationRule> rule)
    : update_(copy_of(update)), format_(format), rule_(rule) {
  Result<StateVector> state = state_vector_of_update(update_, format_, kOwnUpdateLimits);
  TM_ASSERT(state.has_value());
  state_ = std::move(*state);
}

ColdDoc ColdDoc::of(const Doc& doc, UpdateFormat format) {
  return {
      format == UpdateFormat::kV1 ? doc.encode_state_as_update() : doc.encode_state_as_update_v2(),
      format, doc.rule()};
}

Result<ColdDoc> ColdDoc::of(Bytes update, UpdateFormat format, const UpdateLimits& limits) {
  const Result<UpdateCounts> counts = validate_update(update, format, limits);
  if (!counts) return tl::unexpected<Error>(counts.error());
  RuleChoice rule(IntegrationRule::kYata);
  if (auto accepted = rule.accept(claims_of(update, format, limits)->rule); !accepted) {
    return tl::unexpected<Error>(accepted.error());
  }
  const size_t size = update.size() - static_cast<size_t>(counts->trailing_bytes);
  return ColdDoc(update.first(size), format, std::nullopt);
}

Result<Doc> ColdDoc::thaw(const DocOptions& options) const {
  DocOptions same_rule = options;
  same_rule.rule = rule_.value_or(options.rule);
  return doc_from_update(update_, format_, same_rule, kOwnUpdateLimits);
}

void ColdDoc::inspect(const BlockVisitor& visit) const {
  TM_ASSERT(inspect_update(update_, format_, visit, kOwnUpdateLimits).has_value());
}

BlockStats ColdDoc::stats() const { return *stats_of_update(update_, format_, kOwnUpdateLimits); }

Result<> ColdDoc::validate(const DocLimits& limits) const {
  const Result<BlockStats> stats = stats_of_update(update_, format_, limits.update);
  if (!stats) return tl::unexpected<Error>(stats.error());
  if (stats->clients > limits.max_clients) {
    return failure(ErrorCode::kTooLarge, "document: more clients than max_clients");
  }
  if (stats->total().content_bytes > limits.max_content_bytes) {
    return failure(ErrorCode::kTooLarge, "document: more content than max_content_bytes");
  }
  if (memory().total() > limits.max_memory_bytes) {
    return failure(ErrorCode::kTooLarge, "document: more memory than max_memory_bytes");
  }
  return {};
}

void ColdDoc::compact(DeletedContent deleted) {
  Result<Buffer> smaller = compact_update(update_, format_, deleted, kOwnUpdateLimits);
  TM_ASSERT(smaller.has_value());
  *this = ColdDoc(*smaller, format_, rule_);
}

DeleteSet ColdDoc::delete_set() const {
  Result<DeleteSet> deletes = inspect_update(
      update_, format_, [](const Block&) { return false; }, kOwnUpdateLimits);
  TM_ASSERT(deletes.has_value());
  return std::move(*deletes);
}

Buffer ColdDoc::encode_state_as_update(UpdateFormat format, const StateVector& known) const {
  if (known.is_empty()) return converted(update_, format_, format);
  Result<Buffer> lacking = diff_update(update_, known, format_, kOwnUpdateLimits);
  TM_ASSERT(lacking.has_value());
  return converted(std::move(*lacking), format_, format);
}

Result<> ColdDoc::apply_update(Bytes update, UpdateFormat format, const UpdateLimits& limits) {
  const Result<Claims> theirs = claims_of(update, format, limits);
  if (!theirs) return tl::unexpected<Error>(theirs.error());
  const Result<Claims> ours = claims_of(update_, format_, kOwnUpdateLimits);
  if (*contains_update(state_, ours->deletes, update, format, limits)) return {};
  RuleChoice rule(IntegrationRule::kYata);
  for (const RuleClaim& claim : {ours->rule, theirs->rule}) {
    if (Result<> accepted = rule.accept(claim); !accepted) return accepted;
  }
  // What fits the limits in one form fits wide ones in the other.
  const Buffer fresh = converted(copy_of(update), format, format_);
  const std::array<Bytes, 2> parts = {update_, fresh};
  Result<Buffer> merged = merge_updates(parts, format_, kOwnUpdateLimits);
  TM_ASSERT(merged.has_value());
  *this = ColdDoc(*merged, format_, rule_);
  return {};
}

Result<bool> ColdDoc::contains(Bytes update, UpdateFormat format,
                               const UpdateLimits& limits) const {
  return contains_update(state_, delete_set(), update, format, limits);
}

MemoryUse ColdDoc::memory() const {
  MemoryUse use;
  use.content = update_.capacity();
  use.tables = sizeof(*this) + state_.entries().capacity() * sizeof(StateVector::Entry);
  return use;
}

}  // namespace tidemark::crdt
