#include "crdt/undo.h"

#include "base/assert.h"
#include "crdt/internal/document.h"
#include "crdt/internal/rendering.h"
#include "crdt/internal/undo_history.h"

namespace tidemark::crdt {

namespace {

BranchHandle branch_in(const Document& document, const SharedType& type) {
  const bool type_is_of_this_document = type.document() == &document;
  TM_ASSERT(type_is_of_this_document);
  return type.branch();
}

}  // namespace

SharedType UndoTarget::parent() const { return {document_, document_->store.items[item_].parent}; }

std::optional<std::string> UndoTarget::key() const {
  const Item& item = document_->store.items[item_];
  if (!item.has(Item::kHasKey)) return std::nullopt;
  return document_->store.key(item.leaf_or_key);
}

std::vector<Value> UndoTarget::values() const {
  const Item& item = document_->store.items[item_];
  std::vector<Value> values;
  if (item.ref() == Ref::kString) {
    values.emplace_back(Any(document_->store.text(item)));
  } else if (item.is_countable()) {
    append_values(*document_, item, values);
  }
  return values;
}

SharedType UndoTarget::type() const {
  const Item& item = document_->store.items[item_];
  return item.ref() == Ref::kType ? SharedType(document_, item.content) : SharedType();
}

uint64_t UndoTarget::client() const {
  return document_->store.clients[document_->store.items[item_].client()].id;
}
uint32_t UndoTarget::clock() const { return document_->store.items[item_].clock; }
uint32_t UndoTarget::length() const { return document_->store.items[item_].len; }

bool UndoEvent::changed(const SharedType& type) const {
  return history->changed(branch_in(history->document(), type));
}

UndoStack::UndoStack(Doc& doc, UndoOptions options)
    : observers_(doc.live().shared_observers()),
      history_(std::make_unique<UndoHistory>(doc.live(), std::nullopt, std::move(options))) {}

UndoStack::UndoStack(Doc& doc, std::span<const SharedType> scope, UndoOptions options)
    : observers_(doc.live().shared_observers()) {
  std::vector<BranchHandle> branches;
  branches.reserve(scope.size());
  for (const SharedType& type : scope) branches.push_back(branch_in(doc.live(), type));
  history_ = std::make_unique<UndoHistory>(doc.live(), std::move(branches), std::move(options));
}

UndoStack::UndoStack(UndoStack&&) noexcept = default;

UndoStack& UndoStack::operator=(UndoStack&& other) noexcept {
  if (this == &other) return *this;
  release();
  observers_ = std::move(other.observers_);
  history_ = std::move(other.history_);
  return *this;
}

UndoStack::~UndoStack() { release(); }

void UndoStack::release() {
  if (history_ == nullptr) return;
  if (UndoHistory* history = live()) history->release();
}

UndoHistory& UndoStack::history() const {
  const bool stack_was_not_moved_from = history_ != nullptr;
  TM_ASSERT(stack_was_not_moved_from);
  return *history_;
}

// Null once the document is gone.
UndoHistory* UndoStack::live() const {
  UndoHistory& known = history();
  return observers_.expired() ? nullptr : &known;
}

void UndoStack::add_to_scope(const SharedType& type) {
  if (UndoHistory* history = live()) {
    history->add_to_scope(branch_in(history->document(), type));
  }
}
void UndoStack::add_tracked_origin(Origin origin) { history().track(origin, true); }
void UndoStack::remove_tracked_origin(Origin origin) { history().track(origin, false); }
Origin UndoStack::origin() const { return history().origin(); }
void UndoStack::set_time(Instant now) { history().set_time(now); }
void UndoStack::stop_capturing() { history().stop_capturing(); }

bool UndoStack::undo() {
  UndoHistory* history = live();
  return history != nullptr && history->pop(UndoEvent::Side::kUndo);
}

bool UndoStack::redo() {
  UndoHistory* history = live();
  return history != nullptr && history->pop(UndoEvent::Side::kRedo);
}

size_t UndoStack::undo_count() const {
  return live() == nullptr ? 0 : history_->count(UndoEvent::Side::kUndo);
}
size_t UndoStack::redo_count() const {
  return live() == nullptr ? 0 : history_->count(UndoEvent::Side::kRedo);
}

void UndoStack::clear(bool undo, bool redo) {
  if (UndoHistory* history = live()) history->clear(undo, redo);
}

namespace {

// Nobody listens once the document is gone.
Subscription listen(const std::weak_ptr<Observers>& to, Observers::Entry entry) {
  const std::shared_ptr<Observers> observers = to.lock();
  if (observers == nullptr) return {};
  return {observers, observers->add(std::move(entry))};
}

}  // namespace

Subscription UndoStack::on_event(std::function<void(const UndoEvent&)> callback) {
  Observers::Entry entry{};
  entry.kind = Observers::Kind::kUndoEvent;
  entry.branch = history().number();
  entry.on_undo = std::move(callback);
  return listen(observers_, std::move(entry));
}

Subscription UndoStack::on_restore(std::function<void(std::span<const RestoredUnits>)> callback) {
  Observers::Entry entry{};
  entry.kind = Observers::Kind::kRestore;
  entry.branch = history().number();
  entry.on_restore = std::move(callback);
  return listen(observers_, std::move(entry));
}

}  // namespace tidemark::crdt
