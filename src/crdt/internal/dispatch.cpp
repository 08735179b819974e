// Telling observers what a transaction changed: those of each changed type first, then those of the
// types around it, outer changes before inner ones.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/sort.h"
#include "crdt/internal/document.h"

namespace tidemark::crdt {
namespace {

bool is_gone(const StructStore& store, BranchHandle branch) {
  const ItemHandle holder = store.branches[branch].item;
  return store.branches[branch].is_dead || (holder != kNone && store.items[holder].is_deleted());
}

std::vector<BranchHandle> changed_branches(const TransactionRecord& record) {
  std::vector<BranchHandle> branches;
  std::unordered_set<BranchHandle> seen;
  for (const TransactionRecord::Changed& changed : record.changed) {
    if (seen.insert(changed.branch).second) branches.push_back(changed.branch);
  }
  return branches;
}

// Finds the types with deep observers around others. No stretch is walked twice: types nest without
// end in documents of strangers, and all of them may have changed.
class WatchedTypes {
 public:
  WatchedTypes(const StructStore& store, const Observers& observers)
      : store_(store), observers_(observers) {}

  // This type or the nearest one around it that is watched; kNone if there is none.
  BranchHandle nearest(BranchHandle branch) {
    if (!observers_.has(Observers::Kind::kDeep)) return kNone;
    if (const uint64_t added = observers_.added(); added != added_) {
      added_ = added;
      known_.clear();
    }
    walked_.clear();
    BranchHandle found = branch;
    while (found != kNone && !observers_.watches(Observers::Kind::kDeep, found)) {
      if (const auto known = known_.find(found); known != known_.end()) {
        found = known->second;
        break;
      }
      walked_.push_back(found);
      found = around(found);
    }
    for (const BranchHandle walked : walked_) known_.emplace(walked, found);
    return found;
  }

  BranchHandle nearest_around(BranchHandle branch) {
    const BranchHandle outer = around(branch);
    return outer == kNone ? kNone : nearest(outer);
  }

 private:
  BranchHandle around(BranchHandle branch) const {
    const ItemHandle holder = store_.branches[branch].item;
    return holder == kNone ? kNone : store_.items[holder].parent;
  }

  const StructStore& store_;
  const Observers& observers_;
  uint64_t added_ = 0;
  std::unordered_map<BranchHandle, BranchHandle> known_;
  std::vector<BranchHandle> walked_;
};

}  // namespace

// Nobody's turn comes, so nothing happens in between.
void Document::note_told(TransactionRecord& record) const {
  BranchHandle last = kNone;
  for (const TransactionRecord::Changed& changed : record.changed) {
    if (changed.branch == last) continue;
    last = changed.branch;
    if (!is_gone(store, last)) record.told.push_back(last);
  }
}

void Document::run_observers(TransactionRecord& record) {
  if (observers_->is_empty()) return note_told(record);
  struct Around {
    BranchHandle branch;
    std::vector<BranchHandle> targets;
  };
  std::vector<Around> around;
  WatchedTypes watched(store, *observers_);
  for (const BranchHandle target : changed_branches(record)) {
    if (is_gone(store, target)) continue;
    record.told.push_back(target);
    const Event event(*this, record, target, target);
    observers_->call(Observers::Kind::kType, target,
                     [&](const Observers::Entry& entry) { entry.on_event(event); });
    for (BranchHandle at = watched.nearest(target); at != kNone; at = watched.nearest_around(at)) {
      const auto known = std::find_if(around.begin(), around.end(),
                                      [at](const Around& entry) { return entry.branch == at; });
      if (known == around.end()) {
        around.push_back({at, {target}});
      } else {
        known->targets.push_back(target);
      }
    }
  }
  for (const Around& entry : around) {
    if (is_gone(store, entry.branch)) continue;
    std::vector<Event> events;
    for (const BranchHandle target : entry.targets) {
      if (!is_gone(store, target)) events.emplace_back(*this, record, target, entry.branch);
    }
    compact_stable_sort(events.begin(), events.end(), [this](const Event& a, const Event& b) {
      return store.branches[a.target().branch()].depth < store.branches[b.target().branch()].depth;
    });
    const DeepEvents deep{events};
    observers_->call(Observers::Kind::kDeep, entry.branch,
                     [&](const Observers::Entry& observer) { observer.on_deep(deep); });
  }
}

}  // namespace tidemark::crdt
