// What formats that stand in a row come to, without their values: for each key the format that is
// in force behind them. Runs that stand side by side add up, so that a tree keeps them for its
// nodes.
#pragma once

#include <span>
#include <vector>

#include "crdt/internal/store/item.h"

namespace tidemark::crdt {

class FormatRun {
 public:
  struct Entry {
    KeyId key;
    ItemHandle format;  // kNone: null
    bool is_fresh;      // whether the run ends what was in force before it
  };

  void clear() { entries_.clear(); }
  // A format that follows; kNone for one whose value is null.
  void pass(KeyId key, ItemHandle format) { pass({key, format, format == kNone}); }
  void pass(const FormatRun& next) {
    for (const Entry& entry : next.entries_) pass(entry);
  }
  // In the order in which what they name came into force.
  std::span<const Entry> entries() const { return entries_; }

 private:
  void pass(Entry next) {
    for (size_t i = 0; i < entries_.size(); ++i) {
      Entry& entry = entries_[i];
      if (entry.key != next.key) continue;
      if (!next.is_fresh && entry.format != kNone) {
        entry.format = next.format;
        return;
      }
      next.is_fresh = next.is_fresh || entry.is_fresh;
      entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
    entries_.push_back(next);
  }

  std::vector<Entry> entries_;
};

}  // namespace tidemark::crdt
