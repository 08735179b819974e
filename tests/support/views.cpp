#include "support/views.h"

namespace tidemark::support {

using crdt::AbsolutePosition;
using crdt::RelativePosition;
using crdt::SharedType;

namespace {

// The verbs of these steps, with the client as value.
constexpr const char* kVerbs[] = {"place", "find", "snap", "look", "rewind", "within"};

// Which type it is, for whoever has another copy.
void write_name(JsonWriter& to, const SharedType& type) {
  const std::optional<RelativePosition> start = relative_position(type, 0, -1);
  if (!start) {
    to.Null();
  } else if (start->root) {
    write_text(to, *start->root);
  } else {
    to.StartArray();
    to.Uint64(start->type->client);
    to.Uint64(start->type->clock);
    to.EndArray();
  }
}

void write_place(JsonWriter& to, const std::optional<AbsolutePosition>& place) {
  if (!place) {
    to.Null();
    return;
  }
  to.StartArray();
  write_name(to, place->type);
  to.Uint(place->index);
  to.Int64(place->assoc);
  to.EndArray();
}

crdt::Any described(crdt::TextChange change, const crdt::Id& unit) {
  const char* type = change == crdt::TextChange::kAdded ? "added" : "removed";
  return crdt::Any(crdt::AnyObject({{"type", crdt::Any(type)},
                                    {"user", crdt::Any(static_cast<double>(unit.client))},
                                    {"at", crdt::Any(static_cast<double>(unit.clock))}}));
}

void write_entries(JsonWriter& to, const SharedType& type, const crdt::Snapshot& snapshot) {
  to.Key("entries");
  to.StartObject();
  for (const auto& [key, value] : entries_at(type, snapshot)) {
    if (value.any() != nullptr && value.any()->is_undefined()) continue;
    to.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    write_value(to, value, false);
  }
  to.EndObject();
}

}  // namespace

bool Views::knows(const Json& step) {
  for (const char* verb : kVerbs) {
    if (step.HasMember(verb)) return true;
  }
  return false;
}

const Json& Views::client_of(const Json& step) {
  for (const char* verb : kVerbs) {
    if (step.HasMember(verb)) return step[verb];
  }
  return step;
}

Result<> Views::play_place(const Json& step, const SharedType& type, JsonWriter& to) {
  const std::optional<RelativePosition> position =
      relative_position(type, step["index"].GetUint(), step["assoc"].GetInt64());
  if (!position) return failure(ErrorCode::kInvalid, "a live type has no positions");
  Buffer bytes = encode_relative_position(*position);
  to.Key("place");
  to.StartArray();
  write_hex(to, bytes);
  write_any(to, to_json(*position));
  to.EndArray();
  positions_[step["i"].GetInt()] = std::move(bytes);
  return {};
}

Result<> Views::play_find(const Json& step, crdt::Doc& doc, JsonWriter& to) {
  to.Key("found");
  to.StartArray();
  for (const Json& number : step["from"].GetArray()) {
    const auto bytes = positions_.find(number.GetInt());
    if (bytes == positions_.end()) continue;
    const Result<RelativePosition> position = crdt::decode_relative_position(bytes->second);
    if (!position) return tl::unexpected<Error>(position.error());
    to.StartArray();
    write_place(to, absolute_position(doc, *position));
    write_place(to, absolute_position(doc, *position, false));
    to.EndArray();
  }
  to.EndArray();
  return {};
}

Result<> Views::play_snap(const Json& step, const crdt::Doc& doc, JsonWriter& to) {
  const crdt::Snapshot snapshot = crdt::snapshot_of(doc);
  to.Key("snap");
  to.StartArray();
  for (const crdt::UpdateFormat format : {crdt::UpdateFormat::kV1, crdt::UpdateFormat::kV2}) {
    const Buffer bytes = encode_snapshot(snapshot, format);
    write_hex(to, bytes);
    if ((step["v"].GetUint() == 2) != (format == crdt::UpdateFormat::kV2)) continue;
    Result<crdt::Snapshot> read = crdt::decode_snapshot(bytes, format);
    if (!read) return tl::unexpected<Error>(read.error());
    snapshots_[step["i"].GetInt()] = *std::move(read);
  }
  to.EndArray();
  return {};
}

const crdt::Snapshot* Views::snapshot(const Json& number) const {
  const auto found = snapshots_.find(number.GetInt());
  return found == snapshots_.end() ? nullptr : &found->second;
}

Result<> Views::play_look(const Json& step, const SharedType& type, JsonWriter& to) {
  const crdt::Snapshot& at = *snapshot_of(step);
  const crdt::Snapshot* known = snapshot(step["before"]);
  const crdt::Snapshot before = known != nullptr ? *known : crdt::Snapshot();
  to.Key("look");
  to.StartObject();
  if (type.kind() == crdt::TypeRef::kText || type.kind() == crdt::TypeRef::kXmlText) {
    const auto text = as<crdt::Text>(type);
    to.Key("delta");
    write_delta(to, delta_at(text, at), false);
    to.Key("changes");
    write_delta(to, delta_between(text, at, before), false);
    to.Key("authors");
    write_delta(to, delta_between(text, at, before, described), false);
  } else {
    to.Key("list");
    to.StartArray();
    for (const crdt::Value& value : values_at(type, at)) write_value(to, value, false);
    to.EndArray();
  }
  write_entries(to, type, at);
  to.EndObject();
  return {};
}

Result<> Views::play_within(const Json& step, std::span<const Bytes> v1, std::span<const Bytes> v2,
                            JsonWriter& to) {
  to.Key("within");
  to.StartArray();
  for (size_t i = 0; i < v1.size(); ++i) {
    to.StartArray();
    for (const auto& [update, format] :
         {std::pair(v1[i], crdt::UpdateFormat::kV1), std::pair(v2[i], crdt::UpdateFormat::kV2)}) {
      const Result<bool> contains = snapshot_contains_update(*snapshot_of(step), update, format);
      if (!contains) return tl::unexpected<Error>(contains.error());
      to.Bool(*contains);
    }
    to.EndArray();
  }
  to.EndArray();
  return {};
}

}  // namespace tidemark::support
