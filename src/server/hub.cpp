#include "server/hub.h"

#include <algorithm>

#include "base/assert.h"
#include "server/internal/hub_state.h"

namespace tidemark::server {

namespace {

// What a close frame holds besides its code.
constexpr size_t kMaxCloseDetail = 123;
// Documents whose failure to load is remembered.
constexpr size_t kMaxUnloadable = 1024;

void cut_to_characters(std::string& text, size_t max_bytes) {
  if (text.size() <= max_bytes) return;
  size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
}

int64_t signed_ms(uint64_t ms) { return static_cast<int64_t>(ms); }

}  // namespace

Refusal refusal_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kTooLarge: return {CloseReason::kOverLimit, error.detail};
    case ErrorCode::kDenied: return {CloseReason::kDenied, error.detail};
    case ErrorCode::kCorrupt:
    case ErrorCode::kTooNew: return {CloseReason::kDocumentDamaged, error.detail};
    case ErrorCode::kBusy:
    case ErrorCode::kFull:
    case ErrorCode::kReadOnly:
    case ErrorCode::kUnavailable: return {CloseReason::kStorageUnavailable, error.detail};
    case ErrorCode::kMalformed:
    case ErrorCode::kConflict:
    case ErrorCode::kUnsupported:
    case ErrorCode::kInvalid: break;
  }
  return {CloseReason::kMalformed, error.detail};
}

Refusal store_refusal_of(const Error& error) {
  Refusal refusal = refusal_of(error);
  refusal.detail = name_of(error.code);
  refusal.detail += refusal.reason == CloseReason::kDocumentDamaged
                        ? ": what is stored does not load and is left as it is"
                        : ": the store does not answer for this document";
  return refusal;
}

Connection* Hub::State::find(ConnectionId id) {
  const auto at = connections.find(id);
  return at == connections.end() || at->second->is_doomed ? nullptr : at->second.get();
}

void Hub::State::open(ConnectionId id, const Route& route, Peer peer, Instant now) {
  TM_ASSERT(!connections.contains(id));
  auto owned = std::make_unique<Connection>();
  Connection& connection = *owned;
  connections.emplace(id, std::move(owned));
  connection.id = id;
  connection.dialect = route.dialect;
  connection.peer = std::move(peer);
  connection.opened = connection.last_sent = connection.last_progress = now;
  if (is_draining) return doom(connection, CloseReason::kGoingAway, "the server stops");
  if (is_young_until == Instant::never()) {
    is_young_until = now + signed_ms(limits.sync.awareness_timeout_ms);
  }
  tick_connection(connection, now);
  if (route.dialect == Dialect::kHocuspocus) return;

  // The path is all the authentication that y-websocket has.
  connection.has_authenticated = true;
  auto session = join(connection, route.room, {}, now);
  if (session) return touch(*(*session)->room);
  if (session.error().reason == CloseReason::kDenied) {
    send(connection, sync::y_denied_frame(session.error().detail), now);
  }
  doom(connection, session.error().reason, session.error().detail);
}

tl::expected<Session*, Refusal> Hub::State::join(Connection& connection, std::string_view document,
                                                 std::string_view address, Instant now) {
  const auto refused = [](CloseReason reason, std::string detail) {
    return tl::unexpected(Refusal{reason, std::move(detail)});
  };
  if (auto checked = check_room_name(document, limits); !checked) {
    return refused(CloseReason::kDenied, checked.error().detail);
  }
  const Access access = gate(connection.peer.grant, document);
  if (!access.can_read) return refused(CloseReason::kDenied, "permission-denied");
  if (connection.sessions.size() >= limits.max_documents_per_connection) {
    return refused(CloseReason::kOverLimit, "above max-documents-per-connection");
  }
  auto room = room_named(document, now);
  if (!room) return tl::unexpected(room.error());
  if ((*room)->sessions().size() >= limits.max_sessions_per_room) {
    return refused(CloseReason::kCrowded, "above max-sessions-per-room");
  }
  auto owned = std::make_unique<Session>();
  Session& session = *owned;
  session.id = next_id++;
  session.connection = &connection;
  session.address = address;
  session.access = access;
  session.lacks_awareness = true;
  connection.sessions.emplace(std::string(address), std::move(owned));
  (*room)->join(session);
  ++counters.sessions;
  return &session;
}

