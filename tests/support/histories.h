// Steps of a program that keep and use histories of a document; see session.mjs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "crdt/undo.h"
#include "support/json_values.h"

namespace tidemark::support {

// Those of one client.
class Histories {
 public:
  using Resolve = std::function<crdt::SharedType(const Json& path)>;

  Histories() = default;
  Histories(const Histories&) = delete;
  Histories& operator=(const Histories&) = delete;

  // Whether the step is one of these.
  static bool knows(const Json& step);
  static const Json& client_of(const Json& step);

  // The roots of the document, of which events say whether they changed.
  void watch(std::vector<crdt::SharedType> roots) { roots_ = std::move(roots); }
  void set_time(Instant now);
  void forget_events() { told_.clear(); }
  // False if the step refers to nothing, which is then said.
  bool play(const Json& step, crdt::Doc& doc, const Resolve& resolve, JsonWriter& to);
  // "h" and "k" of a result.
  void write(JsonWriter& to) const;

 private:
  void track(const Json& step, crdt::Doc& doc, const Resolve& resolve);
  void note(size_t number, const crdt::UndoEvent& event);

  std::vector<crdt::UndoStack> stacks_;
  std::vector<crdt::SharedType> roots_;
  std::vector<std::string> told_;
  std::vector<crdt::Subscription> subscriptions_;
  Instant now_;
};

}  // namespace tidemark::support
