// The awareness states of one room, as its server keeps them: each bound to the session that told
// of it last. Only that session may say that the client is gone, and its end says so for it; thus a
// throttled background tab cannot remove the others, and nobody's cursor outlives their connection.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/bytes.h"
#include "base/instant.h"
#include "base/result.h"
#include "sync/awareness.h"
#include "sync/limits.h"

namespace tidemark::server {

//  (1) A client with a state has an owner, and the owner's count says how many it has.
//  (2) gone_ are the known clients without a state.
//  (3) state_bytes_ is the sum of the states' sizes; the limits per room hold.
class Presence {
 public:
  using SessionId = uint64_t;

  explicit Presence(const sync::Limits& limits) : limits_(limits) {}

  // What a session told. Refuses the whole update if it is malformed or one state is too large;
  // passes over states for which the session or the room has no space, and returns their number.
  Result<uint64_t> apply(SessionId session, Bytes update, Instant now);
  // The session ended: its clients are gone.
  void leave(SessionId session);
  // Clients that were silent for too long are gone.
  void tick(Instant now);
  Instant next_deadline() const;

  bool has_changes() const { return !changed_.empty(); }
  // The latest about every client of which something was heard since the last call.
  Buffer take_changes();
  // All who are here; nullopt if nobody is.
  std::optional<Buffer> everything() const;
  size_t count() const { return count_; }

  void check() const;

 private:
  struct Known {
    uint64_t clock = 0;
    std::optional<std::string> state;
    SessionId owner = 0;
    Instant heard;
  };

  bool apply_entry(SessionId session, const sync::AwarenessEntry& entry, Instant now);
  bool has_room_for(SessionId session, const sync::AwarenessEntry& entry) const;
  void put(uint64_t client, SessionId owner, std::string_view state);
  void remove_state(uint64_t client, Known& known);
  bool forget_one();

  sync::Limits limits_;
  std::map<uint64_t, Known> known_;
  std::map<SessionId, uint64_t> owned_;
  std::set<uint64_t> changed_;
  std::set<uint64_t> gone_;
  size_t count_ = 0;
  uint64_t state_bytes_ = 0;
};

}  // namespace tidemark::server
