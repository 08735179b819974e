#include "support/json_values.h"

#include <array>
#include <cmath>
#include <limits>

#include "base/assert.h"

namespace tidemark::support {

using crdt::Any;
using crdt::AnyArray;
using crdt::AnyObject;
using crdt::SharedType;
using crdt::TypeRef;

namespace {

constexpr std::array<std::string_view, 7> kKindNames = {
    "array", "map", "text", "xmlelement", "xmlfragment", "xmlhook", "xmltext"};

const Json* tagged(const Json& json, const char* tag) {
  if (!json.IsObject()) return nullptr;
  const auto found = json.FindMember(tag);
  return found == json.MemberEnd() ? nullptr : &found->value;
}

double special_number(std::string_view name) {
  if (name == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (name == "Infinity") return std::numeric_limits<double>::infinity();
  if (name == "-Infinity") return -std::numeric_limits<double>::infinity();
  return -0.0;
}

AnyObject object_of(const Json& json) {
  std::vector<AnyObject::Member> members;
  for (const auto& member : json.GetObject()) {
    members.emplace_back(std::string(text_of(member.name)), any_of(member.value));
  }
  return AnyObject(std::move(members));
}

Any tagged_any_of(const Json& json) {
  if (tagged(json, "$u")) return Any();
  if (const Json* number = tagged(json, "$n")) return Any(special_number(text_of(*number)));
  if (const Json* bigint = tagged(json, "$i")) return Any(int64_t{std::stoll(bigint->GetString())});
  if (const Json* bytes = tagged(json, "$b")) return Any(from_hex(text_of(*bytes)));
  return Any(object_of(json));
}

void write_number(JsonWriter& to, double number) {
  const bool is_plain = std::isfinite(number) && !(number == 0 && std::signbit(number));
  if (is_plain) {
    to.Double(number);
    return;
  }
  to.StartObject();
  to.Key("$n");
  to.String(std::isnan(number) ? "NaN"
            : number == 0      ? "-0"
            : number > 0       ? "Infinity"
                               : "-Infinity");
  to.EndObject();
}

void write_tagged(JsonWriter& to, const char* tag, std::string_view text) {
  to.StartObject();
  to.Key(tag);
  write_text(to, text);
  to.EndObject();
}

void write_object(JsonWriter& to, const AnyObject& object) {
  to.StartObject();
  for (const auto& [key, value] : object.members()) {
    to.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    write_any(to, value);
  }
  to.EndObject();
}

void write_subdocument(JsonWriter& to, const crdt::Subdocument& subdocument) {
  to.StartObject();
  to.Key("$d");
  to.StartArray();
  write_text(to, subdocument.guid);
  write_any(to, subdocument.options);
  to.EndArray();
  to.EndObject();
}

void write_entries(JsonWriter& to, const crdt::Map& map) {
  to.StartObject();
  for (const std::string& key : map.keys()) {
    to.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    write_value(to, *map.at(key), true);
  }
  to.EndObject();
}

void write_children(JsonWriter& to, const crdt::XmlFragment& parent) {
  to.StartArray();
  for (const SharedType& child : parent.children()) write_dump(to, child);
  to.EndArray();
}

void write_own_attributes(JsonWriter& to, const AnyObject& attributes) {
  if (attributes.size() == 0) return;
  to.Key("a");
  write_object(to, attributes);
}

void write_list(JsonWriter& to, const crdt::Array& array) {
  to.StartArray();
  for (const crdt::Value& value : array.values()) write_value(to, value, true);
  to.EndArray();
}

void write_text_dump(JsonWriter& to, const char* tag, const crdt::Text& text) {
  to.Key(tag);
  write_delta(to, text.to_delta(), true);
  write_own_attributes(to, text.attributes());
}

void write_element(JsonWriter& to, const crdt::XmlElement& element) {
  to.Key("E");
  to.StartArray();
  write_text(to, element.node_name());
  write_children(to, element);
  to.EndArray();
  write_own_attributes(to, element.attributes());
}

void write_hook(JsonWriter& to, const crdt::XmlHook& hook) {
  to.Key("H");
  write_text(to, hook.hook_name());
  to.Key("M");
  write_entries(to, hook);
}

}  // namespace

void write_text(JsonWriter& to, std::string_view text) {
  to.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void write_hex(JsonWriter& to, Bytes bytes) { write_text(to, to_hex(bytes)); }

Buffer from_hex(std::string_view hex) {
  Buffer bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

bool is_type(const Json& json) { return tagged(json, "$t") != nullptr; }

bool is_subdocument(const Json& json) { return tagged(json, "$d") != nullptr; }

Any any_of(const Json& json) {
  if (json.IsNull()) return Any(crdt::Null{});
  if (json.IsBool()) return Any(json.GetBool());
  if (json.IsNumber()) return Any(json.GetDouble());
  if (json.IsString()) return Any(text_of(json));
  if (json.IsObject()) return tagged_any_of(json);
  AnyArray elements;
  for (const Json& element : json.GetArray()) elements.push_back(any_of(element));
  return Any(std::move(elements));
}

crdt::Subdocument subdocument_of(const Json& json) {
  const Json& parts = *tagged(json, "$d");
  crdt::Subdocument subdocument{std::string(text_of(parts[0])), Any(AnyObject{})};
  if (parts.Size() > 1) subdocument.options = any_of(parts[1]);
  return subdocument;
}

crdt::Attributes attributes_of(const Json& json) {
  const AnyObject object = object_of(json);
  return object.members();
}

crdt::Delta delta_of(const Json& json) {
  crdt::Delta delta;
  for (const Json& op : json.GetArray()) {
    crdt::DeltaOp& to = delta.emplace_back();
    const std::string_view verb = text_of(op[0]);
    if (verb == "insert" && op[1].IsString()) {
      to.text = text_of(op[1]);
    } else if (verb == "insert") {
      to.content.emplace_back(any_of(op[1]));
    } else {
      to.kind = verb == "retain" ? crdt::DeltaOp::Kind::kRetain : crdt::DeltaOp::Kind::kRemove;
      to.length = op[1].GetUint();
    }
    if (op.Size() > 2) to.attributes = attributes_of(op[2]);
  }
  return delta;
}

std::string_view name_of(TypeRef kind) {
  const auto index = static_cast<size_t>(kind);
  return index < kKindNames.size() ? kKindNames[index] : "unknown";
}

TypeRef kind_of(std::string_view name) {
  for (size_t i = 0; i < kKindNames.size(); ++i) {
    if (kKindNames[i] == name) return static_cast<TypeRef>(i);
  }
  return TypeRef::kUnknown;
}

void write_any(JsonWriter& to, const Any& value) {
  if (value.is_undefined()) {
    to.StartObject();
    to.Key("$u");
    to.Int(1);
    to.EndObject();
  } else if (value.is_null()) {
    to.Null();
  } else if (const bool* boolean = value.as_bool()) {
    to.Bool(*boolean);
  } else if (const double* number = value.as_number()) {
    write_number(to, *number);
  } else if (const int64_t* bigint = value.as_bigint()) {
    write_tagged(to, "$i", std::to_string(*bigint));
  } else if (const std::string* text = value.as_string()) {
    write_text(to, *text);
  } else if (const Buffer* bytes = value.as_binary()) {
    write_tagged(to, "$b", to_hex(*bytes));
  } else if (const AnyArray* elements = value.as_array()) {
    to.StartArray();
    for (const Any& element : *elements) write_any(to, element);
    to.EndArray();
  } else {
    write_object(to, *value.as_object());
  }
}

void write_value(JsonWriter& to, const crdt::Value& value, bool deep) {
  if (const Any* any = value.any()) {
    write_any(to, *any);
  } else if (const crdt::Subdocument* subdocument = value.subdocument()) {
    write_subdocument(to, *subdocument);
  } else if (deep) {
    write_dump(to, *value.type());
  } else {
    write_tagged(to, "$y", name_of(value.type()->kind()));
  }
}

void write_attributes(JsonWriter& to, const crdt::Attributes& attributes) {
  to.StartObject();
  for (const auto& [key, value] : attributes) {
    to.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    write_any(to, value);
  }
  to.EndObject();
}

void write_delta(JsonWriter& to, const crdt::Delta& delta, bool deep) {
  to.StartArray();
  for (const crdt::DeltaOp& op : delta) {
    to.StartArray();
    if (op.content.empty()) {
      write_text(to, op.text);
    } else {
      write_value(to, op.content.front(), deep);
    }
    if (!op.attributes.empty()) write_attributes(to, op.attributes);
    to.EndArray();
  }
  to.EndArray();
}

void write_dump(JsonWriter& to, const SharedType& type) {
  to.StartObject();
  switch (type.kind()) {
    case TypeRef::kText: write_text_dump(to, "T", as<crdt::Text>(type)); break;
    case TypeRef::kXmlText: write_text_dump(to, "X", as<crdt::Text>(type)); break;
    case TypeRef::kArray:
      to.Key("A");
      write_list(to, as<crdt::Array>(type));
      break;
    case TypeRef::kMap:
      to.Key("M");
      write_entries(to, as<crdt::Map>(type));
      break;
    case TypeRef::kXmlHook: write_hook(to, as<crdt::XmlHook>(type)); break;
    case TypeRef::kXmlFragment:
      to.Key("F");
      write_children(to, as<crdt::XmlFragment>(type));
      break;
    case TypeRef::kXmlElement: write_element(to, as<crdt::XmlElement>(type)); break;
    case TypeRef::kUnknown:
      to.Key("unknown");
      to.Int(1);
      break;
  }
  to.EndObject();
}

}  // namespace tidemark::support
