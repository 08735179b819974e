// Lists (arrays and children of XML) and entries (of maps, and attributes of XML).
#include "bindings/c/kernel.h"

using namespace tidemark;
using namespace tidemark::bindings;

namespace {

template <typename T>
T as(const crdt::SharedType& type) {
  return T(type.document(), type.branch());
}

// What is in a place: its bytes into the answer, and which of the four it is.
tm_status told(tm_kernel& kernel, const std::optional<crdt::Value>& value) {
  if (!value) return TM_NOTHING;
  if (const crdt::Any* any = value->any()) return kernel.succeed(*any, TM_VALUE);
  crdt::AnyArray both;
  if (const crdt::SharedType* type = value->type()) {
    both.emplace_back(static_cast<double>(type->branch()));
    both.emplace_back(static_cast<double>(type->kind()));
    return kernel.succeed(crdt::Any(std::move(both)), TM_TYPE);
  }
  both.emplace_back(value->subdocument()->guid);
  both.push_back(value->subdocument()->options);
  return kernel.succeed(crdt::Any(std::move(both)), TM_SUBDOCUMENT);
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
  return status_of(doc->kernel, as<crdt::Array>(type).insert(index, *value->as_array()));
}

tm_status tm_list_insert_type(tm_doc* doc, tm_type list, uint32_t index, uint32_t kind,
                              const tm_bytes* name) {
  if (const tm_status status = entered(doc); status != TM_OK) return status;
  const crdt::SharedType type = doc->type(list);
  const auto wanted = static_cast<crdt::TypeRef>(kind);
  const std::string_view text = as_text(bytes_of(*name));
  if (is_xml_parent(type.kind())) {
    return insert_child(*doc, as<crdt::XmlFragment>(type), index, wanted, text);
  }
  if (type.kind() != crdt::TypeRef::kArray || !is_plain(wanted)) return wrong_kind(*doc);
  return branch_of(doc->kernel, as<crdt::Array>(type).insert_type(index, wanted, text));
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

tm_status tm_entry_set(tm_doc* doc, tm_type map, const uint8_t* entry, size_t size) {
  if (const tm_status status = entered(doc); status != TM_OK) return status;
  const crdt::SharedType type = doc->type(map);
  const Result<std::pair<std::string, crdt::Any>> both = pair_of({entry, size});
  if (!both) return doc->kernel.fail(both.error());
  if (is_map(type.kind())) {
    as<crdt::Map>(type).set(both->first, both->second);
  } else if (type.kind() == crdt::TypeRef::kXmlElement) {
    as<crdt::XmlElement>(type).set_attribute(both->first, both->second);
  } else {
    return wrong_kind(*doc);
  }
  return TM_OK;
}

tm_status tm_entry_set_type(tm_doc* doc, tm_type map, uint32_t kind, const uint8_t* key,
                            size_t size) {
  if (const tm_status status = entered(doc); status != TM_OK) return status;
  const crdt::SharedType type = doc->type(map);
  const auto wanted = static_cast<crdt::TypeRef>(kind);
  if (!is_map(type.kind()) || !is_plain(wanted)) return wrong_kind(*doc);
  const crdt::SharedType made = as<crdt::Map>(type).set_type(text_of(key, size), wanted);
  if (!made) return doc->kernel.fail({ErrorCode::kInvalid, "the map was deleted"});
  return static_cast<tm_status>(made.branch());
}

tm_status tm_entry_erase(tm_doc* doc, tm_type map, const uint8_t* key, size_t size) {
  if (const tm_status status = entered(doc); status != TM_OK) return status;
  const crdt::SharedType type = doc->type(map);
  if (is_map(type.kind())) {
    as<crdt::Map>(type).erase(text_of(key, size));
  } else if (type.kind() == crdt::TypeRef::kXmlElement) {
    as<crdt::XmlElement>(type).remove_attribute(text_of(key, size));
  } else {
    return wrong_kind(*doc);
  }
  return TM_OK;
}

tm_status tm_entry_at(tm_doc* doc, tm_type map, const uint8_t* key, size_t size) {
  if (doc == nullptr) return TM_FREED;
  const crdt::SharedType type = doc->type(map);
  if (is_map(type.kind())) {
    return told(doc->kernel, as<crdt::Map>(type).at(text_of(key, size)));
  }
  if (type.kind() != crdt::TypeRef::kXmlElement) return wrong_kind(*doc);
  std::optional<crdt::Any> attribute = as<crdt::XmlElement>(type).attribute(text_of(key, size));
  if (!attribute) return TM_NOTHING;
  return told(doc->kernel, crdt::Value(*std::move(attribute)));
}

tm_status tm_entry_keys(tm_doc* doc, tm_type map) {
  if (doc == nullptr) return TM_FREED;
  const crdt::SharedType type = doc->type(map);
  crdt::AnyArray keys;
  if (is_map(type.kind())) {
    for (std::string& key : as<crdt::Map>(type).keys()) keys.emplace_back(std::move(key));
  } else if (type.kind() == crdt::TypeRef::kXmlElement) {
    const crdt::AnyObject attributes = as<crdt::XmlElement>(type).attributes();
    for (const auto& [key, value] : attributes.members()) keys.emplace_back(key);
  } else {
    return wrong_kind(*doc);
  }
  return doc->kernel.succeed(crdt::Any(std::move(keys)));
}
