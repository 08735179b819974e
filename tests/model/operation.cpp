#include "model/operation.h"

#include "base/assert.h"
#include "base/utf.h"
#include "model/kernel_view.h"

namespace tidemark::model {
namespace {

using Verb = Operation::Verb;

const Place kRootText{"text", {}, {}};
const Place kRootArray{"array", {}, {}};
const Place kRootMap{"map", {}, {}};

std::vector<Content> contents_of(const Operation& operation) {
  std::vector<Content> contents(operation.count, operation.content);
  for (uint32_t i = 0; i < operation.count; ++i) contents[i].value += i;
  return contents;
}

std::u16string characters_of(const Operation& operation) {
  std::u16string text;
  for (const Content& content : contents_of(operation)) {
    text += static_cast<char16_t>(content.value);
  }
  return text;
}

crdt::Any number(uint32_t value) { return crdt::Any(static_cast<double>(value)); }

void play_on_text(const Operation& operation, crdt::Text text) {
  if (operation.verb == Verb::kErase) {
    TM_ASSERT(text.erase(operation.index, operation.count).has_value());
    return;
  }
  std::string utf8;
  for (const char16_t unit : characters_of(operation)) append_code_point(utf8, unit);
  TM_ASSERT(text.insert(operation.index, utf8).has_value());
}

void play_on_array(const Operation& operation, crdt::Array array) {
  if (operation.verb == Verb::kErase) {
    TM_ASSERT(array.erase(operation.index, operation.count).has_value());
    return;
  }
  const bool pushes = operation.verb == Verb::kPush;
  if (operation.content.kind == Kind::kType) {
    const auto type = static_cast<crdt::TypeRef>(operation.content.value);
    TM_ASSERT(
        (pushes ? array.push_type(type) : array.insert_type(operation.index, type)).has_value());
    return;
  }
  std::vector<crdt::Any> values;
  for (const Content& content : contents_of(operation)) values.push_back(number(content.value));
  TM_ASSERT((pushes ? array.push(values) : array.insert(operation.index, values)).has_value());
}

void play_on_map(const Operation& operation, crdt::Map map) {
  if (operation.verb == Verb::kEraseKey) {
    map.erase(operation.key);
  } else if (operation.content.kind == Kind::kType) {
    map.set_type(operation.key, static_cast<crdt::TypeRef>(operation.content.value));
  } else {
    map.set(operation.key, number(operation.content.value));
  }
}

void add_list_choices(const Operation& like, const Replica& replica, std::vector<Operation>& out) {
  const auto length = static_cast<uint32_t>(replica.length(like.place));
  Operation choice = like;
  for (choice.index = 0; choice.index <= length; ++choice.index) out.push_back(choice);
  choice.verb = Verb::kErase;
  for (choice.index = 0; choice.index < length; ++choice.index) out.push_back(choice);
}

void add_map_choices(const Replica& replica, uint32_t number, std::vector<Operation>& out) {
  Operation choice{Verb::kSet, kRootMap, kMapType, 0, 1, "k", {Kind::kValue, number}};
  out.push_back(choice);
  choice.verb = Verb::kEraseKey;
  if (replica.entry(kRootMap, "k") != nullptr) out.push_back(choice);
}

void add_nested_choices(const Replica& replica, uint32_t number, std::vector<Operation>& out) {
  add_map_choices(replica, number, out);
  out.push_back({Verb::kSet, kRootMap, kMapType, 0, 1, "k", {Kind::kType, kTextType}});
  const Unit* entry = replica.entry(kRootMap, "k");
  if (entry == nullptr || entry->content.kind != Kind::kType) return;
  add_list_choices({.place = {{}, entry->id, {}}, .content = {Kind::kCharacter, 'a' + number}},
                   replica, out);
}

// A type that can be edited: a root, or one in the types around it.
Operation random_target(Random& random, const Replica& replica) {
  Operation target;
  const uint64_t root = random.below(3);
  target.place = root == 0 ? kRootText : root == 1 ? kRootArray : kRootMap;
  target.type = root == 0 ? kTextType : root == 1 ? kArrayType : kMapType;
  while (target.type != kTextType && !random.one_in(3)) {
    const Unit* inner = nullptr;
    if (target.type == kMapType) {
      inner = replica.entry(target.place, random.one_in(2) ? "k" : "l");
    } else if (const std::vector<Id> ids = replica.visible(target.place); !ids.empty()) {
      inner = &replica.unit(ids[random.below(ids.size())]);
    }
    if (inner == nullptr || inner->content.kind != Kind::kType) break;
    target.place = {{}, inner->id, {}};
    target.type = inner->content.value;
  }
  return target;
}

}  // namespace

std::string describe(const Operation& operation) {
  static constexpr const char* kVerbs[] = {"insert", "push", "erase", "set", "erase key"};
  std::string text = kVerbs[static_cast<size_t>(operation.verb)];
  text += " " + describe(operation.place) + " at " + std::to_string(operation.index) + ", " +
          std::to_string(operation.count) + " units";
  return operation.key.empty() ? text : text + ", key " + operation.key;
}

const char* name_of(Family family) {
  static constexpr const char* kNames[] = {"text", "array", "map", "nested"};
  return kNames[static_cast<size_t>(family)];
}

Message play(const Operation& operation, Replica& replica) {
  const Place& place = operation.place;
  switch (operation.verb) {
    case Verb::kInsert:
      return operation.type == kTextType
                 ? replica.insert_text(place, operation.index, characters_of(operation))
                 : replica.insert(place, operation.index, contents_of(operation));
    case Verb::kPush: return replica.push(place, contents_of(operation));
    case Verb::kErase: return replica.erase(place, operation.index, operation.count);
    case Verb::kSet: return replica.set(place, operation.key, operation.content);
    case Verb::kEraseKey: return replica.erase_key(place, operation.key);
  }
  return {};
}

void play(const Operation& operation, crdt::Doc& doc) {
  const crdt::SharedType type = type_at(doc, operation.place, operation.type);
  switch (operation.type) {
    case kTextType: return play_on_text(operation, {type.document(), type.branch()});
    case kArrayType: return play_on_array(operation, {type.document(), type.branch()});
    default: return play_on_map(operation, {type.document(), type.branch()});
  }
}

std::vector<Operation> choices(Family family, const Replica& replica, uint32_t number) {
  std::vector<Operation> out;
  switch (family) {
    case Family::kText:
      add_list_choices({.place = kRootText, .content = {Kind::kCharacter, 'a' + number}}, replica,
                       out);
      break;
    case Family::kArray:
      add_list_choices({.place = kRootArray, .type = kArrayType, .content = {Kind::kValue, number}},
                       replica, out);
      out.push_back({.verb = Verb::kPush,
                     .place = kRootArray,
                     .type = kArrayType,
                     .content = {Kind::kValue, number}});
      break;
    case Family::kMap: add_map_choices(replica, number, out); break;
    case Family::kNested: add_nested_choices(replica, number, out); break;
  }
  return out;
}

Operation random_operation(Random& random, const Replica& replica) {
  Operation operation = random_target(random, replica);
  if (operation.type == kMapType) {
    operation.key = random.one_in(2) ? "k" : "l";
    operation.verb = random.one_in(4) ? Verb::kEraseKey : Verb::kSet;
    operation.content = {Kind::kValue, static_cast<uint32_t>(random.below(100))};
    if (random.one_in(3)) {
      operation.content = {Kind::kType, static_cast<uint32_t>(random.below(3))};
    }
    return operation;
  }
  const size_t length = replica.length(operation.place);
  operation.index = static_cast<uint32_t>(random.below(length + 1));
  if (operation.index < length && random.one_in(3)) {
    operation.verb = Verb::kErase;
    operation.count = static_cast<uint32_t>(1 + random.below(length - operation.index));
    return operation;
  }
  operation.count = static_cast<uint32_t>(1 + random.below(4));
  const bool is_text = operation.type == kTextType;
  operation.content = {is_text ? Kind::kCharacter : Kind::kValue,
                       static_cast<uint32_t>(random.one_in(4) ? 0x3B1 : 'a' + random.below(20))};
  if (is_text) return operation;
  if (random.one_in(3)) operation.verb = Verb::kPush;
  if (random.one_in(4)) {
    operation.content = {Kind::kType, static_cast<uint32_t>(random.below(3))};
    operation.count = 1;
  }
  return operation;
}

}  // namespace tidemark::model
