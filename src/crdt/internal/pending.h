// What waits for others: structs and deletions that cannot be applied yet. Each is listed under the
// one client and clock it waits for, so that an arrival wakes exactly those that it may help. What
// waits takes records of fixed size and, for a struct, its bytes in one row with all others.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/on_demand.h"
#include "crdt/delete_set.h"
#include "crdt/internal/store/slab.h"
#include "crdt/internal/update/struct_view.h"
#include "crdt/internal/waiting_queues.h"

namespace tidemark::crdt {

class Pending {
 public:
  bool is_empty() const { return count() == 0; }
  size_t count() const { return lists_.get() == nullptr ? 0 : lists_.get()->count; }
  size_t memory() const { return lists_.get() == nullptr ? 0 : lists_.get()->memory(); }

  // Keeps a struct until `missing` is there. A struct already kept under the same id stays unless
  // the new one is longer.
  void add(const StructView& view, WireId missing);
  // ... whose bytes of V1 are at hand, as UpdateReader reads them.
  void add(WireId id, uint64_t len, Bytes bytes, WireId missing);

  // One that waits no longer, but still counts.
  struct Ready {
    uint32_t number;
    WireId id;
    Bytes bytes;  // V1; valid until something is added
  };
  // Some struct that waits for a clock of this client below `state`; nullopt if there is none.
  std::optional<Ready> take_ready(uint64_t client, uint64_t state);
  // What becomes of it: it needs something else, too, or is needed no more.
  void keep_waiting(const Ready& ready, WireId missing);
  void forget(const Ready& ready);
  // Gives back the memory of what is forgotten, if it is worth it.
  void fit();

  // All kept structs in one V1 update, gaps filled with Skips.
  Buffer encode() const;
  // For each client that something waits for, the lowest clock.
  std::map<uint64_t, uint64_t> missing() const;
  // What is kept but not listed, or the other way round; empty if all is in order.
  std::string check() const;

 private:
  struct Kept {
    uint64_t client;
    size_t at;  // where its bytes begin
    uint32_t size;
    uint32_t clock;
    uint32_t len;  // 0: forgotten
  };
  struct Waiter {
    uint64_t missing_clock;
    uint32_t number;
  };

  // Of two that wait for the same, the higher id goes last.
  struct GoesAfter {
    const Slab<Kept>& records;
    bool operator()(const Waiter& a, const Waiter& b) const;
  };

  // Records by id, in open addressing. A forgotten one stays until another has its id.
  class Index {
   public:
    // Where the number of the record of this id belongs; kNone stands there if there never was one.
    uint32_t& place_of(const Slab<Kept>& records, WireId id);
    size_t memory() const { return slots_.capacity() * sizeof(Slot); }

   private:
    struct Slot {
      uint32_t hash = 0;
      uint32_t number = kNone;
    };

    size_t mask() const { return slots_.size() - 1; }
    void grow();

    uint64_t secret_ = secret_of(this);
    size_t used_ = 0;
    std::vector<Slot> slots_;  // a power of two
  };

  struct Lists {
    Slab<Kept> records;  // in the order they came, the forgotten among them
    Index by_id;
    WaitingQueues<Waiter> waiting;
    Buffer rows;  // the bytes of the structs
    size_t live_bytes = 0;
    size_t count = 0;

    void add(WireId id, uint64_t len, Bytes bytes, WireId missing);
    void wait(uint32_t number, WireId missing);
    void forget(Kept& kept);
    bool is_wasteful() const;
    size_t memory() const;
  };
  void rewrite();

  OnDemand<Lists> lists_;
};

// Deletions of what nobody has sent yet.
class PendingDeletes {
 public:
  bool is_empty() const { return ranges_.get() == nullptr || ranges_.get()->count == 0; }
  // Of disjoint ranges that do not touch; has to count them.
  size_t range_count() const { return all().range_count(); }
  size_t memory() const { return ranges_.get() == nullptr ? 0 : ranges_.get()->waiting.memory(); }

  void add(uint64_t client, ClockRange range);
  // Takes out the lowest range of the client that has a clock below `state`, cut there, with all
  // that it overlaps or touches.
  std::optional<ClockRange> take_ready(uint64_t client, uint64_t state);
  // Gives back the memory of what was taken, if it is worth it.
  void fit();
  DeleteSet all() const;

 private:
  struct Ranges {
    WaitingQueues<ClockRange> waiting;
    size_t count = 0;
    size_t enough = kFew;  // so many until they are joined
  };
  static constexpr size_t kFew = 64;
  void rewrite();

  OnDemand<Ranges> ranges_;
};

}  // namespace tidemark::crdt
