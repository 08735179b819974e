#include "crdt/cold_doc.h"

#include <array>
#include <utility>

#include "base/assert.h"
#include "crdt/doc_copy.h"

namespace tidemark::crdt {
namespace {

Buffer converted(Buffer update, UpdateFormat from, UpdateFormat to) {
  if (from == to) return update;
  Result<Buffer> made = from == UpdateFormat::kV1 ? convert_v1_to_v2(update, kOwnUpdateLimits)
                                                  : convert_v2_to_v1(update, kOwnUpdateLimits);
  TM_ASSERT(made.has_value());
  return std::move(*made);
}

}  // namespace

// The update has been read before. A copy has no room for more.
ColdDoc::ColdDoc(Bytes update, UpdateFormat format) : update_(copy_of(update)), format_(format) {
  Result<StateVector> state = state_vector_of_update(update_, format_, kOwnUpdateLimits);
  TM_ASSERT(state.has_value());
  state_ = std::move(*state);
}

ColdDoc ColdDoc::of(const Doc& doc, UpdateFormat format) {
  return {
      format == UpdateFormat::kV1 ? doc.encode_state_as_update() : doc.encode_state_as_update_v2(),
      format};
}

Result<ColdDoc> ColdDoc::of(Bytes update, UpdateFormat format, const UpdateLimits& limits) {
  const Result<UpdateCounts> counts = validate_update(update, format, limits);
  if (!counts) return tl::unexpected<Error>(counts.error());
  return ColdDoc(update.first(update.size() - static_cast<size_t>(counts->trailing_bytes)), format);
}

Result<Doc> ColdDoc::thaw(const DocOptions& options) const {
  return doc_from_update(update_, format_, options, kOwnUpdateLimits);
}

void ColdDoc::visit(const BlockVisitor& visit) const {
  TM_ASSERT(inspect_update(update_, format_, visit, kOwnUpdateLimits).has_value());
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
  const Result<bool> is_known = contains(update, format, limits);
  if (!is_known) return tl::unexpected<Error>(is_known.error());
  if (*is_known) return {};
  // What fits the limits in one form fits wide ones in the other.
  const Buffer fresh = converted(copy_of(update), format, format_);
  const std::array<Bytes, 2> parts = {update_, fresh};
  Result<Buffer> merged = merge_updates(parts, format_, kOwnUpdateLimits);
  TM_ASSERT(merged.has_value());
  *this = ColdDoc(*merged, format_);
  return {};
}

Result<bool> ColdDoc::contains(Bytes update, UpdateFormat format,
                               const UpdateLimits& limits) const {
  return contains_update(state_, delete_set(), update, format, limits);
}

size_t ColdDoc::memory() const {
  return sizeof(*this) + update_.capacity() +
         state_.entries().capacity() * sizeof(StateVector::Entry);
}

}  // namespace tidemark::crdt
