// Rich text: formats are items of their own between the content, and what is in force at a place is
// what stands before it. Inserting, formatting and deleting put and remove formats just as Yjs 13.6
// does, because peers see these items.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "crdt/internal/document.h"

namespace tidemark::crdt {

// Attributes in the order in which they came into force; values are encoded Any, a missing one is
// null.
class AttributeMap {
 public:
  struct Entry {
    KeyId key;
    Buffer value;
  };
  const Buffer* find(KeyId key) const;
  // The value, or an encoded null.
  Bytes value_or_null(KeyId key) const;
  void assign(KeyId key, Bytes value);
  void erase(KeyId key);
  // As a format does when it is passed: null takes the attribute away.
  void pass(KeyId key, Bytes value);
  bool is_empty() const { return entries_.empty(); }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

bool is_null_value(Bytes any);
// As Yjs compares attributes: the same scalar, or objects with the same scalars.
bool equal_values(Bytes a, Bytes b);

// A place between two items of a text, with the attributes in force there.
class TextCursor {
 public:
  // Before the first item.
  TextCursor(Document& document, BranchHandle branch);
  // Right after the content unit that precedes `index`, which must not exceed the length.
  TextCursor(Document& document, BranchHandle branch, uint32_t index);

  const AttributeMap& attributes() const { return current_; }
  bool is_at_end() const { return right_ == kNone; }
  ItemHandle left() const { return left_; }

  // All of these move the cursor behind what they did and must run inside a transaction.
  // Attributes that are in force and not named are set to null.
  void insert(const NewContent& content, AttributeMap attributes);
  // Formats a count of units; text that is too short is prolonged by newlines, as Quill expects.
  void format(uint32_t units, const AttributeMap& attributes);
  void erase(uint32_t units);

 private:
  Item& right_item() const { return document_.store.items[right_]; }
  bool right_is_format() const { return right_item().ref() == Ref::kFormat; }
  KeyId right_key() const { return document_.store.span(right_item()).key; }
  Bytes right_value() const { return document_.store.payload(right_item()); }
  void forward();
  void put(const NewContent& content);
  void put_format(KeyId key, const Buffer& value);
  void skip_matching(const AttributeMap& attributes);
  AttributeMap put_attributes(const AttributeMap& attributes);
  void put_negated(AttributeMap negated);
  bool format_right(uint32_t& units, const AttributeMap& attributes, AttributeMap& negated);

  Document& document_;
  BranchHandle branch_;
  ItemHandle left_ = kNone;
  ItemHandle right_ = kNone;
  AttributeMap current_;
};

// After a remote transaction: removes formats that came to say the same thing twice, in a local
// transaction of its own.
void clean_formatting(Document& document, const TransactionRecord& remote);

}  // namespace tidemark::crdt
