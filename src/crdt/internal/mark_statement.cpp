#include "crdt/internal/mark_statement.h"

#include <string_view>
#include <utility>

#include "crdt/internal/document.h"
#include "crdt/internal/rendering.h"

namespace tidemark::crdt {
namespace {

Any to_json(const Stamp& stamp) {
  return Any(
      AnyArray{Any(static_cast<double>(stamp.counter)), Any(static_cast<double>(stamp.client))});
}

Any to_json(const RestoredUnits& units) {
  const auto number = [](uint64_t value) { return Any(static_cast<double>(value)); };
  return Any(AnyArray{number(units.original.client), number(units.original.clock),
                      number(units.length), number(units.copy.client), number(units.copy.clock)});
}

const AnyObject* object_in(const Value& value) {
  return value.any() == nullptr ? nullptr : value.any()->as_object();
}

std::optional<Stamp> stamp_from_json(const Any* json, size_t place) {
  const AnyArray* pair = json == nullptr ? nullptr : json->as_array();
  if (pair == nullptr || pair->size() != 2) return std::nullopt;
  const std::optional<uint64_t> counter = natural_number((*pair)[0]);
  const std::optional<uint64_t> client = natural_number((*pair)[1]);
  if (!counter || !client || *counter == 0) return std::nullopt;
  return Stamp{*counter, *client, place};
}

const Any* anchor_in(const AnyObject& statement, std::string_view end) {
  const Any* anchor = statement.find(end);
  return anchor == nullptr || anchor->as_binary() == nullptr ? nullptr : anchor;
}

std::optional<Mark> mark_in(const AnyObject& statement) {
  const Any* key = statement.find("key");
  const Any* id = statement.find("id");
  const Any* value = statement.find("value");
  if (key == nullptr || key->as_string() == nullptr || value == nullptr) return std::nullopt;
  // What no delta could carry on.
  if (!check_json_value(*value)) return std::nullopt;
  if (id == nullptr) return Mark{*key->as_string(), "", *value};
  if (id->as_string() == nullptr) return std::nullopt;
  return Mark{*key->as_string(), *id->as_string(), *value};
}

std::optional<RestoredUnits> units_from_json(const Any& json) {
  const AnyArray* run = json.as_array();
  if (run == nullptr || run->size() != 5) return std::nullopt;
  uint64_t numbers[5];
  for (size_t i = 0; i < 5; ++i) {
    const std::optional<uint64_t> number = natural_number((*run)[i]);
    if (!number) return std::nullopt;
    numbers[i] = *number;
  }
  return RestoredUnits{{numbers[0], numbers[1]}, {numbers[3], numbers[4]}, numbers[2]};
}

}  // namespace

uint64_t statements_ever(const Array& overlay) {
  const StructStore& store = overlay.document()->store;
  uint64_t count = 0;
  for (ItemHandle at = store.branches[overlay.branch()].start; at != kNone;
       at = store.items[at].right) {
    count += store.items[at].len;
  }
  return count;
}

Stamp next_stamp(const Array& overlay) {
  return {.counter = statements_ever(overlay) + 1, .client = overlay.document()->client_id()};
}

Result<> check_sizes(const Mark& mark, const MarkLimits& limits) {
  const auto refuse = [](const char* why) { return failure(ErrorCode::kInvalid, why); };
  if (mark.key.empty()) return refuse("mark: no key");
  if (mark.key.size() > limits.max_name_bytes) return refuse("mark: the key is too long");
  if (mark.id.size() > limits.max_name_bytes) return refuse("mark: the id is too long");
  if (encoded(mark.value).size() <= limits.max_value_bytes) return {};
  return refuse("mark: the value is too long");
}

Any statement_to_json(const MarkStatement& statement) {
  const Mark& mark = statement.mark;
  std::vector<AnyObject::Member> members = {{"key", Any(mark.key)}};
  if (!mark.id.empty()) members.emplace_back("id", Any(mark.id));
  members.emplace_back("value", mark.value);
  members.emplace_back("start", statement.start);
  members.emplace_back("end", statement.end);
  members.emplace_back("stamp", to_json(statement.stamp));
  return Any(AnyObject(std::move(members)));
}

Any statement_to_json(std::span<const RestoredUnits> copies, const Stamp& stamp) {
  AnyArray runs;
  for (const RestoredUnits& units : copies) runs.push_back(to_json(units));
  return Any(AnyObject({{"copies", Any(std::move(runs))}, {"stamp", to_json(stamp)}}));
}

std::optional<MarkStatement> mark_statement(const Value& value, size_t place) {
  const AnyObject* object = object_in(value);
  if (object == nullptr) return std::nullopt;
  const Any* start = anchor_in(*object, "start");
  const Any* end = anchor_in(*object, "end");
  const std::optional<Stamp> stamp = stamp_from_json(object->find("stamp"), place);
  if (start == nullptr || end == nullptr || !stamp) return std::nullopt;
  std::optional<Mark> mark = mark_in(*object);
  if (!mark) return std::nullopt;
  return MarkStatement{std::move(*mark), *stamp, *start, *end};
}

std::optional<CopyStatement> copy_statement(const Value& value, size_t place) {
  const AnyObject* object = object_in(value);
  const Any* copies = object == nullptr ? nullptr : object->find("copies");
  const AnyArray* runs = copies == nullptr ? nullptr : copies->as_array();
  if (runs == nullptr) return std::nullopt;
  const std::optional<Stamp> stamp = stamp_from_json(object->find("stamp"), place);
  if (!stamp) return std::nullopt;
  CopyStatement statement{{}, *stamp};
  statement.copies.reserve(runs->size());
  for (const Any& run : *runs) {
    const std::optional<RestoredUnits> units = units_from_json(run);
    if (!units) return std::nullopt;
    statement.copies.push_back(*units);
  }
  return statement;
}

}  // namespace tidemark::crdt
