// Handles to the shared types of a document. A handle is two words, copied freely; like its Doc, it
// belongs to one thread at a time.
//
// A handle notices what became of what it stands for:
//  - Its Doc is gone: operator bool says false, and any other use is a bug, which ends the process
//    as every failed assertion does (base/assert.h). The same goes for an empty handle.
//  - Its type was deleted: is_live() says false. Once it is collected the type reads as empty, and
//    edits of it are refused with kInvalid; as long as it is kept for undo or because the document
//    collects nothing, they are made and deleted at once, as in Yjs.
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

#include "base/assert.h"
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
  // An object of what differs from the defaults: {gc: false}, {autoLoad: true}, {meta: ...}.
  Any options = Any(AnyObject());
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

// What a document and the handles to it share, so that these notice when it is gone. The last of
// them frees it.
struct Lifeline {
  Document* document;  // null once it is gone
  uint32_t holders;
};

class SharedType {
 public:
  SharedType() = default;
  // What others call a type by its number for, as the C interface does; as<T>() is for everybody
  // else. A number that no type has is a bug, and so is one of a type of another kind for Text,
  // Array and so on.
  SharedType(Document* document, uint32_t branch);
  SharedType(const SharedType& other) : lifeline_(other.lifeline_), branch_(other.branch_) {
    if (lifeline_ != nullptr) ++lifeline_->holders;
  }
  SharedType(SharedType&& other) noexcept
      : lifeline_(std::exchange(other.lifeline_, nullptr)), branch_(other.branch_) {}
  SharedType& operator=(const SharedType& other) { return *this = SharedType(other); }
  SharedType& operator=(SharedType&& other) noexcept {
    std::swap(lifeline_, other.lifeline_);
    std::swap(branch_, other.branch_);
    return *this;
  }
  ~SharedType() {
    if (lifeline_ != nullptr && --lifeline_->holders == 0) free_lifeline();
  }

  // Whether this stands for a type of a document that is still there.
  explicit operator bool() const { return lifeline_ != nullptr && lifeline_->document != nullptr; }
  friend bool operator==(const SharedType& a, const SharedType& b) {
    return a.lifeline_ == b.lifeline_ && (a.lifeline_ == nullptr || a.branch_ == b.branch_);
  }

  TypeRef kind() const;
  // The same type by the interface of its kind, as in type.as<Text>(). nullopt if it is of another
  // kind, as it is for a root that only updates have named, and if this handle stands for nothing.
  // Text is also for XmlText, Map for XmlHook, XmlFragment for XmlElement.
  template <typename T>
  std::optional<T> as() const {
    if (!*this || !contains(T::kKinds, kind())) return std::nullopt;
    return T(document(), branch_);
  }
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

  // Never null: asserts that the document is there.
  Document* document() const {
    const bool handle_has_a_document = lifeline_ != nullptr && lifeline_->document != nullptr;
    TM_ASSERT(handle_has_a_document);
    return lifeline_->document;
  }
  uint32_t branch() const { return branch_; }

 private:
  void free_lifeline() noexcept;

  Lifeline* lifeline_ = nullptr;

 protected:
  // Asserts that it is one of these kinds.
  SharedType(Document* document, uint32_t branch, Kinds kinds);

  uint32_t branch_ = 0;
};

// One element of a list or one entry of a map.
class Value {
 public:
  Value() = default;
  explicit Value(Any any) : value_(std::move(any)) {}
  explicit Value(SharedType type) : value_(std::move(type)) {}
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
