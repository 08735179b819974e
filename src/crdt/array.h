// A list of values, nested types and subdocuments, as Y.Array.
#pragma once

#include <span>

#include "crdt/live_range.h"
#include "crdt/shared_type.h"

namespace tidemark::crdt {

class Array : public SharedType {
 public:
  static constexpr Kinds kKinds = only(TypeRef::kArray);
  Array() = default;
  Array(Document* document, uint32_t branch) : SharedType(document, branch, kKinds) {}

  // kInvalid if the index exceeds the length, or for undefined and 64-bit integers, which only maps
  // hold.
  Result<> insert(uint32_t index, std::span<const Any> values);
  // Appends behind everything, deleted elements too.
  Result<> push(std::span<const Any> values);
  // New types: kInvalid also for a kind that there is not, kUnknown too, and a name that is not
  // UTF-8.
  Result<SharedType> push_type(TypeRef kind, std::string_view name = {});
  // kInvalid also for options that are no object.
  Result<> push_subdocument(const Subdocument& subdocument);
  Result<SharedType> insert_type(uint32_t index, TypeRef kind, std::string_view name = {});
  Result<> insert_subdocument(uint32_t index, const Subdocument& subdocument);
  // kInvalid if the range exceeds the list. A length of 0 does nothing, whatever the index.
  Result<> erase(uint32_t index, uint32_t length);

  std::optional<Value> at(uint32_t index) const;
  std::vector<Value> values() const;
  // The same, decoded one by one.
  LiveRange<ListElements> elements() const { return LiveRange<ListElements>(*this); }
};

}  // namespace tidemark::crdt