tl::expected<Room*, Refusal> Hub::State::room_named(std::string_view name, Instant now) {
  const auto refused = [](CloseReason reason, std::string detail) {
    return tl::unexpected(Refusal{reason, std::move(detail)});
  };
  // Also those whose room is open: a client that is let in calls itself synced and stops backing
  // off.
  if (!counters.is_storage_healthy && now < storage_retry_at) {
    return refused(CloseReason::kStorageUnavailable,
                   std::string(name_of(storage_error)) + ": the last append failed");
  }
  if (const auto at = rooms.find(name); at != rooms.end()) return at->second.get();
  if (const auto at = unloadable.find(name); at != unloadable.end()) {
    if (now < at->second.first) return tl::unexpected(at->second.second);
    unloadable.erase(at);
  }
  if (rooms.size() >= limits.max_rooms) return refused(CloseReason::kCrowded, "above max-rooms");

  ++counters.loads;
  auto loaded = Room::load({next_id++, std::string(name), is_young_until}, store, limits);
  if (!loaded) {
    ++counters.load_failures;
    note_store("loading", name, loaded.error());
    Refusal refusal = store_refusal_of(loaded.error());
    const auto retry_at = now + signed_ms(limits.storage_retry_ms);
    if (unloadable.size() >= kMaxUnloadable) unloadable.clear();
    unloadable.emplace(std::string(name), std::pair(retry_at, refusal));
    return tl::unexpected(std::move(refusal));
  }
  Room& room = **loaded;
  rooms.emplace(std::string(name), std::move(*loaded));
  rooms_by_id.emplace(room.id(), &room);
  room_deadlines.put(room.id(), now + signed_ms(limits.room_idle_ms));
  return &room;
}

void Hub::State::end(Session& session, Instant now) {
  Room& room = *session.room;
  counters.awareness_states -= room.presence().count();
  room.leave(session, now);
  counters.awareness_states += room.presence().count();
  --counters.sessions;
  if (room.presence().has_changes()) touch(room);
  if (room.sessions().empty()) {
    room_deadlines.put_if_earlier(room.id(), now + signed_ms(limits.room_idle_ms));
  }
  Connection& connection = *session.connection;
  const auto at = connection.sessions.find(session.address);
  TM_ASSERT(at != connection.sessions.end() && at->second.get() == &session);
  connection.sessions.erase(at);
}

void Hub::State::end_all(Connection& connection, Instant now) {
  while (!connection.sessions.empty()) end(*connection.sessions.begin()->second, now);
  counters.queued_bytes -= connection.queued_bytes;
  connection_deadlines.remove(connection.id);
  connections.erase(connection.id);
}

void Hub::State::send(Connection& connection, const SharedFrame& frame, Instant now) {
  if (connection.is_doomed) return;
  const bool is_full = connection.queued_bytes > limits.queue_soft_bytes;
  connection.forced_bytes = is_full ? connection.forced_bytes + frame->size() : 0;
  if (connection.queued_bytes == 0) connection.last_progress = now;
  connection.queued_bytes += frame->size();
  connection.last_sent = now;
  counters.queued_bytes += frame->size();
  counters.bytes_sent += frame->size();
  ++counters.frames_sent;
  actions.push_back(Send{connection.id, frame});
  if (connection.forced_bytes > limits.queue_hard_bytes) {
    doom(connection, CloseReason::kSlowReader, "above queue-hard-bytes");
  }
}

