#include "support/histories.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tidemark::support {
namespace {

constexpr std::array kVerbs = {"track", "undo", "redo", "forget", "stop"};

// Origins of programs are small; those of stacks are not.
constexpr crdt::Origin kHighestOfProgram = 9;

const char* verb_of(const Json& step) {
  const auto verb = std::find_if(kVerbs.begin(), kVerbs.end(),
                                 [&step](const char* name) { return step.HasMember(name); });
  return verb == kVerbs.end() ? nullptr : *verb;
}

crdt::UndoOptions options_of(const Json& step) {
  crdt::UndoOptions options;
  options.capture_timeout_ms = step["timeout"].GetInt64();
  options.tracked_origins.clear();
  for (const Json& origin : step["origins"].GetArray()) {
    options.tracked_origins.push_back(origin.GetUint64());
  }
  options.ignores_remote_map_changes = step["ignore"].GetBool();
  if (step["filter"].IsString()) {
    options.may_delete = [](const crdt::UndoTarget& target) { return !target.type(); };
  }
  if (step["capture"].IsInt()) {
    options.captures =
        [refused = step["capture"].GetUint64()](const crdt::CapturedTransaction& transaction) {
          return transaction.origin != refused;
        };
  }
  return options;
}

}  // namespace

bool Histories::knows(const Json& step) { return verb_of(step) != nullptr; }
const Json& Histories::client_of(const Json& step) { return step[verb_of(step)]; }

void Histories::set_time(Instant now) {
  now_ = now;
  for (crdt::UndoStack& stack : stacks_) stack.set_time(now);
}

void Histories::track(const Json& step, crdt::Doc& doc, const Resolve& resolve) {
  const size_t number = stacks_.size();
  if (step["scope"].IsNull()) {
    stacks_.emplace_back(doc, options_of(step));
  } else {
    std::vector<crdt::SharedType> scope;
    for (const Json& path : step["scope"].GetArray()) scope.push_back(resolve(path));
    stacks_.emplace_back(doc, scope, options_of(step));
  }
  stacks_.back().set_time(now_);
  subscriptions_.push_back(stacks_.back().on_event(
      [this, number](const crdt::UndoEvent& event) { note(number, event); }));
}

bool Histories::play(const Json& step, crdt::Doc& doc, const Resolve& resolve, JsonWriter& to) {
  const std::string_view verb = verb_of(step);
  if (verb == "track") {
    track(step, doc, resolve);
    return true;
  }
  if (step["n"].GetUint() >= stacks_.size()) {
    to.Key("skip");
    to.Int(1);
    return false;
  }
  crdt::UndoStack& stack = stacks_[step["n"].GetUint()];
  if (verb == "forget") {
    stack.clear(step["sides"][0].GetBool(), step["sides"][1].GetBool());
  } else if (verb == "stop") {
    stack.stop_capturing();
  } else {
    const bool had_one = verb == "undo" ? stack.undo() : stack.redo();
    to.Key("r");
    to.Bool(had_one);
  }
  return true;
}

void Histories::note(size_t number, const crdt::UndoEvent& event) {
  constexpr std::array kKinds = {"added", "updated", "popped", "cleared"};
  rapidjson::StringBuffer buffer;
  JsonWriter to(buffer);
  to.StartArray();
  to.Uint64(number);
  to.String(kKinds[static_cast<size_t>(event.kind)]);
  if (event.kind == crdt::UndoEvent::Kind::kCleared) {
    to.Bool(event.is_undo_cleared);
    to.Bool(event.is_redo_cleared);
  } else {
    to.String(event.side == crdt::UndoEvent::Side::kUndo ? "undo" : "redo");
    if (event.origin > kHighestOfProgram) {
      to.String("stack");
    } else {
      to.Uint64(event.origin);
    }
    crdt::Any& told = (*event.meta)["told"];
    told = crdt::Any(1 + (told.as_number() == nullptr ? 0 : *told.as_number()));
    to.Uint(static_cast<unsigned>(*told.as_number()));
    to.StartArray();
    for (const crdt::SharedType& root : roots_) to.Bool(event.changed(root));
    to.EndArray();
  }
  to.EndArray();
  told_.emplace_back(buffer.GetString(), buffer.GetSize());
}

void Histories::write(JsonWriter& to) const {
  if (stacks_.empty()) return;
  to.Key("h");
  to.StartArray();
  for (const crdt::UndoStack& stack : stacks_) {
    to.StartArray();
    to.Uint64(stack.undo_count());
    to.Uint64(stack.redo_count());
    to.EndArray();
  }
  to.EndArray();
  if (told_.empty()) return;
  to.Key("k");
  to.StartArray();
  for (const std::string& told : told_) {
    to.RawValue(told.data(), told.size(), rapidjson::kArrayType);
  }
  to.EndArray();
}

}  // namespace tidemark::support
