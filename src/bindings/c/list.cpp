// Lists (arrays and children of XML) and entries (of maps, and attributes of XML).
#include "bindings/c/kernel.h"

using namespace tidemark;
using namespace tidemark::bindings;

namespace {

template <typename T>
T as(const crdt::SharedType& type) {
  return T(type.document(), type.branch());
}

// Attributes of XML elements are entries like those of a map.
bool has_entries(const crdt::SharedType& type) {
  return is_map(type.kind()) || type.kind() == crdt::TypeRef::kXmlElement;
}

// Which of the four is in a place.
tm_status what_of(const crdt::Value& value) {
  if (value.any() != nullptr) return TM_VALUE;
  return value.type() != nullptr ? TM_TYPE : TM_SUBDOCUMENT;
}

void append(Encoder& to, const crdt::Value& value) {
  if (const crdt::Any* any = value.any()) return encode_any(to, *any);
  if (const crdt::SharedType* type = value.type()) {
    return append_numbers(to,
                          {static_cast<double>(type->branch()), static_cast<double>(type->kind())});
  }
  append_array(to, 2);
  encode_any(to, crdt::Any(value.subdocument()->guid));
  encode_any(to, value.subdocument()->options);
}

tm_status told(tm_kernel& kernel, const std::optional<crdt::Value>& value) {
  if (!value) return TM_NOTHING;
  Encoder to;
  append(to, *value);
  return kernel.succeed(to.take(), what_of(*value));
}

// One of many, which follow each other.
void append_next(Encoder& to, const crdt::Value& value) {
  to.write_byte(static_cast<uint8_t>(what_of(value)));
  append(to, value);
}

template <typename T>
tm_status branch_of(tm_kernel& kernel, const Result<T>& type) {
  return type ? static_cast<tm_status>(type->branch()) : kernel.fail(type.error());
}

// The five kinds that can lie in an array or a map; XML elements and hooks have names.
bool is_plain(crdt::TypeRef kind) {
  return kind == crdt::TypeRef::kArray || is_map(kind) || is_text(kind) ||
         kind == crdt::TypeRef::kXmlFragment || kind == crdt::TypeRef::kXmlElement;
}

tm_status insert_child(tm_doc& doc, crdt::XmlFragment parent, uint32_t index, crdt::TypeRef kind,
                       std::string_view name) {
  switch (kind) {
    case crdt::TypeRef::kXmlElement:
      return branch_of(doc.kernel, parent.insert_element(index, name));
    case crdt::TypeRef::kXmlText: return branch_of(doc.kernel, parent.insert_text(index));
    case crdt::TypeRef::kXmlHook: return branch_of(doc.kernel, parent.insert_hook(index, name));
    default: return wrong_kind(doc);
  }
}

}  // namespace

tm_status tm_list_insert(tm_doc* doc, tm_type list, uint32_t index, const uint8_t* values,
                         size_t size) {
  if (const tm_status status = entered(doc); status != TM_OK) return status;
  const crdt::SharedType type = doc->type(list);
  if (type.kind() != crdt::TypeRef::kArray) return wrong_kind(*doc);
  const Result<crdt::Any> value = value_of({values, size});
  if (!value) return doc->kernel.fail(value.error());
  if (value->as_array() == nullptr) {
    return doc->kernel.fail({ErrorCode::kMalformed, "values are an array"});
  }
  crdt::Array array = as<crdt::Array>(type);
  return status_of(doc->kernel, index == TM_END ? array.push(*value->as_array())
                                                : array.insert(index, *value->as_array()));
}

tm_status tm_list_insert_type(tm_doc* doc, tm_type list, uint32_t index, uint32_t kind,
                              const tm_bytes* name) {
  if (const tm_status status = entered(doc); status != TM_OK) return status;
  const crdt::SharedType type = doc->type(list);
  const auto wanted = kind_of(kind);
  const std::string_view text = as_text(bytes_of(*name));
  if (is_xml_parent(type.kind())) {
    return insert_child(*doc, as<crdt::XmlFragment>(type), index, wanted, text);
  }
  if (type.kind() != crdt::TypeRef::kArray || !is_plain(wanted)) return wrong_kind(*doc);
  crdt::Array array = as<crdt::Array>(type);
  return branch_of(doc->kernel, index == TM_END ? array.push_type(wanted, text)
                                                : array.insert_type(index, wanted, text));
}

