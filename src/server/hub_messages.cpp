// What peers say, in either dialect.
#include <utility>
#include <variant>

#include "crdt/update.h"
#include "server/internal/hub_state.h"

namespace tidemark::server {

namespace {

namespace hocuspocus = sync::hocuspocus;

// The document's session, which an address with an unknown session id falls back to.
Session* session_at(Connection& connection, const hocuspocus::Address& address) {
  auto at = connection.sessions.find(address.full);
  if (at == connection.sessions.end()) at = connection.sessions.find(address.document);
  return at == connection.sessions.end() ? nullptr : at->second.get();
}

}  // namespace

void Hub::State::receive(Connection& connection, Bytes message, Instant now) {
  if (connection.dialect == Dialect::kYWebsocket) {
    receive_y(connection, message, now);
  } else {
    receive_hocuspocus(connection, message, now);
  }
}

void Hub::State::receive_y(Connection& connection, Bytes message, Instant now) {
  Session& session = *connection.sessions.begin()->second;
  const auto read = sync::read_y_frame(message);
  if (!read) return refuse(session, read.error(), now);
  if (const auto* sync_message = std::get_if<sync::SyncMessage>(&*read)) {
    take_sync(session, *sync_message, false, now);
  } else if (const auto* told = std::get_if<sync::AwarenessMessage>(&*read)) {
    take_awareness(session, told->update, now);
  } else if (std::holds_alternative<sync::QueryAwarenessMessage>(*read)) {
    session.lacks_awareness = true;
    touch(*session.room);
  }
  // A client has nothing to deny, and kinds that only some clients know are passed over.
}

void Hub::State::receive_hocuspocus(Connection& connection, Bytes message, Instant now) {
  const auto frame = hocuspocus::read_frame(message);
  if (!frame) {
    // If the frame at least says whose it is, only that document's session ends.
    Decoder in(message);
    Session* session = session_at(connection, hocuspocus::split_address(in.read_varstring()));
    if (in.ok() && session != nullptr) return refuse(*session, frame.error(), now);
    return doom(connection, CloseReason::kMalformed, frame.error().detail);
  }
  if (frame->address.full.empty()) {
    if (std::holds_alternative<hocuspocus::Ping>(frame->message)) {
      send(connection, hocuspocus::pong_frame(), now);
    }
    if (message.size() == 1) return;
  }
  Session* session = session_at(connection, frame->address);
  // A token asks for a session of exactly that address.
  const bool is_token = std::holds_alternative<hocuspocus::Token>(frame->message);
  if (is_token && session != nullptr && session->address != frame->address.full) session = nullptr;
  if (session != nullptr) return take(*session, frame->message, now);
  wait_or_authenticate(connection, *frame, message, now);
}

void Hub::State::take(Session& session, const hocuspocus::Message& message, Instant now) {
  if (const auto* sync_message = std::get_if<hocuspocus::Sync>(&message)) {
    take_sync(session, sync_message->message, sync_message->is_reply, now);
  } else if (const auto* told = std::get_if<hocuspocus::Awareness>(&message)) {
    take_awareness(session, told->update, now);
  } else if (std::holds_alternative<hocuspocus::QueryAwareness>(message)) {
    session.lacks_awareness = true;
    touch(*session.room);
  } else if (std::holds_alternative<hocuspocus::Close>(message)) {
    // Not answered: the next provider of that address would take the answer for its own.
    end(session, now);
  } else if (std::holds_alternative<hocuspocus::Ping>(message)) {
    send(*session.connection, hocuspocus::pong_frame(), now);
  } else if (std::holds_alternative<hocuspocus::BroadcastStateless>(message)) {
    refuse(session, {ErrorCode::kDenied, "BroadcastStateless is between servers only"}, now);
  }
  // Stateless messages are for hooks of an application, of which there are none; a token for an
  // authenticated document changes nothing; the rest is what servers say.
}

void Hub::State::wait_or_authenticate(Connection& connection, const hocuspocus::Frame& frame,
                                      Bytes message, Instant now) {
  if (std::holds_alternative<hocuspocus::Token>(frame.message)) {
    return authenticate(connection, frame, now);
  }
  // Nobody waits for an answer to a goodbye.
  if (std::holds_alternative<hocuspocus::Close>(frame.message)) return;
  const bool is_known = connection.waiting.contains(frame.address.full);
  if (!is_known && connection.waiting.size() >= limits.max_unauthenticated_documents) {
    return doom(connection, CloseReason::kReset, "above max-unauthenticated-documents");
  }
  connection.waiting_bytes += message.size();
  ++connection.waiting_messages;
  if (connection.waiting_bytes > limits.max_unauthenticated_bytes ||
      connection.waiting_messages > limits.max_unauthenticated_messages) {
    return doom(connection, CloseReason::kReset, "above max-unauthenticated-bytes or -messages");
  }
  connection.waiting[std::string(frame.address.full)].push_back(copy_of(message));
}

void Hub::State::authenticate(Connection& connection, const hocuspocus::Frame& frame, Instant now) {
  std::vector<Buffer> messages;
  if (auto at = connection.waiting.find(frame.address.full); at != connection.waiting.end()) {
    messages = std::move(at->second);
    connection.waiting.erase(at);
    for (const Buffer& message : messages) connection.waiting_bytes -= message.size();
    connection.waiting_messages -= messages.size();
  }
  const std::string address(frame.address.full);
  const auto& token = std::get<hocuspocus::Token>(frame.message);
  if (token.token.size() > limits.max_token_bytes) {
    return send(connection, hocuspocus::denied_frame(address, "above max-token-bytes"), now);
  }
  const auto session = join(connection, frame.address.document, address, now);
  if (!session) {
    const Refusal& refusal = session.error();
    // A client that is told "denied" gives up on the document; one whose socket closes comes back.
    if (refusal.reason == CloseReason::kStorageUnavailable) {
      return doom(connection, refusal.reason, refusal.detail);
    }
    note(connection, refusal);
    return send(connection, hocuspocus::denied_frame(address, refusal.detail), now);
  }
  if (!std::exchange(connection.has_authenticated, true)) {
    actions.emplace_back(Admit{connection.id});
  }
  const bool can_write = (*session)->access.can_write;
  send(connection, hocuspocus::authenticated_frame(address, can_write), now);
  touch(*(*session)->room);
  replay(connection, messages, now);
}

// What was said before the token. The session may end over it; the rest then waits again.
void Hub::State::replay(Connection& connection, std::span<const Buffer> messages, Instant now) {
  for (const Buffer& message : messages) {
    if (connection.is_doomed) return;
    receive_hocuspocus(connection, message, now);
  }
}

void Hub::State::take_sync(Session& session, const sync::SyncMessage& message, bool is_reply,
                           Instant now) {
  if (message.step != sync::SyncStep::kStep1) {
    return take_update(session, message.step, message.payload, now);
  }
  auto known = crdt::decode_state_vector(message.payload);
  if (!known) return refuse(session, known.error(), now);
  session.owed_from = std::move(*known);
  session.has_asked = true;
  const bool is_hocuspocus = session.connection->dialect == Dialect::kHocuspocus;
  session.asks_back = session.asks_back || (is_hocuspocus && !is_reply);
  touch(*session.room);
}

void Hub::State::take_update(Session& session, sync::SyncStep step, Bytes update, Instant now) {
  ++counters.updates_received;
  if (!session.access.can_write) return refuse_write(session, step, update, now);
  // The answer to our SyncStep1 repeats all deletions at every reconnect; edits are mostly news.
  const bool is_likely_known = step == sync::SyncStep::kStep2;
  const auto taken = session.room->take_update(session, update, is_likely_known);
  if (!taken) {
    ++counters.updates_refused;
    return refuse(session, taken.error(), now);
  }
  if (*taken == Room::Taken::kNothingNew) ++counters.updates_empty;
  session.statuses.push_back(true);
  touch(*session.room);
}

// A reader's first exchange is fine if it tells nothing new; an edit never is.
void Hub::State::refuse_write(Session& session, sync::SyncStep step, Bytes update, Instant now) {
  bool is_kept = false;
  if (step == sync::SyncStep::kStep2) {
    const auto known = session.room->contains(update);
    if (!known) return refuse(session, known.error(), now);
    is_kept = *known;
  }
  if (!is_kept) ++counters.updates_refused;
  if (session.connection->dialect == Dialect::kHocuspocus) {
    session.statuses.push_back(is_kept);
    return touch(*session.room);
  }
  if (is_kept || session.was_told_readonly) return;
  session.was_told_readonly = true;
  send(*session.connection, sync::y_denied_frame("read-only: edits are not stored"), now);
}

void Hub::State::take_awareness(Session& session, Bytes update, Instant now) {
  Room& room = *session.room;
  counters.awareness_states -= room.presence().count();
  const auto dropped = room.presence().apply(session.id, update, now);
  counters.awareness_states += room.presence().count();
  if (!dropped) return refuse(session, dropped.error(), now);
  counters.awareness_dropped += *dropped;
  room_deadlines.put_if_earlier(room.id(), room.presence().next_round());
  if (room.presence().has_questions()) touch(room);
  if (!room.presence().has_changes()) return;
  touch(room);
  const auto timeout = static_cast<int64_t>(limits.sync.awareness_timeout_ms);
  room_deadlines.put_if_earlier(room.id(), now + timeout);
}

void Hub::State::refuse(Session& session, const Error& error, Instant now) {
  const Refusal refusal = refusal_of(error);
  Connection& connection = *session.connection;
  if (connection.dialect == Dialect::kYWebsocket) {
    return doom(connection, refusal.reason, refusal.detail);
  }
  ++counters.closes[static_cast<size_t>(refusal.reason)];
  note(connection, refusal);
  std::string reason(name_of(refusal.reason));
  reason.append(": ").append(refusal.detail);
  send(connection, hocuspocus::close_frame(session.address, reason), now);
  end(session, now);
}

}  // namespace tidemark::server
