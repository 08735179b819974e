#include "support/edits.h"

#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace tidemark::support {

using crdt::SharedType;
using crdt::TypeRef;

namespace {

tl::unexpected<Error> invalid(std::string detail) {
  return failure(ErrorCode::kInvalid, std::move(detail));
}

Result<> fill(const SharedType& type, const Json& spec);

std::string_view name_in(const Json& spec) {
  const std::string_view kind = text_of(spec[0]);
  return kind == "xmlelement" || kind == "xmlhook" ? text_of(spec[1]) : std::string_view();
}

// `create` inserts an empty type of a kind and name.
using Create = std::function<Result<SharedType>(TypeRef, std::string_view)>;

Result<> add_type(const Json& json, const Create& create) {
  const Json& spec = json["$t"];
  const Result<SharedType> type = create(kind_of(text_of(spec[0])), name_in(spec));
  if (!type) return tl::unexpected<Error>(type.error());
  return fill(*type, spec);
}

Result<> push_one(crdt::Array array, const Json& value) {
  if (is_type(value)) {
    return add_type(value, [&](TypeRef kind, std::string_view name) -> Result<SharedType> {
      return array.push_type(kind, name);
    });
  }
  array.push_subdocument(subdocument_of(value));
  return {};
}

Result<> insert_one(crdt::Array array, uint32_t index, const Json& value) {
  if (is_type(value)) {
    return add_type(value, [&](TypeRef kind, std::string_view name) {
      return array.insert_type(index, kind, name);
    });
  }
  return array.insert_subdocument(index, subdocument_of(value));
}

// Plain values that follow each other go into one call; `index` is absent for push.
Result<> add_values(crdt::Array array, std::optional<uint32_t> index, const Json& values) {
  for (rapidjson::SizeType i = 0; i < values.Size();) {
    std::vector<crdt::Any> run;
    const rapidjson::SizeType first = i;
    while (i < values.Size() && !is_type(values[i]) && !is_subdocument(values[i])) {
      run.push_back(any_of(values[i++]));
    }
    Result<> done;
    if (!run.empty()) {
      done = index ? array.insert(*index + first, run) : array.push(run);
    } else {
      done = index ? insert_one(array, *index + i, values[i]) : push_one(array, values[i]);
      ++i;
    }
    if (!done) return done;
  }
  return {};
}

Result<SharedType> add_child(crdt::XmlFragment parent, uint32_t index, TypeRef kind,
                             std::string_view name) {
  const auto plain = [](const auto& child) -> Result<SharedType> {
    if (!child) return tl::unexpected<Error>(child.error());
    return SharedType(*child);
  };
  if (kind == TypeRef::kXmlElement) return plain(parent.insert_element(index, name));
  if (kind == TypeRef::kXmlText) return plain(parent.insert_text(index));
  if (kind == TypeRef::kXmlHook) return plain(parent.insert_hook(index, name));
  return invalid("not a child of XML");
}

Result<> add_children(crdt::XmlFragment parent, uint32_t index, const Json& children) {
  for (const Json& child : children.GetArray()) {
    Result<> done = add_type(child, [&](TypeRef kind, std::string_view name) {
      return add_child(parent, index, kind, name);
    });
    if (!done) return done;
    ++index;
  }
  return {};
}

Result<> set_entry(crdt::Map map, std::string_view key, const Json& value) {
  if (is_type(value)) {
    return add_type(value, [&](TypeRef kind, std::string_view name) -> Result<SharedType> {
      return map.set_type(key, kind, name);
    });
  }
  if (is_subdocument(value)) {
    map.set_subdocument(key, subdocument_of(value));
  } else {
    map.set(key, any_of(value));
  }
  return {};
}

Result<> fill_element(crdt::XmlElement element, const Json& spec) {
  if (spec.Size() > 3) {
    Result<> done = add_children(element, 0, spec[3]);
    if (!done) return done;
  }
  if (spec.Size() > 2) {
    for (const Json& entry : spec[2].GetArray()) {
      element.set_attribute(text_of(entry[0]), any_of(entry[1]));
    }
  }
  return {};
}

// What a type made with content inserts when it is integrated, in Yjs' order.
Result<> fill(const SharedType& type, const Json& spec) {
  switch (type.kind()) {
    case TypeRef::kText:
    case TypeRef::kXmlText:
      if (spec.Size() < 2 || spec[1].GetStringLength() == 0) return {};
      return as<crdt::Text>(type).insert(0, text_of(spec[1]));
    case TypeRef::kArray:
      return spec.Size() < 2 ? Result<>() : add_values(as<crdt::Array>(type), 0, spec[1]);
    case TypeRef::kMap:
      if (spec.Size() < 2) return {};
      for (const Json& entry : spec[1].GetArray()) {
        Result<> done = set_entry(as<crdt::Map>(type), text_of(entry[0]), entry[1]);
        if (!done) return done;
      }
      return {};
    case TypeRef::kXmlElement: return fill_element(as<crdt::XmlElement>(type), spec);
    default: return {};
  }
}

// A type made with content brings it before the formats that end behind it.
Result<> embed_type(crdt::Text text, const Json& op, const crdt::Attributes& attributes) {
  const Json& spec = op[3]["$t"];
  Result<> filled;
  const auto fill_it = [&](const SharedType& type) {
    filled = answered([&] { return fill(type, spec); });
  };
  const auto type = text.insert_type(op[2].GetUint(), kind_of(text_of(spec[0])), name_in(spec),
                                     attributes, fill_it);
  if (!type) return tl::unexpected<Error>(type.error());
  return filled;
}

Result<> edit_text(crdt::Text text, std::string_view verb, const Json& op) {
  const bool has_attributes = op.Size() > 4 && op[4].IsObject();
  if (verb == "insert") {
    const uint32_t index = op[2].GetUint();
    return has_attributes ? text.insert(index, text_of(op[3]), attributes_of(op[4]))
                          : text.insert(index, text_of(op[3]));
  }
  if (verb == "embed") {
    const uint32_t index = op[2].GetUint();
    const crdt::Attributes attributes = has_attributes ? attributes_of(op[4]) : crdt::Attributes();
    if (!is_type(op[3])) return text.insert_embed(index, any_of(op[3]), attributes);
    return embed_type(text, op, attributes);
  }
  if (verb == "format") {
    return text.format(op[2].GetUint(), op[3].GetUint(), attributes_of(op[4]));
  }
  if (verb == "erase") return text.erase(op[2].GetUint(), op[3].GetUint());
  if (verb == "delta") return text.apply_delta(delta_of(op[2]));
  if (verb == "set") {
    text.set_attribute(text_of(op[2]), any_of(op[3]));
  } else {
    text.remove_attribute(text_of(op[2]));
  }
  return {};
}

Result<> edit_array(crdt::Array array, std::string_view verb, const Json& op) {
  if (verb == "erase") return array.erase(op[2].GetUint(), op[3].GetUint());
  if (verb == "push") return add_values(array, std::nullopt, op[2]);
  return add_values(array, op[2].GetUint(), op[3]);
}

Result<> edit_map(crdt::Map map, std::string_view verb, const Json& op) {
  if (verb == "set") return set_entry(map, text_of(op[2]), op[3]);
  if (verb == "unset") {
    map.erase(text_of(op[2]));
  } else {
    for (const std::string& key : map.keys()) map.erase(key);
  }
  return {};
}

Result<> edit_fragment(crdt::XmlFragment fragment, std::string_view verb, const Json& op) {
  if (verb == "erase") return fragment.erase(op[2].GetUint(), op[3].GetUint());
  if (verb == "push") return add_children(fragment, fragment.length(), op[2]);
  return add_children(fragment, op[2].GetUint(), op[3]);
}

Result<> edit_element(crdt::XmlElement element, std::string_view verb, const Json& op) {
  if (verb == "set") {
    element.set_attribute(text_of(op[2]), any_of(op[3]));
  } else if (verb == "unset") {
    element.remove_attribute(text_of(op[2]));
  } else {
    return edit_fragment(element, verb, op);
  }
  return {};
}

}  // namespace

Result<> edit(const SharedType& type, const Json& op) {
  const std::string_view verb = text_of(op[0]);
  switch (type.kind()) {
    case TypeRef::kText:
    case TypeRef::kXmlText: return edit_text(as<crdt::Text>(type), verb, op);
    case TypeRef::kArray: return edit_array(as<crdt::Array>(type), verb, op);
    case TypeRef::kMap:
    case TypeRef::kXmlHook: return edit_map(as<crdt::Map>(type), verb, op);
    case TypeRef::kXmlFragment: return edit_fragment(as<crdt::XmlFragment>(type), verb, op);
    case TypeRef::kXmlElement: return edit_element(as<crdt::XmlElement>(type), verb, op);
    case TypeRef::kUnknown: break;
  }
  return invalid("an op on a type of unknown kind");
}

}  // namespace tidemark::support
