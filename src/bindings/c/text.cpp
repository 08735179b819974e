// Texts, and what every type can be asked for.
#include "crdt/text.h"

#include "base/utf.h"
#include "bindings/c/kernel.h"

using namespace tidemark;
using namespace tidemark::bindings;

namespace {

constexpr double kMaxIndex = 4294967295.0;

Result<crdt::DeltaOp> op_of(const crdt::Any& json) {
  const crdt::AnyObject* members = json.as_object();
  if (members == nullptr) return failure(ErrorCode::kMalformed, "a step of a delta is an object");
  crdt::DeltaOp op;
  if (const crdt::Any* attributes = members->find("attributes")) {
    Result<crdt::Attributes> read = attributes_of(*attributes);
    if (!read) return tl::unexpected(read.error());
    op.attributes = *std::move(read);
  }
  if (const crdt::Any* inserted = members->find("insert")) {
    if (inserted->as_string() != nullptr) {
      op.text = *inserted->as_string();
    } else {
      op.content.emplace_back(*inserted);
    }
    return op;
  }
  const crdt::Any* retained = members->find("retain");
  const crdt::Any* count = retained != nullptr ? retained : members->find("delete");
  if (count == nullptr || count->as_number() == nullptr || !(*count->as_number() >= 0) ||
      *count->as_number() > kMaxIndex) {
    return failure(ErrorCode::kMalformed, "a step of a delta inserts, retains or deletes");
  }
  op.kind = retained != nullptr ? crdt::DeltaOp::Kind::kRetain : crdt::DeltaOp::Kind::kRemove;
  op.length = static_cast<uint32_t>(*count->as_number());
  return op;
}

Result<crdt::Delta> delta_of(const crdt::Any& json) {
  if (json.as_array() == nullptr) return failure(ErrorCode::kMalformed, "a delta is an array");
  crdt::Delta delta;
  for (const crdt::Any& step : *json.as_array()) {
    Result<crdt::DeltaOp> op = op_of(step);
    if (!op) return tl::unexpected(op.error());
    delta.push_back(*std::move(op));
  }
  return delta;
}

}  // namespace

crdt::Text* tm_doc::text(tm_type branch) {
  if (!recent_text || recent_text.branch() != branch) {
    const std::optional<crdt::Text> found = type(branch).as<crdt::Text>();
    if (!found) return nullptr;
    recent_text = *found;
  }
  return &recent_text;
}

tm_status tm_kind(tm_doc* doc, tm_type type) {
  if (doc == nullptr) return TM_FREED;
  const crdt::SharedType found = doc->type(type);
  return found.is_live() ? static_cast<tm_status>(found.kind()) : TM_INVALID;
}

tm_status tm_length(tm_doc* doc, tm_type type) {
  if (doc == nullptr) return TM_FREED;
  return static_cast<tm_status>(doc->type(type).length());
}

tm_status tm_json(tm_doc* doc, tm_type type) {
  if (doc == nullptr) return TM_FREED;
  return doc->kernel.succeed(doc->type(type).to_json());
}

tm_status tm_string(tm_doc* doc, tm_type type) {
  if (doc == nullptr) return TM_FREED;
  return doc->kernel.succeed(copy_of(as_bytes(doc->type(type).to_string())));
}

tm_status tm_name(tm_doc* doc, tm_type type) {
  if (doc == nullptr) return TM_FREED;
  const crdt::SharedType found = doc->type(type);
  std::string name;
  if (found.kind() == crdt::TypeRef::kXmlElement) {
    name = crdt::XmlElement(found.document(), type).node_name();
  } else if (found.kind() == crdt::TypeRef::kXmlHook) {
    name = crdt::XmlHook(found.document(), type).hook_name();
  } else {
    return wrong_kind(*doc);
  }
  return doc->kernel.succeed(copy_of(as_bytes(name)));
}

