// Reaches into the kernel, because no public face shows where in its list a deleted unit stands.
#include "model/kernel_view.h"

#include <algorithm>

#include "base/assert.h"
#include "base/utf.h"
#include "crdt/inspect.h"
#include "crdt/internal/document.h"

namespace tidemark::model {
namespace {

using crdt::BlockKind;

Id id_of(const crdt::Id& id) { return {id.client, id.clock}; }

std::optional<Id> id_of(const std::optional<crdt::Id>& id) {
  if (!id) return std::nullopt;
  return id_of(*id);
}

// The first character, which needs no surrogates.
uint32_t first_unit(std::string_view utf8) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(utf8[i])); };
  if (byte(0) < 0x80) return byte(0);
  if (byte(0) < 0xE0) return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
  return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
}

// What the units of a block hold, each by itself.
std::vector<Content> contents_of(const crdt::Block& block) {
  std::vector<Content> contents(block.length, Content{Kind::kDeleted});
  if (block.kind == BlockKind::kGarbage) contents.assign(block.length, {Kind::kGarbage});
  if (block.kind == BlockKind::kType) {
    contents.assign(1, {Kind::kType, static_cast<uint32_t>(block.type)});
  } else if (block.kind == BlockKind::kText) {
    std::string_view rest = block.text;
    for (Content& content : contents) {
      const Utf16Cut cut = cut_utf16(rest, 1);
      content = {Kind::kCharacter, first_unit(rest)};
      rest.remove_prefix(cut.bytes);
    }
  } else if (block.kind == BlockKind::kValues) {
    const std::vector<crdt::Any> values = block.values();
    for (size_t i = 0; i < values.size(); ++i) {
      contents[i] = {Kind::kValue, static_cast<uint32_t>(*values[i].as_number())};
    }
  }
  return contents;
}

// The units of a block as they would be if each had been written by itself.
std::vector<Unit> units_of(const crdt::Block& block) {
  std::vector<Unit> units;
  Unit unit{id_of(block.first), id_of(block.origin), id_of(block.right_origin)};
  if (block.root) unit.place.root = *block.root;
  if (block.parent) unit.place.type = id_of(*block.parent);
  if (block.key) unit.place.key = std::string(*block.key);
  unit.is_deleted = block.is_deleted;
  for (const Content& content : contents_of(block)) {
    unit.content = content;
    units.push_back(unit);
    unit.origin = unit.id;
    ++unit.id.clock;
  }
  return units;
}

void append_item(const crdt::StructStore& store, const crdt::Item& item, std::string& to) {
  for (uint32_t i = 0; i < item.len; ++i) {
    to += " " + std::to_string(store.clients[item.client()].id) + ":" +
          std::to_string(item.clock + i);
  }
}

Place place_of(const crdt::StructStore& store, const crdt::Branch& branch) {
  if (branch.item == crdt::kNone) return {store.key(branch.name), {}, {}};
  const crdt::Item& item = store.items[branch.item];
  return {{}, Id{store.clients[item.client()].id, item.clock}, {}};
}

// All lists and chains, from left to right.
std::map<Place, std::string> lists_of(const crdt::StructStore& store) {
  std::map<Place, std::string> lists;
  for (const crdt::Branch& branch : store.branches) {
    if (branch.is_dead) continue;
    Place place = place_of(store, branch);
    for (crdt::ItemHandle at = branch.start; at != crdt::kNone; at = store.items[at].right) {
      append_item(store, store.items[at], lists[place]);
    }
    if (branch.entries == nullptr) continue;
    for (const auto& entry : branch.entries->entries()) {
      std::vector<crdt::ItemHandle> chain;
      for (auto at = entry.last; at != crdt::kNone; at = store.items[at].left) chain.push_back(at);
      std::reverse(chain.begin(), chain.end());
      place.key = store.key(entry.key);
      for (const crdt::ItemHandle at : chain) append_item(store, store.items[at], lists[place]);
    }
  }
  return lists;
}

std::string shown_type(const crdt::SharedType& type);

std::string shown_value(const crdt::Value& value) {
  if (value.type() != nullptr) return shown_type(*value.type());
  return crdt::to_json(*value.any());
}

std::string shown_type(const crdt::SharedType& type) {
  if (type.kind() == crdt::TypeRef::kText) {
    const crdt::Text text(type.document(), type.branch());
    TM_ASSERT(text.length() == utf16_length(text.to_string()));
    return "'" + text.to_string() + "'";
  }
  std::string shown;
  if (type.kind() == crdt::TypeRef::kArray) {
    const crdt::Array array(type.document(), type.branch());
    const std::vector<crdt::Value> values = array.values();
    TM_ASSERT(array.length() == values.size());
    for (const crdt::Value& value : values) shown += shown_value(value) + ",";
    return "[" + shown + "]";
  }
  const crdt::Map map(type.document(), type.branch());
  std::vector<std::string> keys = map.keys();
  std::sort(keys.begin(), keys.end());
  for (const std::string& key : keys) shown += key + "=" + shown_value(*map.at(key)) + ",";
  return "{" + shown + "}";
}

}  // namespace

std::string describe(const crdt::Doc& doc) {
  std::map<uint64_t, std::string> clients;
  doc.inspect([&](const crdt::Block& block) {
    for (const Unit& unit : units_of(block)) {
      clients[unit.id.client] += describe(unit) + (unit.is_deleted ? " deleted\n" : "\n");
    }
    return true;
  });
  std::string text;
  for (const auto& [client, lines] : clients) text += lines;
  return text + lists_of(doc);
}

std::string lists_of(const crdt::Doc& doc) {
  std::string text;
  for (const auto& [place, ids] : lists_of(doc.document()->store)) {
    text += describe(place) + ids + "\n";
  }
  return text;
}

std::string amount_waiting(const crdt::Doc& doc) {
  const crdt::Document& document = *doc.document();
  return "," + std::to_string(document.pending().count()) + "," +
         std::to_string(doc.pending_bytes()) + "," +
         std::to_string(document.pending_deletes().range_count());
}

std::string describe(Bytes update, crdt::UpdateFormat format) {
  Message message;
  const Result<crdt::DeleteSet> deletes =
      crdt::inspect_update(update, format, [&](const crdt::Block& block) {
        for (const Unit& unit : units_of(block)) message.units.push_back(unit);
        return true;
      });
  if (!deletes) return "error: " + deletes.error().detail;
  for (const crdt::DeleteSet::Client& client : deletes->clients()) {
    for (const crdt::ClockRange& range : client.ranges) {
      for (uint64_t clock = range.first; clock < range.end; ++clock) {
        message.deletes.insert({client.id, clock});
      }
    }
  }
  return describe(message);
}

std::string shown(crdt::Doc& doc) {
  return shown_type(doc.array("array")) + shown_type(doc.map("map")) + shown_type(doc.text("text"));
}

crdt::SharedType type_at(crdt::Doc& doc, const Place& place, uint32_t type) {
  if (!place.type) return doc.root(place.root, static_cast<crdt::TypeRef>(type));
  const crdt::StructStore& store = doc.document()->store;
  const crdt::ClientIndex client = store.find_client(place.type->client);
  const crdt::ItemHandle item = store.find(client, static_cast<uint32_t>(place.type->clock));
  return {doc.document(), store.items[item].content};
}

}  // namespace tidemark::model