void Hub::State::drained(Connection& connection, size_t bytes, Instant now) {
  const uint64_t taken = std::min<uint64_t>(bytes, connection.queued_bytes);
  connection.queued_bytes -= taken;
  counters.queued_bytes -= taken;
  connection.last_progress = now;
  if (!has_space(connection)) return;
  for (const auto& [address, session] : connection.sessions) {
    if (session->owed_from || session->lacks_awareness) touch(*session->room);
  }
}

void Hub::State::doom(Connection& connection, CloseReason reason, std::string detail) {
  if (connection.is_doomed) return;
  connection.is_doomed = true;
  doomed.push_back({connection.id, {reason, std::move(detail)}});
}

// Who is turned away because of our store is no news: the store has been noted.
void Hub::State::note(const Connection& connection, const Refusal& refusal) {
  if (refusal.reason == CloseReason::kGoingAway ||
      refusal.reason == CloseReason::kStorageUnavailable ||
      refusal.reason == CloseReason::kDocumentDamaged) {
    return;
  }
  notices.push_back({refusal.reason, connection.peer.address + ": " + refusal.detail});
}

void Hub::State::note_store(std::string_view doing, std::string_view document, const Error& error) {
  std::string detail(name_of(error.code));
  detail.append(": ").append(doing);
  if (!document.empty()) detail.append(" \"").append(document).append("\"");
  detail.append(": ").append(error.detail);
  notices.push_back({refusal_of(error).reason, std::move(detail)});
}

void Hub::State::bury(Instant now) {
  // Ending sessions dooms nobody, so one pass is enough.
  for (auto& [id, refusal] : std::exchange(doomed, {})) {
    note(*connections.at(id), refusal);
    cut_to_characters(refusal.detail, kMaxCloseDetail);
    ++counters.closes[static_cast<size_t>(refusal.reason)];
    actions.push_back(Close{id, refusal.reason, std::move(refusal.detail)});
    end_all(*connections.at(id), now);
  }
}

void Hub::State::touch(Room& room) {
  if (room.is_touched) return;
  room.is_touched = true;
  touched.push_back(&room);
}

void Hub::State::tick_connection(Connection& connection, Instant now) {
  Instant next = Instant::never();
  const auto check = [&](Instant deadline) {
    if (deadline > now) next = std::min(next, deadline);
    return deadline <= now;
  };
  if (!connection.has_authenticated && connection.dialect == Dialect::kHocuspocus &&
      check(connection.opened + signed_ms(limits.auth_deadline_ms))) {
    return doom(connection, CloseReason::kAuthDeadline, "nobody authenticated in time");
  }
  if (connection.queued_bytes > 0 &&
      check(connection.last_progress + signed_ms(limits.stall_deadline_ms))) {
    return doom(connection, CloseReason::kSlowReader, "nothing was read for stall-deadline-ms");
  }
  if (check(connection.last_sent + signed_ms(limits.quiet_interval_ms))) {
    // Clients take 30 s without a message for a dead connection; an awareness update about nobody
    // is a message that every version understands.
    if (connection.queued_bytes == 0 && !connection.sessions.empty()) {
      const Buffer nobody = {0};
      send(connection, make_awareness(*connection.sessions.begin()->second, nobody), now);
    }
    next = std::min(next, now + signed_ms(limits.quiet_interval_ms));
  }
  connection_deadlines.put(connection.id, std::max(next, now + 1));
}

void Hub::State::tick_room(Room& room, Instant now) {
  counters.awareness_states -= room.presence().count();
  room.presence().tick(now);
  counters.awareness_states += room.presence().count();
  if (room.presence().has_changes() || room.presence().has_questions()) touch(room);
  Instant next = room.presence().next_deadline();
  if (room.sessions().empty()) {
    const Instant end = room.empty_since() + signed_ms(limits.room_idle_ms);
    if (end <= now && !room.is_touched) {
      ++counters.unloads;
      long_tails.erase(room.name());
      rooms_by_id.erase(room.id());
      rooms.erase(rooms.find(room.name()));
      return;
    }
    next = std::min(next, end);
  }
  // What was due before it could be looked at (the thread was held up) has been seen to, or waits
  // for the commit: looked at again in the same tick, it would be due for ever.
  room_deadlines.put(room.id(), std::max(next, now + 1));
}