tm_status tm_list_at(tm_doc* doc, tm_type list, uint32_t index) {
  if (doc == nullptr) return TM_FREED;
  const crdt::SharedType type = doc->type(list);
  if (type.kind() == crdt::TypeRef::kArray) {
    return told(doc->kernel, as<crdt::Array>(type).at(index));
  }
  if (!is_xml_parent(type.kind())) return wrong_kind(*doc);
  const std::optional<crdt::SharedType> child = as<crdt::XmlFragment>(type).child(index);
  if (!child) return TM_NOTHING;
  return told(doc->kernel, crdt::Value(*child));
}

tm_status tm_list_values(tm_doc* doc, tm_type list) {
  if (doc == nullptr) return TM_FREED;
  const crdt::SharedType type = doc->type(list);
  Encoder to;
  if (type.kind() == crdt::TypeRef::kArray) {
    for (const crdt::Value& value : as<crdt::Array>(type).values()) append_next(to, value);
  } else if (is_xml_parent(type.kind())) {
    for (const crdt::SharedType& child : as<crdt::XmlFragment>(type).children()) {
      append_next(to, crdt::Value(child));
    }
  } else {
    return wrong_kind(*doc);
  }
  return doc->kernel.succeed(to.take());
}

tm_status tm_entry_set(tm_doc* doc, tm_type map, const uint8_t* entry, size_t size) {
  if (const tm_status status = entered(doc); status != TM_OK) return status;
  const crdt::SharedType type = doc->type(map);
  if (!has_entries(type)) return wrong_kind(*doc);
  const Result<std::pair<std::string, crdt::Any>> both = pair_of({entry, size});
  if (!both) return doc->kernel.fail(both.error());
  return status_of(doc->kernel, as<crdt::Map>(type).set(both->first, both->second));
}

tm_status tm_entry_set_type(tm_doc* doc, tm_type map, uint32_t kind, const uint8_t* key,
                            size_t size) {
  if (const tm_status status = entered(doc); status != TM_OK) return status;
  const crdt::SharedType type = doc->type(map);
  const auto wanted = kind_of(kind);
  if (!is_map(type.kind()) || !is_plain(wanted)) return wrong_kind(*doc);
  const crdt::SharedType made = as<crdt::Map>(type).set_type(text_of(key, size), wanted);
  if (!made) return doc->kernel.fail({ErrorCode::kInvalid, "the map was deleted"});
  return static_cast<tm_status>(made.branch());
}

tm_status tm_entry_erase(tm_doc* doc, tm_type map, const uint8_t* key, size_t size) {
  if (const tm_status status = entered(doc); status != TM_OK) return status;
  const crdt::SharedType type = doc->type(map);
  if (!has_entries(type)) return wrong_kind(*doc);
  as<crdt::Map>(type).erase(text_of(key, size));
  return TM_OK;
}

tm_status tm_entry_at(tm_doc* doc, tm_type map, const uint8_t* key, size_t size) {
  if (doc == nullptr) return TM_FREED;
  const crdt::SharedType type = doc->type(map);
  if (!has_entries(type)) return wrong_kind(*doc);
  return told(doc->kernel, as<crdt::Map>(type).at(text_of(key, size)));
}

tm_status tm_entry_has(tm_doc* doc, tm_type map, const uint8_t* key, size_t size) {
  if (doc == nullptr) return TM_FREED;
  const crdt::SharedType type = doc->type(map);
  if (!has_entries(type)) return wrong_kind(*doc);
  return as<crdt::Map>(type).contains(text_of(key, size)) ? 1 : 0;
}

tm_status tm_entry_keys(tm_doc* doc, tm_type map) {
  if (doc == nullptr) return TM_FREED;
  const crdt::SharedType type = doc->type(map);
  if (!has_entries(type)) return wrong_kind(*doc);
  std::vector<std::string> keys = as<crdt::Map>(type).keys();
  Encoder to;
  append_array(to, keys.size());
  for (std::string& key : keys) encode_any(to, crdt::Any(std::move(key)));
  return doc->kernel.succeed(to.take());
}
