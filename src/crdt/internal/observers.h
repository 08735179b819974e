// Who wants to hear what of a document. Subscriptions hold this table weakly, so that either may
// die first.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/on_demand.h"
#include "crdt/event.h"
#include "crdt/internal/store/item.h"
#include "crdt/internal/store/slot_table.h"

namespace tidemark::crdt {

class UndoHistory;
struct UndoEvent;
struct RestoredUnits;

// What handles and ranges go by: whether the document is there, and whether it is as they saw it.
class Liveness {
 public:
  explicit Liveness(Document* document) : document_(document) {}
  Liveness(const Liveness&) = delete;
  Liveness& operator=(const Liveness&) = delete;
  ~Liveness() {
    if (lifeline_ == nullptr) return;
    lifeline_->document = nullptr;
    if (--lifeline_->holders == 0) delete lifeline_;
  }

  // Made when the first handle asks for it.
  Lifeline& lifeline() {
    if (lifeline_ == nullptr) lifeline_ = new Lifeline{document_, 1};
    return *lifeline_;
  }
  // Grows with each edit, also within one transaction.
  uint32_t change_count() const { return changes_; }
  void note_change() { ++changes_; }

 private:
  Document* document_;
  Lifeline* lifeline_ = nullptr;
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
    kRestore,    // ... here too
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
    std::function<void(std::span<const RestoredUnits>)> on_restore;
    UndoHistory* history = nullptr;
  };

  uint64_t add(Entry entry);
  void remove(uint64_t id);
  // Whether nobody watches types; updates do not count.
  bool is_empty() const { return count_of(Kind::kType) + count_of(Kind::kDeep) == 0; }
  bool has(Kind kind) const { return count_of(kind) > 0; }
  bool watches(Kind kind, BranchHandle branch) const;
  bool is_calling() const { return table_.get() != nullptr && table_.get()->calls > 0; }
  // Grows with each one that is added.
  uint64_t added() const { return table_.get() == nullptr ? 0 : table_.get()->next_id; }

  // Calls every entry of this kind and branch that was there when the call began. Callbacks may add
  // and remove entries.
  template <typename F>
  void call(Kind kind, BranchHandle branch, F&& f) {
    if (!has(kind)) return;
    Table& table = *table_.get();
    const uint32_t list = find_list(table, kind, branch);
    if (list == kNone) return;
    ++table.calls;
    const size_t count = table.lists[list].slots.size();
    for (size_t i = 0; i < count; ++i) {
      // An entry stays where it is in memory while calls run, even if it is removed.
      const Entry* entry = table.lists[list].slots[i].entry.get();
      if (entry != nullptr) f(*entry);
    }
    if (--table.calls == 0 && !table.gone.empty()) drop_gone(table);
  }

 private:
  // A removed entry leaves its slot behind until half of the slots are empty.
  struct Slot {
    uint64_t id;  // ascending
    std::unique_ptr<Entry> entry;
    bool is_empty() const { return entry == nullptr; }
  };
  // Who watches the same. There is one for everything that was ever watched.
  struct List {
    Kind kind;
    BranchHandle branch;
    std::vector<Slot> slots;
    size_t live = 0;
  };
  struct Whereabouts {
    uint64_t id;  // ascending
    uint32_t list;
    bool is_empty() const { return list == kNone; }
  };
  static constexpr size_t kKinds = 8;
  struct Table {
    Table() { whole.fill(kNone); }

    std::vector<List> lists;
    SlotTable lists_by_watched;
    std::array<uint32_t, kKinds> whole;  // the lists of those of the whole document
    std::vector<Whereabouts> whereabouts;
    size_t live = 0;
    std::array<size_t, kKinds> counts{};
    uint64_t next_id = 1;
    uint32_t calls = 0;                        // nested calls under way
    std::vector<std::unique_ptr<Entry>> gone;  // removed while calls run
  };

  template <typename T>
  static void tidy(std::vector<T>& slots, size_t live) {
    if (live * 2 < slots.size()) {
      std::erase_if(slots, [](const T& slot) { return slot.is_empty(); });
    }
  }
  static uint64_t hash_of(Kind kind, BranchHandle branch) {
    return SlotTable::hash_of_id(uint64_t{branch} << 3 | static_cast<uint64_t>(kind));
  }
  // kNone if nobody ever watched that.
  static uint32_t find_list(const Table& table, Kind kind, BranchHandle branch) {
    if (branch == kNone) return table.whole[static_cast<size_t>(kind)];
    const auto is_wanted = [&](uint32_t list) {
      return table.lists[list].branch == branch && table.lists[list].kind == kind;
    };
    return table.lists_by_watched.find(hash_of(kind, branch),
                                       static_cast<uint32_t>(table.lists.size()), is_wanted);
  }
  static uint32_t make_list(Table& table, Kind kind, BranchHandle branch);
  static void drop_gone(Table& table);

  size_t count_of(Kind kind) const {
    return table_.get() == nullptr ? 0 : table_.get()->counts[static_cast<size_t>(kind)];
  }

  OnDemand<Table> table_;  // most documents lie open unobserved
};

}  // namespace tidemark::crdt
