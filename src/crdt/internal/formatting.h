// Rich text: formats are items of their own between the content, and what is in force at a place is
// what stands before it. Inserting, formatting and deleting put and remove formats just as Yjs 13.6
// does, because peers see these items.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "crdt/internal/document.h"

namespace tidemark::crdt {

// A value of an attribute, encoded. Yjs compares values that are objects by identity in places, and
// formats that it derives from each other share one object; equal identities stand for that.
struct AttributeValue {
  Bytes any;
  uint32_t identity = 0;  // 0: an object like no other
};

bool is_null_value(Bytes any);
// JavaScript's ===, under which two objects that merely look alike differ.
bool is_same(const AttributeValue& a, const AttributeValue& b);
// As Yjs compares attributes: the same, or objects with the same scalars.
bool is_equal(const AttributeValue& a, const AttributeValue& b);

// Attributes in the order in which they came into force; a missing one is null.
class AttributeMap {
 public:
  struct Entry {
    KeyId key;
    Buffer any;
    uint32_t identity;
    AttributeValue value() const { return {any, identity}; }
  };
  const Entry* find(KeyId key) const;
  // The value, or an encoded null.
  AttributeValue value_or_null(KeyId key) const;
  void assign(KeyId key, const AttributeValue& value);
  void assign_null(KeyId key);
  void erase(KeyId key);
  // As a format does when it is passed: null takes the attribute away.
  void pass(KeyId key, const AttributeValue& value);
  bool is_empty() const { return entries_.empty(); }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

// What a format item says; valid until the document changes.
AttributeValue format_value(const StructStore& store, const Item& item);

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
  // `fill` runs when the content is in and the attributes are still open.
  void insert(const NewContent& content, AttributeMap attributes,
              const std::function<void(ItemHandle)>& fill = {});
  // Formats a count of units; text that is too short is prolonged by newlines, as Quill expects.
  void format(uint32_t units, const AttributeMap& attributes);
  void erase(uint32_t units);

 private:
  Item& right_item() const { return document_.store.items[right_]; }
  bool right_is_format() const { return right_item().ref() == Ref::kFormat; }
  KeyId right_key() const { return document_.store.span(right_item()).key; }
  AttributeValue right_value() const { return format_value(document_.store, right_item()); }
  void forward();
  void pass_tombstones();
  void put(const NewContent& content);
  void put_format(const AttributeMap::Entry& format);
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
