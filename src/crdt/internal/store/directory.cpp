#include "crdt/internal/store/directory.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/fit.h"

namespace tidemark::crdt {

Directory::Position Directory::find_in_run(uint32_t clock) const {
  if (run_entry(size_ - 1).clock <= clock) return last();
  uint32_t base = 0;
  for (uint32_t count = size_; count > 1;) {
    const uint32_t half = count / 2;
    base += run_entry(base + half).clock <= clock ? half : 0;
    count -= half;
  }
  return {0, base};
}

void Directory::write_down() {
  std::vector<Entry>& entries = chunks_.emplace_back();
  entries.reserve(std::min<size_t>(size_ + size_ / 2 + 1, kChunkEntries));
  for (uint32_t i = 0; i < size_; ++i) entries.push_back(run_entry(i));
  firsts_.push_back(entries.front().clock);
}

Directory::Position Directory::find(uint32_t clock) const {
  if (is_run()) return find_in_run(clock);
  size_t chunk = chunks_.size() - 1;
  if (chunks_[chunk].back().clock <= clock) return last();
  if (clock < firsts_[chunk]) {
    const auto above = std::upper_bound(firsts_.begin(), firsts_.end(), clock);
    TM_ASSERT(above != firsts_.begin());
    chunk = static_cast<size_t>(above - firsts_.begin()) - 1;
  }
  const std::vector<Entry>& entries = chunks_[chunk];
  const Entry* base = entries.data();
  size_t count = entries.size();
  while (count > 1) {
    const size_t half = count / 2;
    base += base[half].clock <= clock ? half : 0;
    count -= half;
  }
  return {static_cast<uint32_t>(chunk), static_cast<uint32_t>(base - entries.data())};
}

Directory::Position Directory::next(Position position) const {
  if (is_run()) {
    TM_ASSERT(position.index + 1 < size_);
    return {0, position.index + 1};
  }
  if (position.index + 1 < chunks_[position.chunk].size()) {
    return {position.chunk, position.index + 1};
  }
  TM_ASSERT(position.chunk + 1 < chunks_.size());
  return {position.chunk + 1, 0};
}

Directory::Position Directory::previous(Position position) const {
  if (position.index > 0) return {position.chunk, position.index - 1};
  TM_ASSERT(position.chunk > 0);
  return {position.chunk - 1, static_cast<uint32_t>(chunks_[position.chunk - 1].size() - 1)};
}

size_t Directory::count_from(Position position) const {
  if (is_run()) return size_ - position.index;
  size_t count = chunks_[position.chunk].size() - position.index;
  for (size_t i = position.chunk + 1; i < chunks_.size(); ++i) count += chunks_[i].size();
  return count;
}

void Directory::append(ItemHandle first, ItemHandle end) {
  const uint32_t count = end - first;
  const bool stays_run =
      is_run() && (is_empty() || first == first_item_ + size_) && size_ + count <= kChunkEntries;
  if (stays_run) {
    if (is_empty()) first_item_ = first;
    size_ += count;
    return;
  }
  if (is_run() && !is_empty()) write_down();
  const size_t chunks = chunks_.size() + (count + kChunkEntries - 1) / kChunkEntries;
  chunks_.reserve(chunks);
  firsts_.reserve(chunks);
  size_ += count;
  while (first < end) {
    std::vector<Entry>& chunk = chunks_.emplace_back(std::min<size_t>(end - first, kChunkEntries));
    firsts_.push_back((*items_)[first].clock);
    for (Entry& entry : chunk) {
      entry = {(*items_)[first].clock, first};
      ++first;
    }
  }
}

void Directory::fit() {
  if (!chunks_.empty()) tidemark::fit(chunks_.back());
  tidemark::fit(chunks_);
  tidemark::fit(firsts_);
}

void Directory::push_back(uint32_t clock, ItemHandle item) {
  if (is_run()) {
    if (size_ == 0) first_item_ = item;
    if (item == first_item_ + size_ && size_ < kChunkEntries) {
      ++size_;
      return;
    }
    write_down();
  }
  // A chunk that is full at the end is left full: appended history is the common case.
  if (chunks_.back().size() == kChunkEntries) {
    tidemark::fit(chunks_.back());
    chunks_.emplace_back();
    firsts_.push_back(clock);
  }
  chunks_.back().push_back({clock, item});
  ++size_;
}

Directory::Position Directory::insert_after(Position position, uint32_t clock, ItemHandle item) {
  if (is_run()) write_down();
  uint32_t chunk = position.chunk;
  uint32_t index = position.index + 1;
  if (chunks_[chunk].size() == kChunkEntries) {
    constexpr size_t kHalf = kChunkEntries / 2;
    std::vector<Entry> upper(chunks_[chunk].begin() + kHalf, chunks_[chunk].end());
    upper.reserve(kHalf + kHalf / 2);
    chunks_[chunk].resize(kHalf);
    firsts_.insert(firsts_.begin() + static_cast<ptrdiff_t>(chunk) + 1, upper.front().clock);
    chunks_.insert(chunks_.begin() + static_cast<ptrdiff_t>(chunk) + 1, std::move(upper));
    if (index > kHalf) {
      ++chunk;
      index -= static_cast<uint32_t>(kHalf);
    }
  }
  chunks_[chunk].insert(chunks_[chunk].begin() + static_cast<ptrdiff_t>(index), Entry{clock, item});
  ++size_;
  return {chunk, index};
}

Directory::Position Directory::erase(Position position) {
  TM_ASSERT(!is_first(position));
  const Position before = previous(position);
  if (is_run()) {
    if (position.index + 1 == size_) {
      --size_;
      return before;
    }
    write_down();
  }
  std::vector<Entry>& entries = chunks_[position.chunk];
  entries.erase(entries.begin() + static_cast<ptrdiff_t>(position.index));
  --size_;
  if (entries.empty()) {
    chunks_.erase(chunks_.begin() + static_cast<ptrdiff_t>(position.chunk));
    firsts_.erase(firsts_.begin() + static_cast<ptrdiff_t>(position.chunk));
  } else if (position.index == 0) {
    firsts_[position.chunk] = entries.front().clock;
  }
  return before;
}

void Directory::change_clock(Position position, uint32_t clock) {
  if (is_run()) return TM_ASSERT(run_entry(position.index).clock == clock);
  chunks_[position.chunk][position.index].clock = clock;
  if (position.index == 0) firsts_[position.chunk] = clock;
}

size_t Directory::memory() const {
  size_t bytes =
      firsts_.capacity() * sizeof(uint32_t) + chunks_.capacity() * sizeof(std::vector<Entry>);
  for (const auto& chunk : chunks_) bytes += chunk.capacity() * sizeof(Entry);
  return bytes;
}

bool Directory::check() const {
  size_t count = 0;
  uint64_t end = 0;
  if (is_run()) {
    for (; count < size_; ++count) {
      const uint32_t clock = run_entry(static_cast<uint32_t>(count)).clock;
      if (count > 0 && clock < end) return false;
      end = uint64_t{clock} + 1;
    }
    return size_ <= kChunkEntries && firsts_.empty();
  }
  for (size_t i = 0; i < chunks_.size(); ++i) {
    if (chunks_[i].empty() || firsts_[i] != chunks_[i].front().clock) return false;
    for (const Entry& entry : chunks_[i]) {
      if (count > 0 && entry.clock < end) return false;
      end = uint64_t{entry.clock} + 1;
      ++count;
    }
  }
  return count == size_ && firsts_.size() == chunks_.size();
}

}  // namespace tidemark::crdt
