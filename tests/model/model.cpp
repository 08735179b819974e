#include "model/model.h"

#include <algorithm>

#include "base/assert.h"
#include "base/utf.h"

namespace tidemark::model {
namespace {

std::string or_none(const std::optional<Id>& id) { return id ? describe(*id) : "-"; }

std::string content_of(const Content& content) {
  static constexpr const char* kNames[] = {"character", "value", "type", "deleted", "garbage"};
  std::string text = kNames[static_cast<size_t>(content.kind)];
  if (content.kind < Kind::kDeleted) text += " " + std::to_string(content.value);
  return text;
}

size_t position_of(const std::vector<Id>& list, const Id& id) {
  const auto found = std::find(list.begin(), list.end(), id);
  TM_ASSERT(found != list.end());
  return static_cast<size_t>(found - list.begin());
}

}  // namespace

std::string describe(const Id& id) {
  return std::to_string(id.client) + ":" + std::to_string(id.clock);
}

std::string describe(const Place& place) {
  std::string text = place.type ? "in " + describe(*place.type) : "root " + place.root;
  return place.key ? text + " key " + *place.key : text;
}

std::string describe(const Unit& unit) {
  std::string text = describe(unit.id) + " " + content_of(unit.content);
  if (unit.content.kind == Kind::kGarbage) return text;
  return text + " after " + or_none(unit.origin) + " before " + or_none(unit.right_origin);
}

std::string describe(const Message& message) {
  std::map<Id, std::string> lines;
  for (const Unit& unit : message.units) {
    const bool tells_place =
        unit.content.kind != Kind::kGarbage && !unit.origin && !unit.right_origin;
    lines[unit.id] = describe(unit) + (tells_place ? " " + describe(unit.place) : "") + "\n";
  }
  std::string text;
  for (const auto& [id, line] : lines) text += line;
  for (const Id& id : message.deletes) text += "delete " + describe(id) + "\n";
  return text;
}

// --- reading

uint64_t Replica::clock_of(uint64_t client) const {
  const auto found = clients_.find(client);
  return found == clients_.end() ? 0 : found->second.size();
}

std::map<uint64_t, uint64_t> Replica::state_vector() const {
  std::map<uint64_t, uint64_t> clocks;
  for (const auto& [client, units] : clients_) clocks[client] = units.size();
  return clocks;
}

const Unit& Replica::unit(const Id& id) const { return clients_.at(id.client)[id.clock]; }
Unit& Replica::unit(const Id& id) { return clients_.at(id.client)[id.clock]; }

std::vector<Id> Replica::visible(const Place& place) const {
  std::vector<Id> ids;
  const auto found = lists_.find(place);
  if (found == lists_.end()) return ids;
  for (const Id& id : found->second) {
    if (!unit(id).is_deleted) ids.push_back(id);
  }
  return ids;
}

const Unit* Replica::entry(const Place& map, const std::string& key) const {
  const auto found = lists_.find({map.root, map.type, key});
  if (found == lists_.end() || found->second.empty()) return nullptr;
  const Unit& last = unit(found->second.back());
  return last.is_deleted ? nullptr : &last;
}

Message Replica::state() const {
  Message message;
  for (const auto& [client, units] : clients_) {
    for (const Unit& unit : units) {
      message.units.push_back(unit);
      if (unit.is_deleted) message.deletes.insert(unit.id);
    }
  }
  return message;
}

std::string Replica::describe() const {
  std::string text;
  for (const auto& [client, units] : clients_) {
    for (const Unit& unit : units) {
      text += model::describe(unit) + (unit.is_deleted ? " deleted\n" : "\n");
    }
  }
  for (const auto& [place, ids] : lists_) {
    if (ids.empty()) continue;
    text += model::describe(place);
    for (const Id& id : ids) text += " " + model::describe(id);
    text += "\n";
  }
  return text;
}

std::string Replica::shown(const Unit& unit) const {
  if (unit.content.kind != Kind::kType) return std::to_string(unit.content.value);
  return shown(Place{{}, unit.id, {}}, unit.content.value);
}

std::string Replica::shown(const Place& place, uint32_t type) const {
  std::string text;
  if (type == kMapType) {
    for (const auto& [chain, ids] : lists_) {
      if (chain.root != place.root || chain.type != place.type || !chain.key) continue;
      const Unit* last = entry(place, *chain.key);
      if (last != nullptr) text += *chain.key + "=" + shown(*last) + ",";
    }
    return "{" + text + "}";
  }
  for (const Id& id : visible(place)) {
    const Unit& unit = this->unit(id);
    if (type == kTextType) {
      append_code_point(text, unit.content.value);
    } else {
      text += shown(unit) + ",";
    }
  }
  return type == kTextType ? "'" + text + "'" : "[" + text + "]";
}

std::string Replica::shown() const {
  return shown(Place{"array", {}, {}}, kArrayType) + shown(Place{"map", {}, {}}, kMapType) +
         shown(Place{"text", {}, {}}, kTextType);
}

// --- integration

bool Replica::can_integrate(const Unit& unit) const {
  if (unit.id.clock != clock_of(unit.id.client)) return false;
  if (unit.content.kind == Kind::kGarbage) return true;
  if (unit.origin && !knows(*unit.origin)) return false;
  if (unit.right_origin && !knows(*unit.right_origin)) return false;
  const bool tells_place = !unit.origin && !unit.right_origin;
  return !tells_place || !unit.place.type || knows(*unit.place.type);
}

// Whether a neighbour or the type around it was collected.
bool Replica::lost_its_place(const Unit& added) const {
  for (const std::optional<Id>& neighbour : {added.origin, added.right_origin}) {
    if (neighbour && unit(*neighbour).content.kind == Kind::kGarbage) return true;
  }
  if (added.origin || added.right_origin || !added.place.type) return false;
  return unit(*added.place.type).content.kind != Kind::kType;
}

// YATA. Between the two neighbours that the writer saw stand units that the writer did not see. The
// unit goes behind those of smaller clients who saw the same left neighbour, together with all that
// was written behind these.
size_t Replica::position_for(const Unit& added, const std::vector<Id>& list) const {
  const size_t begin = added.origin ? position_of(list, *added.origin) + 1 : 0;
  const size_t end = added.right_origin ? position_of(list, *added.right_origin) : list.size();
  size_t position = begin;
  std::set<Id> before;
  std::set<Id> conflicting;
  for (size_t at = begin; at < end; ++at) {
    const Unit& other = unit(list[at]);
    before.insert(other.id);
    conflicting.insert(other.id);
    if (other.origin == added.origin) {
      if (other.id.client < added.id.client) {
        position = at + 1;
        conflicting.clear();
      } else if (other.right_origin == added.right_origin) {
        break;
      }
    } else if (other.origin && before.contains(*other.origin)) {
      if (!conflicting.contains(*other.origin)) {
        position = at + 1;
        conflicting.clear();
      }
    } else {
      break;
    }
  }
  return position;
}

void Replica::integrate(Unit added) {
  std::vector<Unit>& written = clients_[added.id.client];
  TM_ASSERT(added.id.clock == written.size());
  if (added.content.kind == Kind::kGarbage || lost_its_place(added)) {
    written.push_back({.id = added.id, .content = {Kind::kGarbage}, .is_deleted = true});
    return;
  }
  if (added.origin) {
    added.place = unit(*added.origin).place;
  } else if (added.right_origin) {
    added.place = unit(*added.right_origin).place;
  }
  const Id id = added.id;
  const Place place = added.place;
  added.is_deleted = false;
  written.push_back(added);
  std::vector<Id>& ids = list(place);
  const size_t position = position_for(added, ids);
  ids.insert(ids.begin() + static_cast<std::ptrdiff_t>(position), id);
  // Of a key's values the last one counts; the others are deleted.
  const bool is_last = position + 1 == ids.size();
  if (place.key && is_last && position > 0) erase(ids[position - 1]);
  const bool is_in_deleted_type = place.type && unit(*place.type).is_deleted;
  if (is_in_deleted_type || (place.key && !is_last) || added.content.kind == Kind::kDeleted) {
    erase(id);
  }
}

void Replica::erase(const Id& id) {
  if (unit(id).is_deleted) return;
  unit(id).is_deleted = true;
  deleted_.insert(id);
  if (unit(id).content.kind != Kind::kType) return;
  for (const auto& [place, ids] : lists_) {
    if (!place.is_of_type(id)) continue;
    for (const Id& child : ids) erase(child);
  }
}

// What was in a collected type loses its place, and so do the types in it.
void Replica::collect(const Id& id) {
  if (unit(id).content.kind == Kind::kType) {
    for (auto& [place, ids] : lists_) {
      if (!place.is_of_type(id)) continue;
      for (const Id& child : ids) {
        collect(child);
        unit(child) = {.id = child, .content = {Kind::kGarbage}, .is_deleted = true};
      }
      ids.clear();
    }
  }
  if (unit(id).content.kind != Kind::kGarbage) unit(id).content = {Kind::kDeleted, 0};
}

// --- transactions

void Replica::begin() {
  before_.clear();
  deleted_.clear();
  for (const auto& [client, units] : clients_) before_[client] = units.size();
}

Message Replica::commit() {
  if (collects_garbage_) {
    for (const Id& id : deleted_) collect(id);
  }
  Message message;
  message.deletes = deleted_;
  for (const auto& [client, units] : clients_) {
    for (uint64_t clock = before_[client]; clock < units.size(); ++clock) {
      message.units.push_back(units[clock]);
    }
  }
  return message;
}

Message Replica::insert_between(const Place& place, size_t position,
                                const std::vector<Content>& contents) {
  const std::vector<Id> ids = list(place);
  std::optional<Id> origin;
  std::optional<Id> right_origin;
  if (position > 0) origin = ids[position - 1];
  if (position < ids.size()) right_origin = ids[position];
  begin();
  for (const Content& content : contents) {
    const Id id = {client_, clock_of(client_)};
    integrate({id, origin, right_origin, place, content});
    origin = id;
  }
  return commit();
}

Message Replica::insert(const Place& place, size_t index, const std::vector<Content>& contents) {
  const size_t position =
      index == 0 ? 0 : position_of(list(place), visible(place).at(index - 1)) + 1;
  return insert_between(place, position, contents);
}

Message Replica::insert_text(const Place& text, size_t index, std::u16string_view characters) {
  const std::vector<Id>& ids = list(text);
  size_t position = index == 0 ? 0 : position_of(ids, visible(text).at(index - 1)) + 1;
  while (position < ids.size() && unit(ids[position]).is_deleted) ++position;
  std::vector<Content> contents;
  for (const char16_t character : characters) contents.push_back({Kind::kCharacter, character});
  return insert_between(text, position, contents);
}

Message Replica::push(const Place& place, const std::vector<Content>& contents) {
  return insert_between(place, list(place).size(), contents);
}

Message Replica::set(const Place& map, const std::string& key, const Content& content) {
  return push({map.root, map.type, key}, {content});
}

Message Replica::erase(const Place& place, size_t index, size_t count) {
  const std::vector<Id> ids = visible(place);
  begin();
  for (size_t i = index; i < index + count; ++i) erase(ids.at(i));
  return commit();
}

Message Replica::erase_key(const Place& map, const std::string& key) {
  const Unit* last = entry(map, key);
  begin();
  if (last != nullptr) erase(last->id);
  return commit();
}

void Replica::collect_waiting() {
  for (bool has_progress = true; has_progress;) {
    has_progress = false;
    for (auto at = waiting_units_.begin(); at != waiting_units_.end();) {
      const bool is_known = knows(at->first);
      const bool is_next = !is_known && can_integrate(at->second);
      if (is_next) integrate(at->second);
      has_progress |= is_next;
      at = is_known || is_next ? waiting_units_.erase(at) : std::next(at);
    }
  }
  for (auto at = waiting_deletes_.begin(); at != waiting_deletes_.end();) {
    const bool is_known = knows(*at);
    if (is_known) erase(*at);
    at = is_known ? waiting_deletes_.erase(at) : std::next(at);
  }
}

Message Replica::receive(const Message& message) {
  for (const Unit& unit : message.units) waiting_units_.emplace(unit.id, unit);
  waiting_deletes_.insert(message.deletes.begin(), message.deletes.end());
  begin();
  collect_waiting();
  return commit();
}

}  // namespace tidemark::model
