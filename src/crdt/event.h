// What observers are told. Everything about a change is computed when asked for, and may be asked
// for only while the callback runs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "crdt/shared_type.h"

namespace tidemark::crdt {

struct Item;
struct TransactionRecord;

struct UpdateEvent {
  Bytes update;  // valid during the callback
  Origin origin;
  bool is_local;
};

struct SubdocumentEvent {
  const std::vector<std::string>& added;  // guids
  const std::vector<std::string>& removed;
  // Whose content this replica wants from now on: get it from wherever documents of that name are.
  const std::vector<std::string>& loaded;
};

// How a key of a map-like type changed.
struct KeyChange {
  enum class Action : uint8_t { kAdd, kUpdate, kErase };
  std::string key;
  Action action;
  Value old_value;  // undefined for kAdd
};

// From an ancestor down to a type: map keys and list indices.
using PathStep = std::variant<std::string, uint32_t>;

class Event {
 public:
  Event(Document& document, const TransactionRecord& record, uint32_t target,
        uint32_t current_target)
      : document_(&document), record_(&record), target_(target), current_(current_target) {}

  // The type that changed, and the one whose observer runs.
  SharedType target() const { return {document_, target_}; }
  SharedType current_target() const { return {document_, current_}; }
  Origin origin() const;
  bool is_local() const;

  // From the current target to the target.
  std::vector<PathStep> path() const;
  // For a text: inserts, retains and removes with attributes. For a list: elements.
  Delta delta() const;
  std::vector<KeyChange> keys() const;

 private:
  friend class TextDelta;
  bool adds(const Item& item) const;
  bool deletes(const Item& item) const;
  Delta list_delta() const;
  std::optional<KeyChange> key_change(uint32_t key) const;

  Document* document_;
  const TransactionRecord* record_;
  uint32_t target_;
  uint32_t current_;
};

// All changes below one type in one transaction, outer ones first.
struct DeepEvents {
  std::span<const Event> events;
};

}  // namespace tidemark::crdt
