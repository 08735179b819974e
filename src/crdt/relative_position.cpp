#include "crdt/relative_position.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"
#include "base/utf.h"
#include "crdt/internal/document.h"

namespace tidemark::crdt {
namespace {

// What comes first in the bytes.
enum class Names : uint64_t { kUnit = 0, kRoot = 1, kType = 2 };

Id id_at(const StructStore& store, const Item& item, uint32_t offset) {
  return {store.clients[item.client()].id, uint64_t{item.clock} + offset};
}

std::optional<Id> unit_at(Document& document, BranchHandle branch, uint32_t index, int64_t assoc) {
  const StructStore& store = document.store;
  if (assoc < 0) {
    if (index == 0) return std::nullopt;
    --index;
  }
  if (index < store.branches[branch].length) {
    const PositionIndex::Place place = document.find_unit(branch, index);
    return id_at(store, store.items[place.item], place.offset);
  }
  const ItemHandle last = assoc < 0 ? document.last_item(branch) : kNone;
  if (last == kNone) return std::nullopt;
  return id_at(store, store.items[last], store.items[last].len - 1);
}

// nullopt if the document has not seen it.
std::optional<PositionIndex::Place> find_id(const StructStore& store, const Id& id,
                                            bool follows_redone) {
  const ClientIndex client = store.find_client(id.client);
  if (client == kNoClient || id.clock >= store.clients[client].state) return std::nullopt;
  const auto clock = static_cast<uint32_t>(id.clock);
  if (follows_redone) return store.latest({client, clock});
  const ItemHandle item = store.find(client, clock);
  return PositionIndex::Place{item, clock - store.items[item].clock};
}

// Nobody gets a handle to the root of claims.
bool is_reserved(const StructStore& store, BranchHandle branch) {
  const Branch& type = store.branches[branch];
  return type.item == kNone && store.key(type.name) == kFugueMaxRoot;
}

std::optional<AbsolutePosition> place_of_unit(Document& document, const PositionIndex::Place& unit,
                                              int64_t assoc) {
  const StructStore& store = document.store;
  const Item& item = store.items[unit.item];
  if (item.is_gc() || is_reserved(store, item.parent)) return std::nullopt;
  AbsolutePosition place{SharedType(&document, item.parent), 0, assoc};
  const ItemHandle holder = store.branches[item.parent].item;
  if (holder != kNone && store.items[holder].is_deleted()) return place;
  // Earlier values of a map entry are all deleted, so nothing of them counts.
  if (!item.has(Item::kHasKey)) place.index = document.index_of(unit.item);
  if (item.visible_len() > 0) place.index += unit.offset + (assoc < 0 ? 1 : 0);
  return place;
}

std::optional<BranchHandle> branch_of(Document& document, const RelativePosition& position,
                                      bool follows_redone) {
  StructStore& store = document.store;
  if (position.root) {
    if (!is_valid_utf8(*position.root) || *position.root == kFugueMaxRoot) return std::nullopt;
    return store.root(store.intern(*position.root));
  }
  if (!position.type) return std::nullopt;
  const auto unit = find_id(store, *position.type, follows_redone);
  if (!unit || store.items[unit->item].ref() != Ref::kType) return std::nullopt;
  return store.items[unit->item].content;
}

void write_position_id(Encoder& to, Names what, const Id& id) {
  to.write_varuint(static_cast<uint64_t>(what));
  to.write_varuint(id.client);
  to.write_varuint(id.clock);
}

Id read_position_id(Decoder& from) {
  const uint64_t client = from.read_varuint();
  return {client, from.read_varuint()};
}

Any position_id_to_json(const Id& id) {
  return Any(AnyObject({{"client", Any(static_cast<double>(id.client))},
                        {"clock", Any(static_cast<double>(id.clock))}}));
}

bool is_absent(const Any* json) {
  return json == nullptr || json->is_null() || json->is_undefined();
}

std::optional<int64_t> integer_of(const Any* json) {
  const double* number = json == nullptr ? nullptr : json->as_number();
  constexpr auto kMax = static_cast<double>(kMaxSafeInteger);
  if (number == nullptr || !(std::fabs(*number) <= kMax) || *number != std::trunc(*number)) {
    return std::nullopt;
  }
  return static_cast<int64_t>(*number);
}

// False unless the member is absent or an id.
bool position_id_from_json(const Any* json, std::optional<Id>& id) {
  if (is_absent(json)) return true;
  const AnyObject* object = json->as_object();
  if (object == nullptr) return false;
  const std::optional<int64_t> client = integer_of(object->find("client"));
  const std::optional<int64_t> clock = integer_of(object->find("clock"));
  if (!client || !clock || *client < 0 || *clock < 0) return false;
  id = Id{static_cast<uint64_t>(*client), static_cast<uint64_t>(*clock)};
  return true;
}

}  // namespace

std::optional<RelativePosition> relative_position(const SharedType& type, uint32_t index,
                                                  int64_t assoc) {
  Document& document = *type.document();
  const StructStore& store = document.store;
  const Branch& branch = store.branches[type.branch()];
  if (branch.is_dead) return std::nullopt;
  RelativePosition position;
  if (branch.item == kNone) {
    position.root = store.key(branch.name);
  } else {
    position.type = id_at(store, store.items[branch.item], 0);
  }
  position.item = unit_at(document, type.branch(), index, assoc);
  position.assoc = assoc;
  return position;
}

std::optional<AbsolutePosition> absolute_position(Doc& doc, const RelativePosition& position,
                                                  bool follows_redone) {
  return absolute_position(*doc.document(), position, follows_redone);
}

std::optional<AbsolutePosition> absolute_position(Document& document,
                                                  const RelativePosition& position,
                                                  bool follows_redone) {
  if (position.item) {
    const auto unit = find_id(document.store, *position.item, follows_redone);
    return unit ? place_of_unit(document, *unit, position.assoc) : std::nullopt;
  }
  const std::optional<BranchHandle> branch = branch_of(document, position, follows_redone);
  if (!branch) return std::nullopt;
  const SharedType type(&document, *branch);
  return AbsolutePosition{type, position.assoc >= 0 ? type.length() : 0, position.assoc};
}

Buffer encode_relative_position(const RelativePosition& position) {
  TM_ASSERT(position.item || position.root || position.type);
  Encoder encoder;
  if (position.item) {
    write_position_id(encoder, Names::kUnit, *position.item);
  } else if (position.root) {
    encoder.write_varuint(static_cast<uint64_t>(Names::kRoot));
    encoder.write_varstring(*position.root);
  } else {
    write_position_id(encoder, Names::kType, *position.type);
  }
  constexpr auto kMax = static_cast<int64_t>(kMaxSafeInteger);
  encoder.write_varint(std::clamp(position.assoc, -kMax, kMax));
  return encoder.take();
}

Result<RelativePosition> decode_relative_position(Bytes bytes) {
  Decoder decoder(bytes);
  RelativePosition position;
  switch (static_cast<Names>(decoder.read_varuint())) {
    case Names::kUnit: position.item = read_position_id(decoder); break;
    case Names::kRoot: position.root = decoder.read_varstring(); break;
    case Names::kType: position.type = read_position_id(decoder); break;
    default: decoder.fail();
  }
  if (decoder.ok() && !decoder.at_end()) position.assoc = decoder.read_varint().value();
  if (!decoder.ok()) {
    return failure(ErrorCode::kMalformed, "relative position: the bytes name no place");
  }
  return position;
}

Any to_json(const RelativePosition& position) {
  std::vector<AnyObject::Member> members;
  if (position.type) members.emplace_back("type", position_id_to_json(*position.type));
  // Yjs leaves an empty name out, also where nothing else says which type it is.
  if (position.root && (!position.root->empty() || !position.item)) {
    members.emplace_back("tname", Any(*position.root));
  }
  if (position.item) members.emplace_back("item", position_id_to_json(*position.item));
  members.emplace_back("assoc", Any(static_cast<double>(position.assoc)));
  return Any(AnyObject(std::move(members)));
}

Result<RelativePosition> relative_position_from_json(const Any& json) {
  const auto invalid = [] {
    return failure(ErrorCode::kInvalid, "relative position: not an object that names a place");
  };
  const AnyObject* object = json.as_object();
  if (object == nullptr) return invalid();
  RelativePosition position;
  if (!position_id_from_json(object->find("type"), position.type)) return invalid();
  if (!position_id_from_json(object->find("item"), position.item)) return invalid();
  if (const Any* root = object->find("tname"); !is_absent(root)) {
    if (root->as_string() == nullptr || !is_valid_utf8(*root->as_string())) return invalid();
    position.root = *root->as_string();
  }
  if (const Any* assoc = object->find("assoc"); !is_absent(assoc)) {
    const std::optional<int64_t> number = integer_of(assoc);
    if (!number) return invalid();
    position.assoc = *number;
  }
  if (!position.type && !position.root && !position.item) return invalid();
  return position;
}

}  // namespace tidemark::crdt
