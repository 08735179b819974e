// Handles to the shared types of a document. A handle is two words, copied freely, and valid as
// long as its Doc; one to a type that was deleted answers as if the type were empty.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "crdt/type_ref.h"
#include "crdt/value.h"

namespace tidemark::crdt {

class Document;
class Event;
class Observers;
struct DeepEvents;

// JSON goes so many types deep; what is deeper reads as null. Types nest without end in documents
// of strangers, and making JSON of them recurses. Children of XML elements do not count.
inline constexpr unsigned kMaxJsonDepth = 256;

// Who caused a transaction: any number the application gives a meaning; 0 is nobody in particular.
using Origin = uint64_t;

// Formatting attributes or their changes, in order; a null value takes an attribute away.
using Attributes = std::vector<std::pair<std::string, Any>>;

// A document inside a document: content that is synced on its own, under its guid.
struct Subdocument {
  std::string guid = {};
  Any options = {};  // what differs from the defaults: {gc: false}, {autoLoad: true}, {meta: ...}
  // Whether this replica wants its content: of those that others put in, only what they marked as
  // autoLoad, until Doc::load_subdocument(). Others are not told.
  bool should_load = true;
  friend bool operator==(const Subdocument&, const Subdocument&) = default;
};

// Ends an observation when it dies. May outlive the document.
class Subscription {
 public:
  Subscription() = default;
  Subscription(std::weak_ptr<Observers> observers, uint64_t id);
  Subscription(Subscription&& other) noexcept;
  Subscription& operator=(Subscription&& other) noexcept;
  ~Subscription() { cancel(); }
  void cancel();

 private:
  std::weak_ptr<Observers> observers_;
  uint64_t id_ = 0;
};

class Value;

class SharedType {
 public:
  SharedType() = default;
  SharedType(Document* document, uint32_t branch) : document_(document), branch_(branch) {}

  explicit operator bool() const { return document_ != nullptr; }
  friend bool operator==(const SharedType&, const SharedType&) = default;

  TypeRef kind() const;
  // False once the type, or one it lies in, was deleted.
  bool is_live() const;
  // Visible units: UTF-16 units of text, elements of a list.
  uint32_t length() const;

  // Calls back after each transaction that changed this type, or (deep) this type or one within.
  [[nodiscard]] Subscription observe(std::function<void(const Event&)> callback) const;
  [[nodiscard]] Subscription observe_deep(std::function<void(const DeepEvents&)> callback) const;

  // As toJSON() of the corresponding Yjs type.
  Any to_json() const;
  // As toString() of the corresponding Yjs type.
  std::string to_string() const;

  Document* document() const { return document_; }
  uint32_t branch() const { return branch_; }

 protected:
  Document* document_ = nullptr;
  uint32_t branch_ = 0;
};

// One element of a list or one entry of a map.
class Value {
 public:
  Value() = default;
  explicit Value(Any any) : value_(std::move(any)) {}
  explicit Value(SharedType type) : value_(type) {}
  explicit Value(Subdocument subdocument) : value_(std::move(subdocument)) {}

  const Any* any() const { return std::get_if<Any>(&value_); }
  const SharedType* type() const { return std::get_if<SharedType>(&value_); }
  const Subdocument* subdocument() const { return std::get_if<Subdocument>(&value_); }
  // Types by their content; a subdocument, which is elsewhere, as an empty object.
  Any to_json() const;

 private:
  std::variant<Any, SharedType, Subdocument> value_;
};

// One step of a rich-text or list change.
struct DeltaOp {
  enum class Kind : uint8_t { kInsert, kRetain, kRemove };
  Kind kind = Kind::kInsert;
  std::string text = {};            // insert into a text: UTF-8
  std::vector<Value> content = {};  // insert of anything else: one embed, or list elements
  bool is_list = false;             // whether `content` is list elements
  uint32_t length = 0;              // retain, remove
  Attributes attributes = {};
};
using Delta = std::vector<DeltaOp>;

// [{"insert": ...}, {"retain": n}, {"delete": n}] with "attributes" where there are any.
Any delta_to_json(const Delta& delta);

}  // namespace tidemark::crdt
