// Steps of a program that look at a document instead of changing it; see session.mjs.
#pragma once

#include <map>

#include "crdt/relative_position.h"
#include "support/json_values.h"

namespace tidemark::support {

class Views {
 public:
  // Whether the step is one of these.
  static bool knows(const Json& step);
  // The client whose document it looks at.
  static const Json& client_of(const Json& step);

  // `type` is what the step's path names, empty if it names nothing.
  Result<> play_place(const Json& step, const crdt::SharedType& type, JsonWriter& to);
  Result<> play_find(const Json& step, crdt::Doc& doc, JsonWriter& to);

 private:
  std::map<int, Buffer> positions_;  // by step
};

}  // namespace tidemark::support
