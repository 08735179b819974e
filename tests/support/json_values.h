// Values of programs and traces as JSON; the grammar is at the head of values.mjs.
#pragma once

#include <string>
#include <string_view>

#include "crdt/doc.h"
#include "support/json.h"

namespace tidemark::support {

using Json = rapidjson::Value;
using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

inline std::string_view text_of(const Json& json) {
  return {json.GetString(), json.GetStringLength()};
}
void write_text(JsonWriter& to, std::string_view text);
void write_hex(JsonWriter& to, Bytes bytes);
Buffer from_hex(std::string_view hex);

bool is_type(const Json& json);         // {"$t": ...}
bool is_subdocument(const Json& json);  // {"$d": ...}

crdt::Any any_of(const Json& json);
crdt::Subdocument subdocument_of(const Json& json);
crdt::Attributes attributes_of(const Json& json);
crdt::Delta delta_of(const Json& json);

// "text", "xmlelement", ...
std::string_view name_of(crdt::TypeRef kind);
crdt::TypeRef kind_of(std::string_view name);

void write_any(JsonWriter& to, const crdt::Any& value);
// Shared types are dumped if `deep`, else only named.
void write_value(JsonWriter& to, const crdt::Value& value, bool deep);
void write_attributes(JsonWriter& to, const crdt::Attributes& attributes);
void write_delta(JsonWriter& to, const crdt::Delta& delta, bool deep);
// Everything that a type shows, as dump() in values.mjs.
void write_dump(JsonWriter& to, const crdt::SharedType& type);

// What `play` says; an exception because the program makes no sense is an error like others. Where
// the kernel calls back, it must not see one.
template <typename F>
Result<> answered(F&& play) {
  try {
    return play();
  } catch (const std::exception& error) {
    return failure(ErrorCode::kInvalid, error.what());
  }
}

// A handle as the kind it is.
template <typename T>
T as(const crdt::SharedType& type) {
  return T(type.document(), type.branch());
}

}  // namespace tidemark::support
