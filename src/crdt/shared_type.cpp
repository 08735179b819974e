#include "crdt/shared_type.h"

#include "base/assert.h"
#include "crdt/internal/document.h"
#include "crdt/internal/observers.h"
#include "crdt/internal/rendering.h"

namespace tidemark::crdt {

Subscription::Subscription(std::weak_ptr<Observers> observers, uint64_t id)
    : observers_(std::move(observers)), id_(id) {}

Subscription::Subscription(Subscription&& other) noexcept
    : observers_(std::move(other.observers_)), id_(std::exchange(other.id_, 0)) {}

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this == &other) return *this;
  cancel();
  observers_ = std::move(other.observers_);
  id_ = std::exchange(other.id_, 0);
  return *this;
}

void Subscription::cancel() {
  if (id_ == 0) return;
  if (const std::shared_ptr<Observers> observers = observers_.lock()) observers->remove(id_);
  id_ = 0;
}

SharedType::SharedType(Document* document, uint32_t branch)
    : lifeline_(document == nullptr ? nullptr : &document->liveness.lifeline()), branch_(branch) {
  if (lifeline_ == nullptr) return;
  const bool document_has_this_type = branch < document->store.branches.size();
  TM_ASSERT(document_has_this_type);
  ++lifeline_->holders;
}

SharedType::SharedType(Document* document, uint32_t branch, Kinds kinds)
    : SharedType(document, branch) {
  const bool type_is_of_this_kind = document == nullptr || contains(kinds, kind());
  TM_ASSERT(type_is_of_this_kind);
}

void SharedType::free_lifeline() noexcept { delete lifeline_; }

TypeRef SharedType::kind() const { return document()->store.branches[branch_].kind; }

bool SharedType::is_live() const {
  const StructStore& store = document()->store;
  for (BranchHandle at = branch_;;) {
    const Branch& branch = store.branches[at];
    if (branch.is_dead) return false;
    if (branch.item == kNone) return true;
    if (store.items[branch.item].is_deleted()) return false;
    at = store.items[branch.item].parent;
  }
}

uint32_t SharedType::length() const { return document()->store.branches[branch_].length; }

Subscription SharedType::observe(std::function<void(const Event&)> callback) const {
  Observers::Entry entry{};
  entry.kind = Observers::Kind::kType;
  entry.branch = branch_;
  entry.on_event = std::move(callback);
  const auto& observers = document()->shared_observers();
  return {observers, observers->add(std::move(entry))};
}

Subscription SharedType::observe_deep(std::function<void(const DeepEvents&)> callback) const {
  Observers::Entry entry{};
  entry.kind = Observers::Kind::kDeep;
  entry.branch = branch_;
  entry.on_deep = std::move(callback);
  const auto& observers = document()->shared_observers();
  return {observers, observers->add(std::move(entry))};
}

Any SharedType::to_json() const { return branch_to_json(*document(), branch_); }

std::string SharedType::to_string() const { return xml_string(*document(), branch_); }

Any Value::to_json() const {
  if (const SharedType* shared = type()) return shared->to_json();
  if (const Any* plain = any()) return *plain;
  return Any(AnyObject());
}

Any delta_to_json(const Delta& delta) {
  AnyArray ops;
  for (const DeltaOp& op : delta) {
    std::vector<AnyObject::Member> members;
    if (op.kind == DeltaOp::Kind::kRetain) {
      members.emplace_back("retain", Any(static_cast<double>(op.length)));
    } else if (op.kind == DeltaOp::Kind::kRemove) {
      members.emplace_back("delete", Any(static_cast<double>(op.length)));
    } else if (op.is_list) {
      AnyArray elements;
      for (const Value& value : op.content) elements.push_back(value.to_json());
      members.emplace_back("insert", Any(std::move(elements)));
    } else if (op.content.empty()) {
      members.emplace_back("insert", Any(op.text));
    } else {
      members.emplace_back("insert", op.content.front().to_json());
    }
    if (!op.attributes.empty()) members.emplace_back("attributes", Any(AnyObject(op.attributes)));
    ops.push_back(Any(AnyObject(std::move(members))));
  }
  return Any(std::move(ops));
}

}  // namespace tidemark::crdt
