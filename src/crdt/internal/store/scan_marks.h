// Which items a scan has come by: a set that is emptied at no cost, so that scans of a few items
// need neither hash nor allocate.
#pragma once

#include <cstdint>
#include <vector>

#include "crdt/internal/store/item.h"

namespace tidemark::crdt {

class ScanMarks {
 public:
  // Empties the set, for items with handles below this.
  void begin(uint32_t handles) {
    scans_.resize(handles, 0);
    ++scan_;
  }
  void clear() { ++scan_; }
  void add(ItemHandle item) { scans_[item] = scan_; }
  bool contains(ItemHandle item) const { return scans_[item] == scan_; }

 private:
  std::vector<uint32_t> scans_;
  uint32_t scan_ = 0;
};

// For the scan of what others put at one place concurrently.
struct ConflictMarks {
  ScanMarks scanned;
  ScanMarks conflicting;
  ItemHandle last = kNone;  // which was linked after such a scan,
  uint32_t links = 0;       // when so many had been
};

}  // namespace tidemark::crdt
