// What one transaction did, kept until its observers have run and its garbage is collected. Objects
// are reused: a keystroke allocates nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "crdt/internal/store/clock_ranges.h"
#include "crdt/internal/store/item.h"

namespace tidemark::crdt {

struct TransactionRecord {
  struct Touched {
    ClientIndex client;
    uint32_t before;     // its state when the transaction began
    uint32_t after = 0;  // ... and when its body had run
  };
  struct Deleted {
    ClientIndex client;
    uint32_t clock;
    uint32_t len;
  };
  struct Changed {
    BranchHandle branch;
    KeyId key;  // kNone: the list
    friend bool operator==(const Changed&, const Changed&) = default;
  };

  uint64_t origin = 0;
  bool is_local = true;
  uint32_t epoch = 0;
  // All that it did is one shortcut, after which nothing is left to clean up.
  bool is_shortcut = false;
  bool is_quiet = false;  // of no interest to histories
  // Clients with new structs. Up to `own_touched` by this transaction, from there on by
  // transactions that its observers ran.
  std::vector<Touched> touched;
  size_t own_touched = 0;
  // What is part of no step of a history though histories hear of the transaction, ascending.
  std::vector<ClockRanges::Range> aside;
  std::vector<Deleted> deleted;  // sorted by client and clock, and merged, once the body has run
  // The clients of `deleted` in the order of their first deletion, in which formatting is cleaned
  // up.
  std::vector<ClientIndex> deleted_clients;
  std::vector<Changed> changed;         // only while somebody observes or keeps a history
  std::vector<BranchHandle> told;       // types that lived when their observers' turn came
  std::vector<BranchHandle> formatted;  // texts with formats that a remote transaction changed
  struct Clock {
    ClientIndex client;
    uint32_t clock;
  };
  std::vector<ClockRanges::Range> let_go;  // deletions that a history no longer wants back
  std::vector<Clock> merge_candidates;     // items that may merge with a neighbour now
  // Items that hold subdocuments; one that came and went is in neither.
  std::vector<ItemHandle> subdocs_added;
  std::vector<std::string> subdocs_removed;  // guids
  std::vector<std::string> subdocs_loaded;   // guids, also of some that were removed at once

  void reset(uint64_t new_origin, bool local, uint32_t new_epoch) {
    // A shortcut leaves nothing but these two.
    if (!is_shortcut) clear_rest();
    touched.clear();
    deleted.clear();
    origin = new_origin;
    is_local = local;
    epoch = new_epoch;
    is_shortcut = false;
  }
  // Everything that shortcuts leave alone.
  void clear_rest();
  void sort_deleted();
  std::span<const Deleted> deleted_of(ClientIndex client) const;
  bool deletes(ClientIndex client, uint32_t clock) const;
  // The client's state when the transaction began; `now` if nobody added to it since.
  uint32_t before(ClientIndex client, uint32_t now) const;
};

// A transaction without a record: nothing was done in it so far, or one shortcut, which is all that
// most transactions are. It gets a record as soon as anything else happens while it lasts.
struct BriefTransaction {
  enum class Stage : uint8_t { kIdle, kBegun, kEdited, kTold };

  Stage stage = Stage::kIdle;
  bool is_local = true;
  uint64_t origin = 0;
  // What the shortcut did: the type, and either who wrote from which clock on or what was deleted.
  BranchHandle branch = kNone;
  ClientIndex writer = kNoClient;
  uint32_t before = 0;
  TransactionRecord::Deleted erased{};  // len 0: nothing
};

// Transactions that have begun and are not yet cleaned up, the oldest first. A record stays where
// it is in memory until it is dropped, and is used again after that: there are never many more of
// them than were waiting at one time.
class TransactionQueue {
 public:
  TransactionRecord& add() {
    if (end_ == records_.size()) make_room();
    return *records_[end_++];
  }
  void drop_first() {
    if (++first_ == end_) first_ = end_ = 0;
  }
  // Gives back the records, too.
  void forget() { records_.clear(); }
  bool is_empty() const { return end_ == 0; }
  size_t size() const { return end_ - first_; }
  TransactionRecord& operator[](size_t number) { return *records_[first_ + number]; }
  // Records at hand, in use or not.
  size_t capacity() const { return records_.size(); }

 private:
  void make_room();

  std::vector<std::unique_ptr<TransactionRecord>> records_;
  // What waits; everything around it is free.
  size_t first_ = 0;
  size_t end_ = 0;
};

}  // namespace tidemark::crdt
