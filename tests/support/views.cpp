#include "support/views.h"

namespace tidemark::support {

using crdt::AbsolutePosition;
using crdt::RelativePosition;
using crdt::SharedType;

namespace {

// The verbs of these steps, with the client as value.
constexpr const char* kVerbs[] = {"place", "find"};

void skip(JsonWriter& to) {
  to.Key("skip");
  to.Int(1);
}

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
  if (!type) {
    skip(to);
    return {};
  }
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
    const std::optional<AbsolutePosition> place = absolute_position(doc, *position);
    if (!place) {
      to.Null();
      continue;
    }
    to.StartArray();
    write_name(to, place->type);
    to.Uint(place->index);
    to.Int64(place->assoc);
    to.EndArray();
  }
  to.EndArray();
  return {};
}

}  // namespace tidemark::support
