#include "crdt/internal/observers.h"

#include <algorithm>
#include <utility>

namespace tidemark::crdt {

uint32_t Observers::make_list(Table& table, Kind kind, BranchHandle branch) {
  const uint32_t known = find_list(table, kind, branch);
  if (known != kNone) return known;
  table.lists.push_back({kind, branch, {}});
  const auto count = static_cast<uint32_t>(table.lists.size());
  table.lists_by_watched.add(count, [&table](uint32_t list) {
    return hash_of(table.lists[list].kind, table.lists[list].branch);
  });
  if (branch == kNone) table.whole[static_cast<size_t>(kind)] = count - 1;
  return count - 1;
}

uint64_t Observers::add(Entry entry) {
  Table& table = table_.make();
  entry.id = table.next_id++;
  ++table.counts[static_cast<size_t>(entry.kind)];
  const uint64_t id = entry.id;
  const uint32_t list = make_list(table, entry.kind, entry.branch);
  table.lists[list].slots.push_back({id, std::make_unique<Entry>(std::move(entry))});
  ++table.lists[list].live;
  table.whereabouts.push_back({id, list});
  ++table.live;
  return id;
}

void Observers::remove(uint64_t id) {
  Table& table = table_.make();
  const auto is_before = [id](const auto& slot) { return slot.id < id; };
  const auto place =
      std::partition_point(table.whereabouts.begin(), table.whereabouts.end(), is_before);
  if (place == table.whereabouts.end() || place->id != id || place->is_empty()) return;
  List& list = table.lists[std::exchange(place->list, kNone)];
  const auto slot = std::partition_point(list.slots.begin(), list.slots.end(), is_before);
  // It goes when nothing here is left to do, because what it holds on to may end subscriptions.
  std::unique_ptr<Entry> entry = std::move(slot->entry);
  --table.counts[static_cast<size_t>(list.kind)];
  --table.live;
  --list.live;
  tidy(table.whereabouts, table.live);
  if (table.calls > 0) {
    table.gone.push_back(std::move(entry));
  } else {
    tidy(list.slots, list.live);
  }
}

void Observers::drop_gone(Table& table) {
  // What they hold on to may end subscriptions when it goes.
  const std::vector<std::unique_ptr<Entry>> gone = std::exchange(table.gone, {});
  for (const std::unique_ptr<Entry>& entry : gone) {
    List& list = table.lists[find_list(table, entry->kind, entry->branch)];
    tidy(list.slots, list.live);
  }
}

bool Observers::watches(Kind kind, BranchHandle branch) const {
  if (!has(kind)) return false;
  const Table& table = *table_.get();
  const uint32_t list = find_list(table, kind, branch);
  return list != kNone && table.lists[list].live > 0;
}

}  // namespace tidemark::crdt
