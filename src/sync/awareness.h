// Who is here and where their cursor is: one JSON state per client, newest clock wins, silence is
// absence. This is a participant's view, with a state of its own; a server keeps its rooms' states
// with stricter rules (server/presence.h) in the same bytes.
//
//   awareness-update := varuint count, entry*
//   entry            := varuint client, varuint clock, varstring JSON     ("null": gone)
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "base/result.h"
#include "sync/limits.h"

namespace tidemark::sync {

struct AwarenessEntry {
  uint64_t client = 0;
  uint64_t clock = 0;
  std::string_view state;  // JSON

  bool is_gone() const;
};

// Views point into the update. Every state is JSON within the limits, or the update is refused.
Result<std::vector<AwarenessEntry>> read_awareness(Bytes update, const Limits& limits);
Buffer write_awareness(std::span<const AwarenessEntry> entries);

// The clock of what is said next. The highest that the bytes have room for stays: at that one a
// client can still be gone, and say nothing new.
uint64_t next_clock(uint64_t clock);

// What a call did, by client. `refreshed` are the present ones that were heard of again; `changed`
// are those of them whose text differs.
struct AwarenessChange {
  std::vector<uint64_t> added;
  std::vector<uint64_t> refreshed;
  std::vector<uint64_t> changed;
  std::vector<uint64_t> removed;

  bool is_empty() const { return added.empty() && refreshed.empty() && removed.empty(); }
  // Something that a screen would show.
  bool is_visible() const { return !added.empty() || !changed.empty() || !removed.empty(); }
  // All clients of the change, which is what peers are told of.
  std::vector<uint64_t> clients() const;
};

//  (1) A client has a state only if it has a clock.
//  (2) Our own state is never removed by a peer or by time.
class Awareness {
 public:
  // Begins with the state {} at clock 0, which peers do not take for news yet.
  Awareness(uint64_t client, const Limits& limits, Instant now);

  uint64_t client() const { return client_; }

  // nullopt says that we leave. The text must be JSON.
  AwarenessChange set_local_state(std::optional<std::string_view> json, Instant now);
  std::optional<std::string_view> local_state() const { return state_of(client_); }
  std::optional<std::string_view> state_of(uint64_t client) const;
  std::optional<uint64_t> clock_of(uint64_t client) const;
  // Those who are here, by client.
  std::vector<AwarenessEntry> states() const;

  // What a peer said. If it takes us for gone, our clock rises and the change names us as removed,
  // so that whoever forwards changes announces us again.
  Result<AwarenessChange> apply(Bytes update, Instant now);
  // Others that are gone for a reason of ours: a connection lost.
  AwarenessChange remove(std::span<const uint64_t> clients);

  // Renews our own state and lets silent others go; the two are different news for peers.
  struct Ticked {
    AwarenessChange renewed;
    AwarenessChange expired;
  };
  Ticked tick(Instant now);
  Instant next_deadline() const;

  // Clients nobody has heard of are left out.
  Buffer encode(std::span<const uint64_t> clients) const;

  void check() const;

 private:
  struct Known {
    uint64_t clock = 0;
    std::optional<std::string> state;
    Instant heard;
  };

  void apply_entry(const AwarenessEntry& entry, Instant now, AwarenessChange& change);
  bool has_room_for(const AwarenessEntry& entry) const;
  void put_state(Known& known, std::optional<std::string_view> json);

  uint64_t client_;
  Limits limits_;
  std::map<uint64_t, Known> known_;
  uint64_t state_bytes_ = 0;
};

}  // namespace tidemark::sync
