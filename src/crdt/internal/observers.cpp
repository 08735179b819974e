#include "crdt/internal/observers.h"

#include <algorithm>

namespace tidemark::crdt {

uint64_t Observers::add(Entry entry) {
  entry.id = next_id_++;
  ++counts_[static_cast<size_t>(entry.kind)];
  entries_.push_back(std::make_unique<Entry>(std::move(entry)));
  return entries_.back()->id;
}

void Observers::remove(uint64_t id) {
  for (const auto& entry : entries_) {
    if (entry->id != id) continue;
    --counts_[static_cast<size_t>(entry->kind)];
    entry->id = 0;
    has_removed_ = true;
  }
  if (calls_ == 0) drop_removed();
}

bool Observers::watches(Kind kind, BranchHandle branch) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const auto& entry) {
    return entry->id != 0 && entry->kind == kind && entry->branch == branch;
  });
}

void Observers::drop_removed() {
  has_removed_ = false;
  std::erase_if(entries_, [](const auto& entry) { return entry->id == 0; });
}

}  // namespace tidemark::crdt
