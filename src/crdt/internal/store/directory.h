// Which item holds a clock of one client: a two-level sorted array, so that a search is two binary
// searches and an insertion moves at most two kilobytes.
//  (1) Entries are sorted by clock and no chunk is empty.
//  (2) firsts_[i] is the clock of the first entry of chunk i.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "crdt/internal/store/item.h"

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

  bool is_empty() const { return chunks_.empty(); }
  size_t size() const { return size_; }
  // The last entry that starts at or before the clock. There must be one.
  Position find(uint32_t clock) const;
  const Entry& at(Position position) const { return chunks_[position.chunk][position.index]; }
  Position first() const { return {0, 0}; }
  Position last() const {
    const auto chunk = static_cast<uint32_t>(chunks_.size() - 1);
    return {chunk, static_cast<uint32_t>(chunks_[chunk].size() - 1)};
  }
  bool is_first(Position position) const { return position.chunk == 0 && position.index == 0; }
  bool is_last(Position position) const { return position == last(); }
  Position next(Position position) const;
  Position previous(Position position) const;
  // How many entries there are from here to the end, this one included.
  size_t count_from(Position position) const;

  // Room for this many more entries, or as many as a chunk takes.
  void reserve(size_t count);
  // Gives back the room for more.
  void fit();
  void push_back(uint32_t clock, ItemHandle item);
  Position insert_after(Position position, uint32_t clock, ItemHandle item);
  // Removes an entry that is not the first and yields the place of the one before it.
  Position erase(Position position);
  void change_clock(Position position, uint32_t clock);

  size_t memory() const;
  bool check() const;

 private:
  static constexpr size_t kChunkEntries = 256;

  std::vector<std::vector<Entry>> chunks_;
  std::vector<uint32_t> firsts_;
  size_t size_ = 0;
  uint32_t first_room_ = 0;  // what the first chunk will want
};

}  // namespace tidemark::crdt