void Hub::State::check() const {
  uint64_t queued = 0;
  size_t sessions = 0;
  for (const auto& [id, connection] : connections) {
    TM_ASSERT(connection->id == id);
    queued += connection->queued_bytes;
    for (const auto& [address, session] : connection->sessions) {
      TM_ASSERT(session->connection == connection.get());
      TM_ASSERT(std::ranges::count(session->room->sessions(), session.get()) == 1);
      ++sessions;
    }
  }
  TM_ASSERT(queued == counters.queued_bytes);
  TM_ASSERT(sessions == counters.sessions);
  size_t touched_rooms = 0;
  size_t states = 0;
  for (const auto& [name, room] : rooms) {
    TM_ASSERT(rooms_by_id.at(room->id()) == room.get());
    room->check();
    TM_ASSERT(room->is_touched || !room->has_updates());
    touched_rooms += room->is_touched ? 1 : 0;
    states += room->presence().count();
    sessions -= room->sessions().size();
  }
  TM_ASSERT(touched_rooms == touched.size());
  TM_ASSERT(states == counters.awareness_states);
  TM_ASSERT(sessions == 0);
  TM_ASSERT(doomed.empty());
}

Hub::Hub(store::DocumentStore& store, const Limits& limits)
    : state_(std::make_unique<State>(store, limits)) {}

Hub::~Hub() = default;

void Hub::open(ConnectionId connection, const Route& route, Peer peer, Instant now) {
  state_->open(connection, route, std::move(peer), now);
  state_->bury(now);
}

void Hub::receive(ConnectionId id, Bytes message, Instant now) {
  Connection* connection = state_->find(id);
  if (connection == nullptr) return;
  ++state_->counters.messages_received;
  state_->counters.bytes_received += message.size();
  state_->receive(*connection, message, now);
  state_->bury(now);
}

void Hub::drained(ConnectionId id, size_t bytes, Instant now) {
  if (Connection* connection = state_->find(id)) state_->drained(*connection, bytes, now);
}

void Hub::closed(ConnectionId id, Instant now) {
  Connection* connection = state_->find(id);
  if (connection == nullptr) return;
  ++state_->counters.closes[static_cast<size_t>(CloseReason::kNormal)];
  state_->end_all(*connection, now);
}

void Hub::commit(int64_t wall_ms, Instant now) { state_->commit(wall_ms, now); }

void Hub::tick(Instant now) {
  while (const auto id = state_->connection_deadlines.take_due(now)) {
    if (Connection* connection = state_->find(*id)) state_->tick_connection(*connection, now);
  }
  while (const auto id = state_->room_deadlines.take_due(now)) {
    state_->tick_room(*state_->rooms_by_id.at(*id), now);
  }
  state_->bury(now);
}

Instant Hub::next_deadline() const {
  return std::min(state_->connection_deadlines.next(), state_->room_deadlines.next());
}

void Hub::drain(int64_t wall_ms, Instant now) {
  state_->commit(wall_ms, now);
  state_->is_draining = true;
  std::vector<ConnectionId> open;
  for (const auto& [id, connection] : state_->connections) open.push_back(id);
  std::ranges::sort(open);
  for (const ConnectionId id : open) {
    state_->doom(*state_->connections.at(id), CloseReason::kGoingAway, "the server stops");
  }
  state_->bury(now);
  state_->commit(wall_ms, now);
}

std::vector<Action> Hub::take_actions() { return std::exchange(state_->actions, {}); }

std::vector<Notice> Hub::take_notices() { return std::exchange(state_->notices, {}); }

Counters Hub::counters() const {
  Counters all = state_->counters;
  all.rooms = state_->rooms.size();
  all.connections = state_->connections.size();
  return all;
}

void Hub::check() const { state_->check(); }

}  // namespace tidemark::server
