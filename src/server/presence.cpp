#include "server/presence.h"

#include <algorithm>
#include <vector>

#include "base/assert.h"

namespace tidemark::server {

namespace {

constexpr std::string_view kNull = "null";

}  // namespace

Result<uint64_t> Presence::apply(SessionId session, Bytes update, Instant now) {
  const auto entries = sync::read_awareness(update, limits_);
  if (!entries) return tl::unexpected(entries.error());
  uint64_t dropped = 0;
  const Teller teller = {session, tellers_.insert(session).second};
  for (const sync::AwarenessEntry& entry : *entries) {
    if (!apply_entry(teller, entry, now)) ++dropped;
  }
  if (round_at_ <= now) ask_around(now);
  return dropped;
}

// False only if the state had no space. What is old or not the session's to say is no news.
bool Presence::apply_entry(Teller teller, const sync::AwarenessEntry& entry, Instant now) {
  const SessionId session = teller.session;
  const auto at = known_.find(entry.client);
  const uint64_t clock = at == known_.end() ? 0 : at->second.clock;
  if (entry.is_gone()) {
    const bool is_present = at != known_.end() && at->second.state;
    if (!is_present || at->second.owner != session || entry.clock < clock) return true;
    at->second.clock = entry.clock;
    at->second.heard = now;
    remove_state(entry.client, at->second);
    changed_.insert(entry.client);
    return true;
  }
  const bool is_back = teller.is_new && at != known_.end() && !at->second.state;
  if (is_back && count_ > 0 && count_ <= kMaxAsked) {
    round_at_ = std::min(round_at_, std::max(now, last_round_ + kRoundMs));
  }
  // Equal clocks are echoes: y-websocket clients send on what they hear.
  if (entry.clock <= clock) {
    if (is_back) questions_[session].insert(entry.client);
    return true;
  }
  if (!has_room_for(session, entry)) return false;
  if (at == known_.end() && !forget_one()) return false;
  if (teller.is_new && at == known_.end() && now < is_young_until_)
    questions_[session].insert(entry.client);
  put(entry.client, session, entry.state);
  Known& known = known_.at(entry.client);
  known.clock = entry.clock;
  known.heard = now;
  changed_.insert(entry.client);
  return true;
}

bool Presence::has_room_for(SessionId session, const sync::AwarenessEntry& entry) const {
  const auto at = known_.find(entry.client);
  const bool is_present = at != known_.end() && at->second.state;
  if (!is_present && count_ >= limits_.max_awareness_states_per_room) return false;
  if (!is_present || at->second.owner != session) {
    const auto owned = owned_.find(session);
    const uint64_t count = owned == owned_.end() ? 0 : owned->second;
    if (count >= limits_.max_awareness_states_per_session) return false;
  }
  const uint64_t freed = is_present ? at->second.state->size() : 0;
  return state_bytes_ - freed + entry.state.size() <= limits_.max_awareness_bytes_per_room;
}

// Clocks of those gone are kept for a while, but not without bound, or inventing ids would be free.
bool Presence::forget_one() {
  if (known_.size() < 2 * limits_.max_awareness_states_per_room) return true;
  if (gone_.empty() || changed_.contains(*gone_.begin())) return false;
  forget(*gone_.begin());
  return true;
}

void Presence::forget(uint64_t client) {
  for (auto at = questions_.begin(); at != questions_.end();) {
    at->second.erase(client);
    at = at->second.empty() ? questions_.erase(at) : std::next(at);
  }
  gone_.erase(client);
  known_.erase(client);
}

void Presence::ask_around(Instant now) {
  round_at_ = Instant::never();
  last_round_ = now;
  for (const auto& [client, known] : known_) {
    if (known.state) questions_[known.owner].insert(client);
  }
}

std::optional<Buffer> Presence::take_question(SessionId session) {
  const auto at = questions_.find(session);
  if (at == questions_.end()) return std::nullopt;
  std::vector<sync::AwarenessEntry> entries;
  for (const uint64_t client : at->second) {
    entries.push_back({client, known_.at(client).clock, kNull});
  }
  questions_.erase(at);
  return sync::write_awareness(entries);
}

void Presence::put(uint64_t client, SessionId owner, std::string_view state) {
  Known& known = known_[client];
  remove_state(client, known);
  gone_.erase(client);
  known.state = state;
  known.owner = owner;
  ++owned_[owner];
  ++count_;
  state_bytes_ += state.size();
}

void Presence::remove_state(uint64_t client, Known& known) {
  if (!known.state) return;
  const auto owned = owned_.find(known.owner);
  if (--owned->second == 0) owned_.erase(owned);
  --count_;
  state_bytes_ -= known.state->size();
  known.state.reset();
  gone_.insert(client);
}

void Presence::leave(SessionId session) {
  tellers_.erase(session);
  questions_.erase(session);
  if (!owned_.contains(session)) return;
  for (auto& [client, known] : known_) {
    if (!known.state || known.owner != session) continue;
    known.clock = sync::next_clock(known.clock);
    remove_state(client, known);
    changed_.insert(client);
  }
}

void Presence::tick(Instant now) {
  if (round_at_ <= now) ask_around(now);
  const auto timeout = static_cast<int64_t>(limits_.awareness_timeout_ms);
  for (auto at = known_.begin(); at != known_.end();) {
    Known& known = at->second;
    if (known.state && now - known.heard >= timeout) {
      known.clock = sync::next_clock(known.clock);
      remove_state(at->first, known);
      changed_.insert(at->first);
    }
    // A clock is remembered for one more timeout, so that a late echo does not raise the dead.
    const auto next = std::next(at);
    if (now - known.heard >= 2 * timeout && !changed_.contains(at->first)) forget(at->first);
    at = next;
  }
}

Instant Presence::next_deadline() const {
  const auto timeout = static_cast<int64_t>(limits_.awareness_timeout_ms);
  Instant next = round_at_;
  for (const auto& [client, known] : known_) {
    next = std::min(next, known.heard + (known.state ? timeout : 2 * timeout));
  }
  return next;
}

Buffer Presence::take_changes() {
  std::vector<sync::AwarenessEntry> entries;
  entries.reserve(changed_.size());
  for (const uint64_t client : changed_) {
    const Known& known = known_.at(client);
    entries.push_back({client, known.clock, known.state ? std::string_view(*known.state) : kNull});
  }
  changed_.clear();
  return sync::write_awareness(entries);
}

std::optional<Buffer> Presence::everything() const {
  if (count_ == 0) return std::nullopt;
  std::vector<sync::AwarenessEntry> entries;
  entries.reserve(count_);
  for (const auto& [client, known] : known_) {
    if (known.state) entries.push_back({client, known.clock, *known.state});
  }
  return sync::write_awareness(entries);
}

void Presence::check() const {
  size_t count = 0;
  uint64_t bytes = 0;
  std::map<SessionId, uint64_t> owned;
  for (const auto& [client, known] : known_) {
    TM_ASSERT(gone_.contains(client) == !known.state);
    if (!known.state) continue;
    ++count;
    bytes += known.state->size();
    ++owned[known.owner];
  }
  TM_ASSERT(count == count_);
  TM_ASSERT(gone_.size() + count == known_.size());
  TM_ASSERT(bytes == state_bytes_);
  TM_ASSERT(owned == owned_);
  for (const auto& [session, asked] : questions_) {
    TM_ASSERT(!asked.empty());
    for (const uint64_t client : asked) TM_ASSERT(known_.contains(client));
  }
  TM_ASSERT(count_ <= limits_.max_awareness_states_per_room);
  TM_ASSERT(state_bytes_ <= limits_.max_awareness_bytes_per_room);
}

}  // namespace tidemark::server
