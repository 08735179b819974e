#include "sync/awareness.h"

#include <algorithm>

#include "base/assert.h"
#include "base/decoder.h"
#include "base/encoder.h"
#include "crdt/value.h"

namespace tidemark::sync {

namespace {

constexpr std::string_view kNull = "null";
// client, clock and the length of the state take a byte each.
constexpr size_t kMinEntryBytes = 3;

}  // namespace

bool AwarenessEntry::is_gone() const {
  constexpr std::string_view kSpace = " \t\n\r";
  const size_t first = state.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return false;
  return state.substr(first, state.find_last_not_of(kSpace) - first + 1) == kNull;
}

Result<std::vector<AwarenessEntry>> read_awareness(Bytes update, const Limits& limits) {
  Decoder in(update);
  std::vector<AwarenessEntry> entries;
  const size_t count = in.read_count(kMinEntryBytes);
  // Not reserved by the count: an entry costs eight times what three bytes of input do.
  for (size_t i = 0; i < count && in.ok(); ++i) {
    const uint64_t client = in.read_varuint();
    const uint64_t clock = in.read_varuint();
    const std::string_view state = in.read_varstring();
    if (!in.ok()) break;
    if (state.size() > limits.max_awareness_state_bytes) {
      return failure(ErrorCode::kTooLarge, "awareness state above max-awareness-state-bytes");
    }
    if (entries.size() >= limits.max_awareness_states_per_room) {
      return failure(ErrorCode::kTooLarge, "awareness update above max-awareness-states-per-room");
    }
    crdt::Nesting nesting(limits.max_nesting);
    if (!crdt::is_valid_json(state, nesting)) {
      return nesting.is_exceeded
                 ? failure(ErrorCode::kTooLarge, "awareness state nests deeper than max-nesting")
                 : failure(ErrorCode::kMalformed, "awareness state is not JSON");
    }
    entries.push_back({client, clock, state});
  }
  if (!in.ok()) return failure(ErrorCode::kMalformed, "not an awareness update");
  return entries;
}

uint64_t next_clock(uint64_t clock) { return std::min(clock + 1, kMaxSafeInteger); }

Buffer write_awareness(std::span<const AwarenessEntry> entries) {
  Encoder out;
  out.write_varuint(entries.size());
  for (const AwarenessEntry& entry : entries) {
    out.write_varuint(entry.client);
    out.write_varuint(entry.clock);
    out.write_varstring(entry.state);
  }
  return out.take();
}

std::vector<uint64_t> AwarenessChange::clients() const {
  std::vector<uint64_t> all = added;
  all.insert(all.end(), refreshed.begin(), refreshed.end());
  all.insert(all.end(), removed.begin(), removed.end());
  return all;
}

Awareness::Awareness(uint64_t client, const Limits& limits, Instant now)
    : client_(client), limits_(limits) {
  set_local_state("{}", now);
}

AwarenessChange Awareness::set_local_state(std::optional<std::string_view> json, Instant now) {
  const auto at = known_.find(client_);
  const bool was_known = at != known_.end();
  Known& own = was_known ? at->second : known_[client_];
  const bool was_here = own.state.has_value();
  AwarenessChange change;
  if (!json) {
    change.removed.push_back(client_);
  } else if (!was_here) {
    change.added.push_back(client_);
  } else {
    change.refreshed.push_back(client_);
    if (*own.state != *json) change.changed.push_back(client_);
  }
  if (was_known) own.clock = next_clock(own.clock);
  own.heard = now;
  put_state(own, json);
  return change;
}

std::optional<std::string_view> Awareness::state_of(uint64_t client) const {
  const auto at = known_.find(client);
  if (at == known_.end() || !at->second.state) return std::nullopt;
  return *at->second.state;
}

std::optional<uint64_t> Awareness::clock_of(uint64_t client) const {
  const auto at = known_.find(client);
  if (at == known_.end()) return std::nullopt;
  return at->second.clock;
}

std::vector<AwarenessEntry> Awareness::states() const {
  std::vector<AwarenessEntry> here;
  for (const auto& [client, known] : known_) {
    if (known.state) here.push_back({client, known.clock, *known.state});
  }
  return here;
}

Result<AwarenessChange> Awareness::apply(Bytes update, Instant now) {
  const auto entries = read_awareness(update, limits_);
  if (!entries) return tl::unexpected(entries.error());
  AwarenessChange change;
  for (const AwarenessEntry& entry : *entries) apply_entry(entry, now, change);
  return change;
}

void Awareness::apply_entry(const AwarenessEntry& entry, Instant now, AwarenessChange& change) {
  const auto at = known_.find(entry.client);
  const bool was_known = at != known_.end();
  const bool was_here = was_known && at->second.state.has_value();
  const uint64_t clock = was_known ? at->second.clock : 0;
  const bool is_gone = entry.is_gone();
  const bool is_news = clock < entry.clock || (clock == entry.clock && is_gone && was_here);
  if (!is_news || !has_room_for(entry)) return;

  Known& known = was_known ? at->second : known_[entry.client];
  known.heard = now;
  known.clock = entry.clock;
  if (is_gone) {
    const bool is_own = entry.client == client_ && was_here;
    if (is_own) known.clock = next_clock(known.clock);
    if (!is_own) put_state(known, std::nullopt);
    if (was_known) change.removed.push_back(entry.client);
    return;
  }
  if (!was_known) {
    change.added.push_back(entry.client);
  } else {
    change.refreshed.push_back(entry.client);
    if (!was_here || *known.state != entry.state) change.changed.push_back(entry.client);
  }
  put_state(known, entry.state);
}

bool Awareness::has_room_for(const AwarenessEntry& entry) const {
  const auto at = known_.find(entry.client);
  if (at == known_.end() && known_.size() >= limits_.max_awareness_states_per_room) return false;
  const uint64_t freed = at == known_.end() || !at->second.state ? 0 : at->second.state->size();
  return state_bytes_ - freed + entry.state.size() <= limits_.max_awareness_bytes_per_room;
}

void Awareness::put_state(Known& known, std::optional<std::string_view> json) {
  if (known.state) state_bytes_ -= known.state->size();
  known.state = json;
  if (known.state) state_bytes_ += known.state->size();
}

AwarenessChange Awareness::remove(std::span<const uint64_t> clients) {
  AwarenessChange change;
  for (const uint64_t client : clients) {
    const auto at = known_.find(client);
    if (client == client_ || at == known_.end() || !at->second.state) continue;
    put_state(at->second, std::nullopt);
    change.removed.push_back(client);
  }
  return change;
}

Awareness::Ticked Awareness::tick(Instant now) {
  const auto timeout = static_cast<int64_t>(limits_.awareness_timeout_ms);
  Ticked ticked;
  const Known& own = known_.at(client_);
  if (own.state && now - own.heard >= timeout / 2) {
    ticked.renewed = set_local_state(std::string(*own.state), now);
  }
  for (auto at = known_.begin(); at != known_.end();) {
    Known& known = at->second;
    const bool is_silent = at->first != client_ && now - known.heard >= timeout;
    if (is_silent && known.state) {
      put_state(known, std::nullopt);
      ticked.expired.removed.push_back(at->first);
    }
    // A clock is remembered for one more timeout, so that a late echo does not raise the dead.
    const bool is_forgotten = at->first != client_ && now - known.heard >= 2 * timeout;
    at = is_forgotten ? known_.erase(at) : std::next(at);
  }
  return ticked;
}

Instant Awareness::next_deadline() const {
  const auto timeout = static_cast<int64_t>(limits_.awareness_timeout_ms);
  Instant next = Instant::never();
  for (const auto& [client, known] : known_) {
    if (client == client_) {
      if (known.state) next = std::min(next, known.heard + timeout / 2);
    } else {
      next = std::min(next, known.heard + (known.state ? timeout : 2 * timeout));
    }
  }
  return next;
}

Buffer Awareness::encode(std::span<const uint64_t> clients) const {
  std::vector<AwarenessEntry> entries;
  for (const uint64_t client : clients) {
    const auto at = known_.find(client);
    if (at == known_.end()) continue;
    const auto& [clock, state, heard] = at->second;
    entries.push_back({client, clock, state ? std::string_view(*state) : kNull});
  }
  return write_awareness(entries);
}

void Awareness::check() const {
  uint64_t bytes = 0;
  for (const auto& [client, known] : known_) bytes += known.state ? known.state->size() : 0;
  TM_ASSERT(bytes == state_bytes_);
  TM_ASSERT(known_.contains(client_));
}

}  // namespace tidemark::sync
