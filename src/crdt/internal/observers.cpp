#include "crdt/internal/observers.h"

#include <algorithm>

namespace tidemark::crdt {

uint64_t Observers::add(Entry entry) {
  Table& table = table_.make();
  entry.id = table.next_id++;
  ++table.counts[static_cast<size_t>(entry.kind)];
  table.entries.push_back(std::make_unique<Entry>(std::move(entry)));
  return table.entries.back()->id;
}

void Observers::remove(uint64_t id) {
  Table& table = table_.make();
  for (const auto& entry : table.entries) {
    if (entry->id != id) continue;
    --table.counts[static_cast<size_t>(entry->kind)];
    entry->id = 0;
    table.has_removed = true;
  }
  if (table.calls == 0) drop_removed(table);
}

bool Observers::watches(Kind kind, BranchHandle branch) const {
  if (!has(kind)) return false;
  const Table& table = *table_.get();
  return std::any_of(table.entries.begin(), table.entries.end(), [&](const auto& entry) {
    return entry->id != 0 && entry->kind == kind && entry->branch == branch;
  });
}

void Observers::drop_removed(Table& table) {
  table.has_removed = false;
  std::erase_if(table.entries, [](const auto& entry) { return entry->id == 0; });
}

}  // namespace tidemark::crdt
