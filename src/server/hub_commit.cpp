// The end of a turn: one append for everything, then the frames that waited for it.
#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "server/internal/hub_state.h"

namespace tidemark::server {

namespace hocuspocus = sync::hocuspocus;

namespace {

// The store refuses a name or a size before it touches the disk.
bool is_of_one_document(const Error& error) {
  return error.code == ErrorCode::kTooLarge || error.code == ErrorCode::kInvalid;
}

Refusal append_refusal_of(const Error& error) {
  const CloseReason reason =
      is_of_one_document(error) ? refusal_of(error).reason : CloseReason::kStorageUnavailable;
  return {reason, std::string(name_of(error.code)) + ": the edits could not be stored"};
}

}  // namespace

void Hub::State::commit(int64_t wall_ms, Instant now) {
  // Whoever is closed on the way leaves other rooms, which then have that to tell.
  while (!touched.empty()) {
    const std::vector<Room*> turn = std::exchange(touched, {});
    const std::vector<std::optional<Refusal>> refusals = append(turn, wall_ms, now);
    for (Room* room : turn) room->is_touched = false;
    for (size_t i = 0; i < turn.size(); ++i) {
      if (refusals[i]) {
        fail(*turn[i], *refusals[i], now);
      } else {
        release(*turn[i], now);
      }
    }
    bury(now);
  }
  compact_one(wall_ms);
}

// One refusal, or none, for each room of the turn.
std::vector<std::optional<Refusal>> Hub::State::append(std::span<Room* const> turn, int64_t wall_ms,
                                                       Instant now) {
  std::vector<std::optional<Refusal>> refusals(turn.size());
  const auto all = append_rows(turn, wall_ms);
  if (all) return refusals;
  for (size_t i = 0; i < turn.size(); ++i) {
    if (!turn[i]->has_updates()) continue;
    if (!is_of_one_document(all.error())) {
      refusals[i] = append_refusal_of(all.error());
      continue;
    }
    // Who is refused must not take the others along.
    const auto alone = append_rows(turn.subspan(i, 1), wall_ms);
    if (alone) continue;
    refusals[i] = append_refusal_of(alone.error());
    note_append(turn[i]->name(), alone.error(), now);
  }
  if (!is_of_one_document(all.error())) note_append({}, all.error(), now);
  return refusals;
}

// What the store refuses of one document says nothing about the store.
void Hub::State::note_append(std::string_view document, const Error& error, Instant now) {
  ++counters.append_failures;
  note_store("appending", document, error);
  if (is_of_one_document(error)) return;
  counters.is_storage_healthy = false;
  storage_error = error.code;
  storage_retry_at = now + static_cast<int64_t>(limits.storage_retry_ms);
}

Result<> Hub::State::append_rows(std::span<Room* const> turn, int64_t wall_ms) {
  std::vector<store::Append> batch;
  std::vector<std::pair<Room*, size_t>> ends;  // the batch's size after each room's rows
  for (Room* room : turn) {
    if (!room->has_updates()) continue;
    for (const Buffer& row : room->rows()) {
      batch.push_back({.document = room->name(), .update = row, .time_ms = wall_ms});
    }
    ends.emplace_back(room, batch.size());
  }
  if (batch.empty()) return {};
  const auto ids = store.append(batch);
  if (!ids) return tl::unexpected(ids.error());
  counters.is_storage_healthy = true;
  TM_ASSERT(ids->size() == batch.size());
  ++counters.commits;
  counters.rows_appended += batch.size();
  for (const store::Append& row : batch) counters.bytes_appended += row.update.size();
  for (const auto& [room, end] : ends) {
    room->committed((*ids)[end - 1]);
    if (room->wants_compaction()) long_tails.insert(room->name());
  }
  return {};
}

// The document in memory holds what the store does not: it is thrown away, and so is everybody who
// has heard of it. They come back with their edits, which are still theirs.
void Hub::State::fail(Room& room, const Refusal& refusal, Instant now) {
  for (Session* session : std::vector<Session*>(room.sessions())) {
    Connection& connection = *session->connection;
    for (size_t i = 0; i < session->statuses.size(); ++i) {
      if (connection.dialect != Dialect::kHocuspocus) break;
      send(connection, hocuspocus::sync_status_frame(session->address, false), now);
    }
    doom(connection, refusal.reason, refusal.detail);
  }
  bury(now);
  if (room.is_touched) std::erase(touched, &room);
  long_tails.erase(room.name());
  room_deadlines.remove(room.id());
  rooms_by_id.erase(room.id());
  rooms.erase(rooms.find(room.name()));
}

bool Hub::State::has_space(const Connection& connection) const {
  return connection.queued_bytes <= limits.queue_soft_bytes / 2;
}

void Hub::State::release(Room& room, Instant now) {
  greet(room, now);
  send_updates(room, now);
  send_differences(room, now);
  send_awareness(room, now);
  send_statuses(room, now);
  room.end_turn();
}

// A y-websocket server speaks first: what do you have?
void Hub::State::greet(Room& room, Instant now) {
  SharedFrame frame;
  for (Session* session : room.sessions()) {
    if (std::exchange(session->is_greeted, true)) continue;
    if (session->connection->dialect != Dialect::kYWebsocket) continue;
    if (!frame) {
      frame = share(make_step1(*session, crdt::encode_state_vector(room.state_vector())));
    }
    send(*session->connection, frame, now);
  }
}

void Hub::State::send_updates(Room& room, Instant now) {
  if (!room.has_updates()) return;
  std::optional<crdt::StateVector> state;
  std::vector<FramePress> presses;
  for (const Buffer& row : room.rows()) presses.emplace_back(make_update, Bytes(row));
  for (Session* session : room.sessions()) {
    if (session->contributed == room.contributions()) continue;
    if (session->owed_from) {
      counters.frames_withheld += session->is_cut ? presses.size() : 0;
      continue;
    }
    Connection& connection = *session->connection;
    for (FramePress& press : presses) send(connection, press.frame_for(*session), now);
    if (connection.queued_bytes <= limits.queue_soft_bytes) continue;
    // This was the last update until the queue is short again; from here on a difference is owed.
    if (!state) state = room.state_vector();
    session->owed_from = *state;
    session->is_cut = true;
  }
}

void Hub::State::send_differences(Room& room, Instant now) {
  std::optional<crdt::StateVector> known;
  Buffer update;
  std::optional<FramePress> answers;
  std::optional<FramePress> repairs;
  for (Session* session : room.sessions()) {
    Connection& connection = *session->connection;
    if (!session->owed_from || !has_space(connection)) continue;
    // Those who come to a document together have the same.
    if (known != session->owed_from) {
      known = session->owed_from;
      update = room.difference(*known);
      answers.emplace(make_step2, Bytes(update));
      repairs.emplace(make_update, Bytes(update));
    }
    session->owed_from.reset();
    if (std::exchange(session->asks_back, false)) {
      send(connection, make_step1(*session, crdt::encode_state_vector(room.state_vector())), now);
    }
    FramePress& press = std::exchange(session->has_asked, false) ? *answers : *repairs;
    send(connection, press.frame_for(*session), now);
    if (std::exchange(session->is_cut, false)) ++counters.resyncs;
  }
}

// A y-websocket client that finds itself called gone says at once that it is not. A Hocuspocus
// client counts that as heard from us and has to be asked for it.
void Hub::State::ask(Session& session, Instant now) {
  const auto question = session.room->presence().take_question(session.id);
  if (!question) return;
  Connection& connection = *session.connection;
  send(connection, make_awareness(session, *question), now);
  if (connection.dialect != Dialect::kHocuspocus) return;
  send(connection, hocuspocus::query_awareness_frame(session.address), now);
}

void Hub::State::send_awareness(Room& room, Instant now) {
  Presence& presence = room.presence();
  Buffer changes;
  std::optional<FramePress> change_press;
  if (presence.has_changes()) {
    changes = presence.take_changes();
    change_press.emplace(make_awareness, Bytes(changes));
  }
  std::optional<Buffer> all;
  std::optional<FramePress> all_press;
  for (Session* session : room.sessions()) {
    Connection& connection = *session->connection;
    if (presence.has_questions()) ask(*session, now);
    if (connection.queued_bytes > limits.queue_soft_bytes) {
      session->lacks_awareness = session->lacks_awareness || change_press;
    } else if (session->lacks_awareness) {
      session->lacks_awareness = false;
      if (!all) all = presence.everything();
      if (!all) continue;
      if (!all_press) all_press.emplace(make_awareness, Bytes(*all));
      send(connection, all_press->frame_for(*session), now);
    } else if (change_press) {
      send(connection, change_press->frame_for(*session), now);
    }
  }
}

void Hub::State::send_statuses(Room& room, Instant now) {
  for (Session* session : room.sessions()) {
    Connection& connection = *session->connection;
    if (connection.dialect != Dialect::kHocuspocus) continue;
    SharedFrame frames[2];
    for (const bool is_kept : session->statuses) {
      SharedFrame& frame = frames[is_kept ? 1 : 0];
      if (!frame) frame = share(hocuspocus::sync_status_frame(session->address, is_kept));
      send(connection, frame, now);
      ++counters.acknowledgements;
    }
  }
}

// At most one a turn, so that no turn takes much longer than the others.
void Hub::State::compact_one(int64_t wall_ms) {
  if (long_tails.empty()) return;
  const auto at = rooms.find(*long_tails.begin());
  long_tails.erase(long_tails.begin());
  if (at == rooms.end() || !at->second->wants_compaction()) return;
  const auto compacted = at->second->compact(store, wall_ms);
  ++(compacted ? counters.compactions : counters.compaction_failures);
  if (!compacted) note_store("compacting", at->first, compacted.error());
}

}  // namespace tidemark::server
