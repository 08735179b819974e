// The awareness states of one room, as its server keeps them: each bound to the session that told
// of it last. Only that session may say that the client is gone, and its end says so for it; thus a
// throttled background tab cannot remove the others, and nobody's cursor outlives their connection.
//
// Whoever lost a connection has forgotten the others' states but not their clocks, and takes a
// state again only with a higher one, which its client sends some time in the next 15 s. So those
// who may be hidden are asked to show themselves: told that they are gone, a client says that it is
// not, with a higher clock.
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
//  (4) Only clients that are known are asked about.
class Presence {
 public:
  using SessionId = uint64_t;

  // Until the instant, clients of whom nothing is known may have been here before us.
  explicit Presence(const sync::Limits& limits, Instant is_young_until = Instant{0})
      : limits_(limits), is_young_until_(is_young_until) {}

  // What a session told. Refuses the whole update if it is malformed or one state is too large;
  // passes over states for which the session or the room has no space, and returns their number.
  Result<uint64_t> apply(SessionId session, Bytes update, Instant now);
  // The session ended: its clients are gone.
  void leave(SessionId session);
  // Clients that were silent for too long are gone.
  void tick(Instant now);
  Instant next_deadline() const;
  // The part of it that what was applied last may have brought nearer.
  Instant next_round() const { return round_at_; }

  // What a session is to be told alone, so that its clients show themselves again; nullopt if
  // nothing. Asked once.
  bool has_questions() const { return !questions_.empty(); }
  std::optional<Buffer> take_question(SessionId session);

  bool has_changes() const { return !changed_.empty(); }
  // The latest about every client of which something was heard since the last call.
  Buffer take_changes();
  // All who are here; nullopt if nobody is.
  std::optional<Buffer> everything() const;
  size_t count() const { return count_; }

  void check() const;

 private:
  // All are asked at most this often, and in rooms of at most this many: in larger ones the answers
  // would cost everybody more than a cursor that is late.
  static constexpr int64_t kRoundMs = 1'000;
  static constexpr size_t kMaxAsked = 100;

  struct Known {
    uint64_t clock = 0;
    std::optional<std::string> state;
    SessionId owner = 0;
    Instant heard;
  };

  // What providers say first on a connection is about themselves; later they also repeat others.
  struct Teller {
    SessionId session;
    bool is_new;
  };
  bool apply_entry(Teller teller, const sync::AwarenessEntry& entry, Instant now);
  void ask_around(Instant now);
  void forget(uint64_t client);
  bool has_room_for(SessionId session, const sync::AwarenessEntry& entry) const;
  void put(uint64_t client, SessionId owner, std::string_view state);
  void remove_state(uint64_t client, Known& known);
  bool forget_one();

  sync::Limits limits_;
  Instant is_young_until_;
  std::map<uint64_t, Known> known_;
  std::map<SessionId, uint64_t> owned_;
  std::set<uint64_t> changed_;
  std::set<uint64_t> gone_;
  std::set<SessionId> tellers_;
  std::map<SessionId, std::set<uint64_t>> questions_;
  Instant round_at_ = Instant::never();  // when all are asked
  Instant last_round_{-kRoundMs};
  size_t count_ = 0;
  uint64_t state_bytes_ = 0;
};

}  // namespace tidemark::server
