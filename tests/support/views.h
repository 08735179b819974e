// Steps of a program that look at a document instead of changing it; see session.mjs.
#pragma once

#include <map>

#include "crdt/relative_position.h"
#include "crdt/snapshot.h"
#include "support/json_values.h"

namespace tidemark::support {

class Views {
 public:
  // Whether the step is one of these.
  static bool knows(const Json& step);
  // The client whose document it looks at.
  static const Json& client_of(const Json& step);

  // `type` is what the path of the step names.
  Result<> play_place(const Json& step, const crdt::SharedType& type, JsonWriter& to);
  Result<> play_find(const Json& step, crdt::Doc& doc, JsonWriter& to);
  Result<> play_snap(const Json& step, const crdt::Doc& doc, JsonWriter& to);
  Result<> play_look(const Json& step, const crdt::SharedType& type, JsonWriter& to);
  Result<> play_within(const Json& step, std::span<const Bytes> v1, std::span<const Bytes> v2,
                       JsonWriter& to);

  // The snapshot that the step looks at; null if no step took it.
  const crdt::Snapshot* snapshot_of(const Json& step) const { return snapshot(step["at"]); }
  // The snapshot that the step of this number took.
  const crdt::Snapshot* snapshot(const Json& number) const;

 private:
  std::map<int, Buffer> positions_;  // by step
  std::map<int, crdt::Snapshot> snapshots_;
};

}  // namespace tidemark::support
