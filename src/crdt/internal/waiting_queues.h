// What those parts are made of that keep things until their clock has come: entries by clock, and
// one of something for each client that it concerns. Clients go by their index in the store, so
// nothing here depends on the ids that strangers choose.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "crdt/internal/store/item.h"

namespace tidemark::crdt {

// Entries by `clock`, the lowest first. One that comes in its order takes no search, any other, and
// taking it, O(log n): a run, with a binary heap beside it.
template <typename Entry>
class ClockQueue {
 public:
  bool is_empty() const { return run_.empty() && late_.empty(); }
  size_t size() const { return run_.size() - begin_ + late_.size(); }
  size_t memory() const { return (run_.capacity() + late_.capacity()) * sizeof(Entry); }

  const Entry& first() const { return is_late_first() ? late_.front() : run_[begin_]; }
  // False if it came late, behind one of a clock as high.
  bool add(const Entry& entry) {
    if (run_.empty() || run_.back().clock < entry.clock) {
      run_.push_back(entry);
      return true;
    }
    late_.push_back(entry);
    std::push_heap(late_.begin(), late_.end(), goes_after);
    return false;
  }
  void remove_first() {
    if (is_late_first()) {
      std::pop_heap(late_.begin(), late_.end(), goes_after);
      late_.pop_back();
      return;
    }
    ++begin_;
    // What is moved is no more than what was taken since the last time.
    if (begin_ < run_.size() && (begin_ < kFew || begin_ < run_.size() / 2)) return;
    run_.erase(run_.begin(), run_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
  }
  // Whether so much has come late that sorting it costs no more than taking it one by one.
  bool is_disordered() const { return late_.size() > 2 * run_.size() + kFew; }
  // The same ones, or fewer, in their order.
  void assign(std::vector<Entry> ordered) {
    run_ = std::move(ordered);
    late_.clear();
    begin_ = 0;
  }
  // In any order.
  template <typename F>
  void for_each(F&& f) const {
    for (size_t i = begin_; i < run_.size(); ++i) f(run_[i]);
    for (const Entry& entry : late_) f(entry);
  }

 private:
  static constexpr size_t kFew = 32;
  static bool goes_after(const Entry& a, const Entry& b) { return a.clock > b.clock; }
  bool is_late_first() const {
    return run_.empty() || (!late_.empty() && late_.front().clock < run_[begin_].clock);
  }

  size_t begin_ = 0;  // of what is left of the run
  std::vector<Entry> run_;
  std::vector<Entry> late_;
};

// Values of the clients that have one, numbered as they came.
template <typename Value>
class PerClient {
 public:
  struct Entry {
    ClientIndex client;
    Value value;
  };

  // Null if it has none.
  Value* find(ClientIndex client) {
    if (client >= numbers_.size() || numbers_[client] == kNone) return nullptr;
    return &entries_[numbers_[client]].value;
  }
  // Made if need be; others may move then.
  Value& at(ClientIndex client) {
    if (client >= numbers_.size()) numbers_.resize(client + 1, kNone);
    if (numbers_[client] == kNone) {
      numbers_[client] = static_cast<uint32_t>(entries_.size());
      entries_.push_back({client, {}});
    }
    return entries_[numbers_[client]].value;
  }
  const std::vector<Entry>& all() const { return entries_; }
  size_t memory() const {
    return numbers_.capacity() * sizeof(uint32_t) + entries_.capacity() * sizeof(Entry);
  }

 private:
  std::vector<Entry> entries_;
  std::vector<uint32_t> numbers_;  // by client
};

}  // namespace tidemark::crdt
