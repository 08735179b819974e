// What waits for others: structs and deletions that cannot be applied yet. Of each client only the
// first struct can be the next to come in, so only that one is listed under the clock of another
// client which it waits for, and an arrival makes few be looked at again. What waits takes a record
// of fixed size and, for a struct, its bytes in one row with all others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/on_demand.h"
#include "crdt/delete_set.h"
#include "crdt/internal/update/struct_view.h"
#include "crdt/internal/update/writer.h"
#include "crdt/internal/waiting_queues.h"

namespace tidemark::crdt {

class Pending {
 public:
  // A struct that is kept.
  struct Block {
    ClientIndex client;
    WireId id;
    uint64_t len;
    Bytes bytes;  // of V1, as UpdateReader reads them
  };
  // What a struct cannot do without; of its own client whatever comes before it.
  struct Need {
    ClientIndex client = kNoClient;
    uint32_t clock = 0;
    friend bool operator==(const Need&, const Need&) = default;
  };

  bool is_empty() const { return lists_.get() == nullptr || lists_.get()->count == 0; }
  // Of different ids; has to count them.
  size_t count() const;
  size_t memory() const { return lists_.get() == nullptr ? 0 : lists_.get()->memory(); }

  void add(const Block& block, const Need& need);
  // Looks at all that may come in, or is out of date, now that these clients have grown, and at
  // what that brings about. `state_of` knows how far a client is; `look` takes a Block in if it
  // can, and says what it needs, or nothing (no client) if it is to wait no longer.
  template <typename StateOf, typename Look>
  void wake(std::vector<ClientIndex> grown, const StateOf& state_of, const Look& look) {
    while (!is_empty() && !grown.empty()) {
      const ClientIndex client = grown.back();
      const std::optional<Block> block = next_ready(client, state_of(client));
      if (!block) {
        grown.pop_back();
      } else if (const Need need = look(*block); need.client == kNoClient) {
        forget_first(block->client);
        if (block->client != client) grown.push_back(block->client);
      } else if (need.client != block->client) {
        lists_.get()->wait(block->client, need);
      }
    }
  }
  // Gives back the memory of what is forgotten, if it is worth it.
  void fit();

  // All kept structs in one V1 update, gaps filled with Skips.
  Buffer encode() const;
  // What is counted wrongly; empty if all is in order.
  std::string check() const;

 private:
  struct Kept {
    size_t at;  // where its bytes begin
    uint32_t size;
    uint32_t clock;
    uint32_t len;
  };
  struct Waiter {
    uint32_t clock;  // what it waits for
    ClientIndex client;
  };
  struct Waiting {
    uint64_t id = 0;
    ClockQueue<Kept> kept;
    Need need;  // of the first of them; of no client if it may be looked at
    ClockQueue<Waiter> waiters;
  };

  struct Lists {
    PerClient<Waiting> waiting;
    Buffer rows;  // the bytes of the structs
    size_t live_bytes = 0;
    size_t queue_bytes = 0;
    size_t count = 0;

    void add(const Block& block, const Need& need);
    void wait(ClientIndex client, const Need& need);
    Block block_of(ClientIndex client, const Waiting& of) const;
    void encode_client(const Waiting& of, LazyUpdateWriter<UpdateWriterV1>& to) const;
    void settle(ClockQueue<Kept>& kept);
    bool is_wasteful() const;
    // Servers ask after each update.
    size_t memory() const { return waiting.memory() + rows.capacity() + queue_bytes; }
  };
  static std::vector<Kept> in_order(const ClockQueue<Kept>& queue);
  // The first struct of this client, or that of one that waits for a clock of it below `state`.
  std::optional<Block> next_ready(ClientIndex grown, uint32_t state);
  void forget_first(ClientIndex client);
  void rewrite();

  OnDemand<Lists> lists_;
};

// Deletions of what nobody has sent yet.
class PendingDeletes {
 public:
  bool is_empty() const { return ranges_.get() == nullptr || ranges_.get()->count == 0; }
  // Of disjoint ranges that do not touch; has to count them.
  size_t range_count() const { return all().range_count(); }
  size_t memory() const {
    return ranges_.get() == nullptr ? 0
                                    : ranges_.get()->waiting.memory() + ranges_.get()->queue_bytes;
  }

  void add(ClientIndex client, uint64_t id, ClockRange range);
  // Takes out the lowest range of the client that has a clock below `state`, cut there, with all
  // that it overlaps or touches.
  std::optional<ClockRange> take_ready(ClientIndex client, uint64_t state);
  // Gives back the memory of what was taken, if it is worth it.
  void fit();
  DeleteSet all() const;

 private:
  struct Range {
    uint64_t clock;
    uint64_t end;
  };
  struct Waiting {
    uint64_t id = 0;
    ClockQueue<Range> ranges;
  };
  struct Ranges {
    PerClient<Waiting> waiting;
    size_t queue_bytes = 0;
    size_t count = 0;
    size_t taken_count = 0;
    size_t enough = kFew;  // so many until they are joined

    void add(ClientIndex client, uint64_t id, const Range& range);
  };
  static constexpr size_t kFew = 64;
  void rewrite();

  OnDemand<Ranges> ranges_;
};

}  // namespace tidemark::crdt
