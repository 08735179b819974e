#include "crdt/map.h"

#include "crdt/internal/document.h"
#include "crdt/internal/list.h"
#include "crdt/internal/rendering.h"

namespace tidemark::crdt {

Result<> Map::set(std::string_view key, const Any& value) {
  return set_entry(*document(), branch_, key, value);
}

SharedType Map::set_type(std::string_view key, TypeRef kind, std::string_view name) {
  return set_entry_type(*document(), branch_, key, type_content(kind, name));
}

Result<> Map::set_subdocument(std::string_view key, const Subdocument& subdocument) {
  return set_entry_subdocument(*document(), branch_, key, subdocument);
}

void Map::erase(std::string_view key) { erase_entry(*document(), branch_, key); }

std::optional<Value> Map::at(std::string_view key) const {
  const KeyId id = document()->store.find_key(key);
  if (id == kNone) return std::nullopt;
  return entry_value(*document(), branch_, id);
}

std::vector<std::string> Map::keys() const {
  std::vector<std::string> keys;
  const StructStore& store = document()->store;
  const Branch& branch = store.branches[branch_];
  if (branch.entries == nullptr) return keys;
  for (const KeyTable::Entry& entry : branch.entries->entries()) {
    if (!store.items[entry.last].is_deleted()) keys.push_back(store.key(entry.key));
  }
  return keys;
}

}  // namespace tidemark::crdt
