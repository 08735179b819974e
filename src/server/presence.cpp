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
  for (const sync::AwarenessEntry& entry : *entries) {
    if (!apply_entry(session, entry, now)) ++dropped;
  }
  return dropped;
}

// False only if the state had no space. What is old or not the session's to say is no news.
bool Presence::apply_entry(SessionId session, const sync::AwarenessEntry& entry, Instant now) {
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
  // Equal clocks are echoes: y-websocket clients send on what they hear.
  if (entry.clock <= clock) return true;
  if (!has_room_for(session, entry)) return false;
  if (at == known_.end() && !forget_one()) return false;
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
  known_.erase(*gone_.begin());
  gone_.erase(gone_.begin());
  return true;
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
  if (!owned_.contains(session)) return;
  for (auto& [client, known] : known_) {
    if (!known.state || known.owner != session) continue;
    ++known.clock;
    remove_state(client, known);
    changed_.insert(client);
  }
}

void Presence::tick(Instant now) {
  const auto timeout = static_cast<int64_t>(limits_.awareness_timeout_ms);
  for (auto at = known_.begin(); at != known_.end();) {
    Known& known = at->second;
    if (known.state && now - known.heard >= timeout) {
      ++known.clock;
      remove_state(at->first, known);
      changed_.insert(at->first);
    }
    // A clock is remembered for one more timeout, so that a late echo does not raise the dead.
    const bool is_forgotten = now - known.heard >= 2 * timeout && !changed_.contains(at->first);
    if (is_forgotten) gone_.erase(at->first);
    at = is_forgotten ? known_.erase(at) : std::next(at);
  }
}

Instant Presence::next_deadline() const {
  const auto timeout = static_cast<int64_t>(limits_.awareness_timeout_ms);
  Instant next = Instant::never();
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
  TM_ASSERT(count_ <= limits_.max_awareness_states_per_room);
  TM_ASSERT(state_bytes_ <= limits_.max_awareness_bytes_per_room);
}

}  // namespace tidemark::server
