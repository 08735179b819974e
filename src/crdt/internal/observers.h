// Who wants to hear what of a document. Subscriptions hold this table weakly, so that either may
// die first.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "crdt/event.h"
#include "crdt/internal/store/item.h"

namespace tidemark::crdt {

class UndoHistory;
struct UndoEvent;

// What handles and ranges go by: whether the document is there, and whether it is as they saw it.
class Liveness {
 public:
  explicit Liveness(Document* document) : lifeline_(new Lifeline{document, 1}) {}
  Liveness(const Liveness&) = delete;
  Liveness& operator=(const Liveness&) = delete;
  ~Liveness() {
    lifeline_->document = nullptr;
    if (--lifeline_->holders == 0) delete lifeline_;
  }

  Lifeline& lifeline() const { return *lifeline_; }
  // Grows with each edit, also within one transaction.
  uint32_t change_count() const { return changes_; }
  void note_change() { ++changes_; }

 private:
  Lifeline* lifeline_;
  uint32_t changes_ = 0;
};

class Observers {
 public:
  enum class Kind : uint8_t {
    kType,
    kDeep,
    kUpdateV1,
    kUpdateV2,
    kSubdocuments,
    kHistory,    // an UndoHistory, which hears of every transaction
    kUndoEvent,  // `branch` is the number of the history
  };

  struct Entry {
    uint64_t id;
    Kind kind;
    BranchHandle branch;  // kNone for those of the whole document
    std::function<void(const Event&)> on_event;
    std::function<void(const DeepEvents&)> on_deep;
    std::function<void(const UpdateEvent&)> on_update;
    std::function<void(const SubdocumentEvent&)> on_subdocuments;
    std::function<void(const UndoEvent&)> on_undo;
    UndoHistory* history = nullptr;
  };

  uint64_t add(Entry entry);
  void remove(uint64_t id);
  // Whether nobody watches types; updates do not count.
  bool is_empty() const { return count_of(Kind::kType) + count_of(Kind::kDeep) == 0; }
  bool has(Kind kind) const { return count_of(kind) > 0; }
  bool watches(Kind kind, BranchHandle branch) const;
  // Grows with each one that is added.
  uint64_t added() const { return next_id_; }

  // Calls every entry of this kind and branch that was there when the call began. Callbacks may add
  // and remove entries.
  template <typename F>
  void call(Kind kind, BranchHandle branch, F&& f) {
    ++calls_;
    const size_t count = entries_.size();
    for (size_t i = 0; i < count; ++i) {
      // An entry stays where it is in memory while calls run, even if it is removed.
      const Entry& entry = *entries_[i];
      if (entry.id != 0 && entry.kind == kind && entry.branch == branch) f(entry);
    }
    if (--calls_ == 0 && has_removed_) drop_removed();
  }

 private:
  size_t count_of(Kind kind) const { return counts_[static_cast<size_t>(kind)]; }
  void drop_removed();

  std::vector<std::unique_ptr<Entry>> entries_;  // a removed one has id 0
  std::array<size_t, 7> counts_{};
  uint64_t next_id_ = 1;
  uint32_t calls_ = 0;  // nested calls under way
  bool has_removed_ = false;
};

}  // namespace tidemark::crdt
