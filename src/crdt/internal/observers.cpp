#include "crdt/internal/observers.h"

#include <algorithm>

namespace tidemark::crdt {
namespace {

bool watches_types(Observers::Kind kind) {
  return kind == Observers::Kind::kType || kind == Observers::Kind::kDeep;
}

}  // namespace

uint64_t Observers::add(Entry entry) {
  entry.id = next_id_++;
  if (watches_types(entry.kind)) ++type_watchers_;
  entries_.push_back(std::move(entry));
  return entries_.back().id;
}

void Observers::remove(uint64_t id) {
  const size_t at = find(id);
  if (at == entries_.size()) return;
  if (watches_types(entries_[at].kind)) --type_watchers_;
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
}

bool Observers::has(Kind kind) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [kind](const Entry& entry) { return entry.kind == kind; });
}

bool Observers::watches(Kind kind, BranchHandle branch) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.kind == kind && entry.branch == branch;
  });
}

std::vector<uint64_t> Observers::matching(Kind kind, BranchHandle branch) const {
  std::vector<uint64_t> ids;
  for (const Entry& entry : entries_) {
    if (entry.kind == kind && entry.branch == branch) ids.push_back(entry.id);
  }
  return ids;
}

size_t Observers::find(uint64_t id) const {
  const auto at =
      std::lower_bound(entries_.begin(), entries_.end(), id,
                       [](const Entry& entry, uint64_t wanted) { return entry.id < wanted; });
  if (at == entries_.end() || at->id != id) return entries_.size();
  return static_cast<size_t>(at - entries_.begin());
}

}  // namespace tidemark::crdt
