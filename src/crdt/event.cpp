#include "crdt/event.h"

#include <algorithm>

#include "crdt/internal/document.h"
#include "crdt/internal/formatting.h"
#include "crdt/internal/rendering.h"

namespace tidemark::crdt {

Origin Event::origin() const { return record_->origin; }
bool Event::is_local() const { return record_->is_local; }

bool Event::adds(const Item& item) const {
  return item.clock >=
         record_->before(item.client(), document_->store.clients[item.client()].state);
}

bool Event::deletes(const Item& item) const { return record_->deletes(item.client(), item.clock); }

std::vector<PathStep> Event::path() const {
  std::vector<PathStep> steps;
  const StructStore& store = document_->store;
  for (BranchHandle at = target_; at != current_ && store.branches[at].item != kNone;) {
    const ItemHandle holder = store.branches[at].item;
    const Item& item = store.items[holder];
    if (item.has(Item::kHasKey)) {
      steps.emplace_back(store.key(item.leaf_or_key));
    } else {
      steps.emplace_back(document_->index_of(holder));
    }
    at = item.parent;
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

std::optional<KeyChange> Event::key_change(KeyId key) const {
  const StructStore& store = document_->store;
  const ItemHandle last = store.entry(store.branches[target_], key);
  if (last == kNone) return std::nullopt;
  const auto value_of = [&](ItemHandle handle) {
    const Item& item = store.items[handle];
    return value_at(*document_, item, item.len - 1);
  };
  const Item& item = store.items[last];
  KeyChange change{store.key(key), KeyChange::Action::kErase, {}};
  if (!adds(item)) {
    if (!deletes(item)) return std::nullopt;
    change.old_value = value_of(last);
    return change;
  }
  ItemHandle before = item.left;
  while (before != kNone && adds(store.items[before])) before = store.items[before].left;
  const bool replaces = before != kNone && deletes(store.items[before]);
  if (deletes(item) && !replaces) return std::nullopt;
  if (!deletes(item)) {
    change.action = replaces ? KeyChange::Action::kUpdate : KeyChange::Action::kAdd;
  }
  if (replaces) change.old_value = value_of(before);
  return change;
}

std::vector<KeyChange> Event::keys() const {
  std::vector<KeyChange> changes;
  std::vector<KeyId> seen;
  for (const TransactionRecord::Changed& changed : record_->changed) {
    if (changed.branch != target_ || changed.key == kNone) continue;
    if (std::find(seen.begin(), seen.end(), changed.key) != seen.end()) continue;
    seen.push_back(changed.key);
    if (std::optional<KeyChange> change = key_change(changed.key)) {
      changes.push_back(std::move(*change));
    }
  }
  return changes;
}

Delta Event::list_delta() const {
  Delta delta;
  const StructStore& store = document_->store;
  const auto last_op = [&](DeltaOp::Kind kind) -> DeltaOp& {
    if (delta.empty() || delta.back().kind != kind) {
      delta.emplace_back();
      delta.back().kind = kind;
      delta.back().is_list = true;
    }
    return delta.back();
  };
  for (ItemHandle at = store.branches[target_].start; at != kNone; at = store.items[at].right) {
    const Item& item = store.items[at];
    if (item.is_deleted()) {
      if (deletes(item) && !adds(item)) last_op(DeltaOp::Kind::kRemove).length += item.len;
    } else if (adds(item)) {
      append_values(*document_, item, last_op(DeltaOp::Kind::kInsert).content);
    } else {
      last_op(DeltaOp::Kind::kRetain).length += item.len;
    }
  }
  if (!delta.empty() && delta.back().kind == DeltaOp::Kind::kRetain) delta.pop_back();
  return delta;
}

// What a text event says, in one walk over the text.
class TextDelta {
 public:
  TextDelta(const Event& event, Document& document) : event_(event), document_(document) {}

  Delta compute() {
    const StructStore& store = document_.store;
    for (ItemHandle at = store.branches[event_.target_].start; at != kNone;
         at = store.items[at].right) {
      visit(store.items[at]);
    }
    finish_op();
    while (!delta_.empty() && delta_.back().kind == DeltaOp::Kind::kRetain &&
           delta_.back().attributes.empty()) {
      delta_.pop_back();
    }
    return std::move(delta_);
  }

 private:
  void visit(const Item& item) {
    if (item.ref() == Ref::kFormat) return visit_format(item);
    if (!item.is_countable()) {
      // Content collected earlier; nothing that an observer could have seen.
      return;
    }
    const bool is_text = item.ref() == Ref::kString;
    if (event_.adds(item)) {
      if (event_.deletes(item)) return;
      if (!is_text) finish_op();
      switch_to(DeltaOp::Kind::kInsert);
      if (is_text) {
        op_.text += document_.store.text(item);
      } else {
        append_values(document_, item, op_.content);
        finish_op();
      }
    } else if (event_.deletes(item)) {
      switch_to(DeltaOp::Kind::kRemove);
      op_.length += item.len;
    } else if (!item.is_deleted()) {
      switch_to(DeltaOp::Kind::kRetain);
      op_.length += item.len;
    }
  }

  void visit_format(const Item& item) {
    const KeyId key = document_.store.span(item).key;
    const AttributeValue value = format_value(document_.store, item);
    if (event_.adds(item)) {
      if (!event_.deletes(item)) {
        if (is_equal(current_.value_or_null(key), value)) {
          // Says nothing new. Yjs deletes such a format when it comes by; here it is only passed.
          if (!is_null_value(value.any)) return;
        } else {
          finish_retain();
          if (is_equal(value, old_.value_or_null(key))) {
            changed_.erase(key);
          } else {
            changed_.assign(key, value);
          }
        }
      }
    } else if (event_.deletes(item)) {
      old_.assign(key, value);
      const AttributeValue current = current_.value_or_null(key);
      if (!is_equal(current, value)) {
        finish_retain();
        changed_.assign(key, current);
      }
    } else if (!item.is_deleted()) {
      old_.assign(key, value);
      if (const AttributeMap::Entry* change = changed_.find(key)) {
        if (is_equal(change->value(), value)) {
          if (!is_null_value(value.any)) return;
        } else {
          finish_retain();
          if (is_null_value(value.any)) {
            changed_.erase(key);
          } else {
            changed_.assign(key, value);
          }
        }
      }
    }
    if (item.is_deleted()) return;
    if (has_op_ && op_.kind == DeltaOp::Kind::kInsert) finish_op();
    current_.pass(key, value);
  }

  void switch_to(DeltaOp::Kind kind) {
    if (has_op_ && op_.kind == kind) return;
    finish_op();
    has_op_ = true;
    op_ = DeltaOp{};
    op_.kind = kind;
  }
  void finish_retain() {
    if (has_op_ && op_.kind == DeltaOp::Kind::kRetain) finish_op();
  }
  void finish_op() {
    if (!has_op_) return;
    has_op_ = false;
    const bool is_insert = op_.kind == DeltaOp::Kind::kInsert;
    if (is_insert ? op_.text.empty() && op_.content.empty() : op_.length == 0) return;
    if (op_.kind != DeltaOp::Kind::kRemove) {
      for (const AttributeMap::Entry& entry : (is_insert ? current_ : changed_).entries()) {
        op_.attributes.emplace_back(document_.store.key(entry.key), decoded(entry.any));
      }
    }
    delta_.push_back(std::move(op_));
  }

  const Event& event_;
  Document& document_;
  Delta delta_;
  DeltaOp op_;
  bool has_op_ = false;
  AttributeMap current_;  // in force here, after the transaction
  AttributeMap old_;      // as they were before it
  AttributeMap changed_;  // what a retained range gains or loses
};

Delta Event::delta() const {
  const auto is_list_change = [this](const TransactionRecord::Changed& changed) {
    return changed.branch == target_ && changed.key == kNone;
  };
  if (std::none_of(record_->changed.begin(), record_->changed.end(), is_list_change)) return {};
  const TypeRef kind = document_->store.branches[target_].kind;
  if (kind == TypeRef::kText || kind == TypeRef::kXmlText) {
    return TextDelta(*this, *document_).compute();
  }
  return list_delta();
}

}  // namespace tidemark::crdt
