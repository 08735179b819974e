#include "crdt/doc_copy.h"

#include "base/assert.h"

namespace tidemark::crdt {
namespace {

Result<> apply_as(UpdateFormat format, Bytes update, const UpdateLimits& limits, Doc& doc) {
  return format == UpdateFormat::kV1 ? doc.apply_update(update, 0, limits)
                                     : doc.apply_update_v2(update, 0, limits);
}

}  // namespace

Result<Doc> doc_from_update(Bytes update, UpdateFormat format, const DocOptions& options,
                            const UpdateLimits& limits) {
  Doc doc(options);
  Result<> applied = apply_as(format, update, limits, doc);
  if (!applied) return tl::unexpected<Error>(std::move(applied.error()));
  return doc;
}

Doc clone_of(const Doc& doc, const DocOptions& options) {
  DocOptions same_rule = options;
  same_rule.rule = doc.rule();
  Doc clone(same_rule);
  // V2 keeps of an embed what JSON cannot say.
  const Buffer state = doc.encode_state_as_update_v2();
  TM_ASSERT(clone.apply_update_v2(state, 0, kOwnUpdateLimits).has_value());
  for (const std::string& name : doc.root_names()) clone.root(name, doc.root_kind(name));
  return clone;
}

}  // namespace tidemark::crdt