tm_status tm_insert_unit(tm_doc* doc, tm_type type, uint32_t index, uint32_t unit) {
  if (const tm_status status = entered(doc); status != TM_OK) return status;
  crdt::Text* text = doc->text(type);
  if (text == nullptr) return wrong_kind(*doc);
  const bool is_half = unit >= 0xD800 && unit <= 0xDFFF;
  std::string utf8;
  append_code_point(utf8, is_half || unit > 0xFFFF ? 0xFFFD : unit);
  return status_of(doc->kernel, text->insert(index, utf8));
}

tm_status tm_insert(tm_doc* doc, tm_type type, uint32_t index, const uint8_t* utf8, size_t size) {
  if (const tm_status status = entered(doc); status != TM_OK) return status;
  crdt::Text* text = doc->text(type);
  if (text == nullptr) return wrong_kind(*doc);
  return status_of(doc->kernel, text->insert(index, text_of(utf8, size)));
}

tm_status tm_insert_with(tm_doc* doc, tm_type type, uint32_t index, const uint8_t* what,
                         size_t size) {
  if (const tm_status status = entered(doc); status != TM_OK) return status;
  crdt::Text* text = doc->text(type);
  if (text == nullptr) return wrong_kind(*doc);
  const Result<crdt::Any> both = value_of({what, size});
  if (!both) return doc->kernel.fail(both.error());
  if (both->as_array() == nullptr || both->as_array()->size() != 2) {
    return doc->kernel.fail({ErrorCode::kMalformed, "this is not content and attributes"});
  }
  const crdt::Any& content = (*both->as_array())[0];
  const Result<crdt::Attributes> attributes = attributes_of((*both->as_array())[1]);
  if (!attributes) return doc->kernel.fail(attributes.error());
  return status_of(doc->kernel, content.as_string() != nullptr
                                    ? text->insert(index, *content.as_string(), *attributes)
                                    : text->insert_embed(index, content, *attributes));
}

tm_status tm_format(tm_doc* doc, tm_type type, uint32_t index, uint32_t count,
                    const tm_bytes* attributes) {
  if (const tm_status status = entered(doc); status != TM_OK) return status;
  crdt::Text* text = doc->text(type);
  if (text == nullptr) return wrong_kind(*doc);
  const Result<crdt::Any> value = value_of(bytes_of(*attributes));
  if (!value) return doc->kernel.fail(value.error());
  const Result<crdt::Attributes> wanted = attributes_of(*value);
  if (!wanted) return doc->kernel.fail(wanted.error());
  return status_of(doc->kernel, text->format(index, count, *wanted));
}

tm_status tm_apply_delta(tm_doc* doc, tm_type type, const uint8_t* delta, size_t size) {
  if (const tm_status status = entered(doc); status != TM_OK) return status;
  crdt::Text* text = doc->text(type);
  if (text == nullptr) return wrong_kind(*doc);
  const Result<crdt::Any> json = value_of({delta, size});
  if (!json) return doc->kernel.fail(json.error());
  const Result<crdt::Delta> steps = delta_of(*json);
  if (!steps) return doc->kernel.fail(steps.error());
  return status_of(doc->kernel, text->apply_delta(*steps));
}

tm_status tm_delta(tm_doc* doc, tm_type type) {
  if (doc == nullptr) return TM_FREED;
  const crdt::Text* text = doc->text(type);
  if (text == nullptr) return wrong_kind(*doc);
  return doc->kernel.succeed(delta_to_json(text->to_delta()));
}

tm_status tm_erase(tm_doc* doc, tm_type type, uint32_t index, uint32_t count) {
  if (const tm_status status = entered(doc); status != TM_OK) return status;
  const crdt::SharedType found = doc->type(type);
  const crdt::TypeRef kind = found.kind();
  if (is_text(kind)) {
    crdt::Text text(found.document(), type);
    return status_of(doc->kernel, text.erase(index, count));
  }
  if (kind == crdt::TypeRef::kArray) {
    crdt::Array array(found.document(), type);
    return status_of(doc->kernel, array.erase(index, count));
  }
  if (!is_xml_parent(kind)) return wrong_kind(*doc);
  crdt::XmlFragment parent(found.document(), type);
  return status_of(doc->kernel, parent.erase(index, count));
}
