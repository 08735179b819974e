// Telling observers what a transaction changed: those of each changed type first, then those of the
// types around it, outer changes before inner ones.
#include <algorithm>

#include "crdt/internal/document.h"

namespace tidemark::crdt {
namespace {

bool is_gone(const StructStore& store, BranchHandle branch) {
  const ItemHandle holder = store.branches[branch].item;
  return store.branches[branch].is_dead || (holder != kNone && store.items[holder].is_deleted());
}

std::vector<BranchHandle> changed_branches(const TransactionRecord& record) {
  std::vector<BranchHandle> branches;
  for (const TransactionRecord::Changed& changed : record.changed) {
    if (std::find(branches.begin(), branches.end(), changed.branch) == branches.end()) {
      branches.push_back(changed.branch);
    }
  }
  return branches;
}

}  // namespace

void Document::run_observers(TransactionRecord& record) {
  struct Around {
    BranchHandle branch;
    std::vector<BranchHandle> targets;
  };
  std::vector<Around> around;
  for (const BranchHandle target : changed_branches(record)) {
    if (is_gone(store, target)) continue;
    const Event event(*this, record, target, target);
    observers_->call(Observers::Kind::kType, target,
                     [&](const Observers::Entry& entry) { entry.on_event(event); });
    for (BranchHandle at = target;;) {
      if (observers_->watches(Observers::Kind::kDeep, at)) {
        const auto known = std::find_if(around.begin(), around.end(),
                                        [at](const Around& entry) { return entry.branch == at; });
        if (known == around.end()) {
          around.push_back({at, {target}});
        } else {
          known->targets.push_back(target);
        }
      }
      if (store.branches[at].item == kNone) break;
      at = store.items[store.branches[at].item].parent;
    }
  }
  for (const Around& entry : around) {
    if (is_gone(store, entry.branch)) continue;
    std::vector<Event> events;
    for (const BranchHandle target : entry.targets) {
      if (!is_gone(store, target)) events.emplace_back(*this, record, target, entry.branch);
    }
    std::stable_sort(events.begin(), events.end(), [this](const Event& a, const Event& b) {
      return store.branches[a.target().branch()].depth < store.branches[b.target().branch()].depth;
    });
    const DeepEvents deep{events};
    observers_->call(Observers::Kind::kDeep, entry.branch,
                     [&](const Observers::Entry& observer) { observer.on_deep(deep); });
  }
}

}  // namespace tidemark::crdt
