// Local edits of lists and of map entries, shared by the typed handles.
#pragma once

#include <span>

#include "crdt/internal/document.h"
#include "crdt/shared_type.h"

namespace tidemark::crdt {

// Units in one insertion; their UTF-8 and every later merge stay below what 32 bits address.
inline constexpr size_t kMaxInsert = size_t{1} << 30;

NewContent type_content(TypeRef kind, std::string_view name);

// Keys, names of attributes, nodes and subdocuments.
Result<> check_name(std::string_view name);
// What makes a new type: kInvalid if there is no such kind or the name is not UTF-8.
Result<> check_type(TypeRef kind, std::string_view name);
// kInvalid also for options that are no object, which nobody could read.
Result<> check_subdocument(const Subdocument& subdocument);

// Inserts behind `left` (kNone: at the front): runs of plain values as one item, bytes on their
// own.
void insert_values(Document& document, BranchHandle branch, ItemHandle left,
                   std::span<const Any> values);
Result<SharedType> insert_type_at(Document& document, BranchHandle branch, uint32_t index,
                                  const NewContent& content);
// kInvalid if the range exceeds the list.
Result<> erase_range(Document& document, BranchHandle branch, uint32_t index, uint32_t count);

// Each fails before anything is changed: kInvalid if the key is not UTF-8, or as check_value()
// says.
Result<> set_entry(Document& document, BranchHandle branch, std::string_view key, const Any& value);
Result<> set_entry_subdocument(Document& document, BranchHandle branch, std::string_view key,
                               const Subdocument& subdocument);
// An empty handle if the map-like type was deleted, key or name are not UTF-8 or there is no such
// kind.
SharedType set_entry_type(Document& document, BranchHandle branch, std::string_view key,
                          const NewContent& content);
void erase_entry(Document& document, BranchHandle branch, std::string_view key);
// nullopt for a missing key and for one that holds a type or a subdocument.
std::optional<Any> plain_entry(Document& document, BranchHandle branch, std::string_view key);

}  // namespace tidemark::crdt
