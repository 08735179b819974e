// Which item holds a clock of one client: a two-level sorted array, so that a search is two binary
// searches and an insertion moves at most two kilobytes. A short directory whose items follow each
// other in memory, as loaded ones do until the first cut, is not written down at all: it is a run,
// and its clocks are those in the items.
//  (1) Entries are sorted by clock and no chunk is empty.
//  (2) firsts_[i] is the clock of the first entry of chunk i.
//  (3) A run has no chunks, and no more entries than one chunk takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "crdt/internal/store/item.h"
#include "crdt/internal/store/slab.h"

namespace tidemark::crdt {

class Directory {
 public:
  struct Entry {
    uint32_t clock;
    ItemHandle item;
  };
  // A place in the directory; invalid after the next insertion or erasure, unless that returns it.
  struct Position {
    uint32_t chunk;
    uint32_t index;
    friend bool operator==(const Position&, const Position&) = default;
  };

  explicit Directory(const Slab<Item>& items) : items_(&items) {}

  bool is_empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  // The last entry that starts at or before the clock. There must be one.
  Position find(uint32_t clock) const;
  Entry at(Position position) const {
    if (is_run()) return run_entry(position.index);
    return chunks_[position.chunk][position.index];
  }
  Position first() const { return {0, 0}; }
  Position last() const {
    if (is_run()) return {0, size_ - 1};
    const auto chunk = static_cast<uint32_t>(chunks_.size() - 1);
    return {chunk, static_cast<uint32_t>(chunks_[chunk].size() - 1)};
  }
  bool is_first(Position position) const { return position.chunk == 0 && position.index == 0; }
  bool is_last(Position position) const { return position == last(); }
  Position next(Position position) const;
  Position previous(Position position) const;
  // How many entries there are from here to the end, this one included.
  size_t count_from(Position position) const;
  // Calls f with the item of each of them.
  template <typename F>
  void for_each_from(Position position, F&& f) const;

  // An entry for each of the items [first, end), which follow the last one; with room for no more.
  void append(ItemHandle first, ItemHandle end);
  // Gives back the room for more.
  void fit();
  void push_back(uint32_t clock, ItemHandle item);
  Position insert_after(Position position, uint32_t clock, ItemHandle item);
  // Removes an entry that is not the first and yields the place of the one before it.
  Position erase(Position position);
  // The item begins with another clock now.
  void change_clock(Position position, uint32_t clock);

  size_t memory() const;
  bool check() const;
  // Whether the clocks are read from the items.
  bool is_run() const { return chunks_.empty(); }

 private:
  static constexpr size_t kChunkEntries = 256;

  Entry run_entry(uint32_t index) const {
    return {(*items_)[first_item_ + index].clock, first_item_ + index};
  }
  Position find_in_run(uint32_t clock) const;
  // Makes a chunk of the run; places stay as they are.
  void write_down();

  const Slab<Item>* items_;
  std::vector<std::vector<Entry>> chunks_;
  std::vector<uint32_t> firsts_;
  uint32_t size_ = 0;
  ItemHandle first_item_ = kNone;  // of a run
};

template <typename F>
void Directory::for_each_from(Position position, F&& f) const {
  if (is_run()) {
    for (uint32_t index = position.index; index < size_; ++index) f(first_item_ + index);
    return;
  }
  size_t index = position.index;
  for (size_t chunk = position.chunk; chunk < chunks_.size(); ++chunk) {
    const std::vector<Entry>& entries = chunks_[chunk];
    for (; index < entries.size(); ++index) f(entries[index].item);
    index = 0;
  }
}

}  // namespace tidemark::crdt
