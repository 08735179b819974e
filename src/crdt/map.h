// Keys and values, as Y.Map: of concurrent values for a key one wins, the same on every replica.
#pragma once

#include "crdt/live_range.h"
#include "crdt/shared_type.h"

namespace tidemark::crdt {

class Map : public SharedType {
 public:
  static constexpr Kinds kKinds = only(TypeRef::kMap) | only(TypeRef::kXmlHook);
  Map() = default;
  // Also for the attributes of texts and XML elements, which are entries like those of a map.
  Map(Document* document, uint32_t branch)
      : SharedType(
            document, branch,
            kKinds | only(TypeRef::kText) | only(TypeRef::kXmlElement) | only(TypeRef::kXmlText)) {}

  // Refuses, and changes nothing, if the map was deleted and collected, the key is not UTF-8, or as
  // check_value() says.
  Result<> set(std::string_view key, const Any& value);
  // An empty handle if this map was deleted, key or name are not UTF-8, or there is no such kind.
  SharedType set_type(std::string_view key, TypeRef kind, std::string_view name = {});
  // ... kInvalid also for options that are no object.
  Result<> set_subdocument(std::string_view key, const Subdocument& subdocument);
  void erase(std::string_view key);

  std::optional<Value> at(std::string_view key) const;
  bool contains(std::string_view key) const { return at(key).has_value(); }
  // Live keys in the order in which they first appeared.
  std::vector<std::string> keys() const;
  // Keys and values in that order.
  LiveRange<MapEntries> entries() const { return LiveRange<MapEntries>(*this); }

 protected:
  using SharedType::SharedType;
};

}  // namespace tidemark::crdt
