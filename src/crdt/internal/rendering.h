// Reading a document: values, JSON and XML strings, as the corresponding Yjs types give them.
#pragma once

#include <string>

#include "crdt/internal/document.h"
#include "crdt/shared_type.h"

namespace tidemark::crdt {

// The element at this offset of an item's content.
Value value_at(Document& document, const Item& item, uint32_t offset);
// All elements of an item's content.
void append_values(Document& document, const Item& item, std::vector<Value>& out);
// What counts of a map entry: its last element. nullopt if it is deleted.
std::optional<Value> entry_value(Document& document, BranchHandle branch, KeyId key);
AnyObject entries_to_json(Document& document, BranchHandle branch, unsigned depth = 0);

// One encoded value that was validated when it came in.
Any decoded(Bytes any);
Buffer encoded(const Any& any);

// The name of an XML element or hook. A root has none, which Yjs calls UNDEFINED.
std::string node_name(const Document& document, BranchHandle branch);
// Plain text without embeds.
std::string plain_text(const Document& document, BranchHandle branch);
Delta text_delta(Document& document, BranchHandle branch);
// `depth` is how many types whose JSON is being made are around this one.
std::string xml_string(Document& document, BranchHandle branch, unsigned depth = 0);
Any branch_to_json(Document& document, BranchHandle branch, unsigned depth = 0);
// Whether the JSON of no type is cut off at kMaxJsonDepth.
bool is_json_whole(const Document& document);

}  // namespace tidemark::crdt
