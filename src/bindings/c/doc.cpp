// Documents: their life, transactions, updates and relative positions.
#include "bindings/c/kernel.h"
#include "crdt/relative_position.h"
#include "crdt/update.h"

using namespace tidemark;
using namespace tidemark::bindings;

tm_doc* tm_doc_open(tm_kernel* kernel, double client_id, double seed, uint32_t collects_garbage) {
  if (!(client_id >= 0 && client_id <= static_cast<double>(crdt::kMaxClientId))) return nullptr;
  return new tm_doc(
      *kernel, {.client_id = static_cast<uint64_t>(client_id),
                .seed = static_cast<uint64_t>(seed),
                .gc = collects_garbage != 0 ? crdt::GcPolicy::always() : crdt::GcPolicy::never()});
}

void tm_doc_close(tm_doc* doc) { delete doc; }

double tm_client_id(const tm_doc* doc) { return static_cast<double>(doc->doc.client_id()); }

tm_status tm_watch(tm_doc* doc, uint32_t formats) {
  if (doc == nullptr) return TM_FREED;
  doc->v1 = {};
  doc->v2 = {};
  if ((formats & TM_V1) != 0) {
    doc->v1 =
        doc->doc.on_update([doc](const crdt::UpdateEvent& event) { doc->note(TM_V1, event); });
  }
  if ((formats & TM_V2) != 0) {
    doc->v2 =
        doc->doc.on_update_v2([doc](const crdt::UpdateEvent& event) { doc->note(TM_V2, event); });
  }
  return TM_OK;
}

tm_status tm_begin(tm_doc* doc, double origin) {
  if (const tm_status status = entered(doc); status != TM_OK) return status;
  doc->doc.begin(static_cast<crdt::Origin>(origin));
  return TM_OK;
}

tm_status tm_end(tm_doc* doc) {
  if (doc == nullptr) return TM_FREED;
  doc->doc.end();
  return TM_OK;
}

tm_status tm_root(tm_doc* doc, const uint8_t* name, size_t size, uint32_t kind) {
  if (doc == nullptr) return TM_FREED;
  const std::string_view text = text_of(name, size);
  const crdt::TypeRef wanted = kind_of(kind);
  const crdt::SharedType root = doc->doc.root(text, wanted);
  if (!root) return doc->kernel.fail({ErrorCode::kInvalid, "no such kind or not UTF-8"});
  if (root.kind() != wanted) {
    return doc->kernel.fail({ErrorCode::kConflict, "this root is of another kind"});
  }
  return static_cast<tm_status>(root.branch());
}

tm_status tm_apply(tm_doc* doc, uint32_t format, const uint8_t* update, size_t size,
                   double origin) {
  if (const tm_status status = entered(doc); status != TM_OK) return status;
  const auto who = static_cast<crdt::Origin>(origin);
  return status_of(doc->kernel, format == TM_V2 ? doc->doc.apply_update_v2({update, size}, who)
                                                : doc->doc.apply_update({update, size}, who));
}

tm_status tm_apply_all(tm_doc* doc, uint32_t format, const uint8_t* updates, size_t size,
                       double origin) {
  if (const tm_status status = entered(doc); status != TM_OK) return status;
  const auto who = static_cast<crdt::Origin>(origin);
  Decoder from({updates, size});
  while (!from.at_end()) {
    const Bytes update = from.read_varbytes();
    if (!from.ok()) break;
    const Result<> applied = format == TM_V2 ? doc->doc.apply_update_v2(update, who)
                                             : doc->doc.apply_update(update, who);
    if (!applied) return doc->kernel.fail(applied.error());
  }
  if (from.ok()) return TM_OK;
  return doc->kernel.fail({ErrorCode::kMalformed, "this is not a list of updates"});
}

tm_status tm_encode_state(tm_doc* doc, uint32_t format, const uint8_t* vector, size_t size) {
  if (doc == nullptr) return TM_FREED;
  crdt::StateVector known;
  if (size > 0) {
    Result<crdt::StateVector> decoded = crdt::decode_state_vector({vector, size});
    if (!decoded) return doc->kernel.fail(decoded.error());
    known = *std::move(decoded);
  }
  return doc->kernel.succeed(format == TM_V2 ? doc->doc.encode_state_as_update_v2(known)
                                             : doc->doc.encode_state_as_update(known));
}

tm_status tm_state_vector(tm_doc* doc) {
  if (doc == nullptr) return TM_FREED;
  return doc->kernel.succeed(encode_state_vector(doc->doc.state_vector()));
}

tm_status tm_has_pending(tm_doc* doc) {
  if (doc == nullptr) return TM_FREED;
  return doc->doc.has_pending() ? 1 : 0;
}

tm_status tm_doc_json(tm_doc* doc) {
  if (doc == nullptr) return TM_FREED;
  return doc->kernel.succeed(doc->doc.to_json());
}

double tm_memory(const tm_doc* doc) { return static_cast<double>(doc->doc.memory().total()); }

tm_status tm_position(tm_doc* doc, tm_type type, uint32_t index, int32_t assoc) {
  if (doc == nullptr) return TM_FREED;
  const std::optional<crdt::RelativePosition> position =
      crdt::relative_position(doc->type(type), index, assoc);
  if (!position) return doc->kernel.fail({ErrorCode::kInvalid, "the type is gone"});
  return doc->kernel.succeed(encode_relative_position(*position));
}

tm_status tm_find_position(tm_doc* doc, const uint8_t* position, size_t size) {
  if (doc == nullptr) return TM_FREED;
  const Result<crdt::RelativePosition> decoded = crdt::decode_relative_position({position, size});
  if (!decoded) return doc->kernel.fail(decoded.error());
  const std::optional<crdt::AbsolutePosition> place = crdt::absolute_position(doc->doc, *decoded);
  if (!place) return 0;
  Encoder to;
  append_numbers(
      to, {static_cast<double>(place->type.branch()), static_cast<double>(place->type.kind()),
           static_cast<double>(place->index), static_cast<double>(place->assoc)});
  return doc->kernel.succeed(to.take(), 1);
}
