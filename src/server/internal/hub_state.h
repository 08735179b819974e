// The inside of the hub, in three files: hub.cpp has the connections and the public face,
// hub_messages.cpp what peers say, hub_commit.cpp the end of a turn.
//
// Nothing is closed while rooms are walked: doom() only marks, and bury() at the end of each public
// call closes.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/deadlines.h"
#include "server/frame_press.h"
#include "server/hub.h"
#include "server/room.h"
#include "store/document_store.h"
#include "sync/dialects/hocuspocus.h"
#include "sync/y_frame.h"

namespace tidemark::server {

// Why somebody is not let in, or has to leave; in words for the peer.
struct Refusal {
  CloseReason reason;
  std::string detail;
};

// Of what a peer said.
Refusal refusal_of(const Error& error);
// Of what our store said, whose own words name files and are for the log.
Refusal store_refusal_of(const Error& error);

//  (1) A room on the list of touched rooms is marked so, and the other way round.
//  (2) Only touched rooms have updates, owe nothing that could be sent, or have unsaid awareness.
//  (3) Every session is in its connection's map and in its room's list.
//  (4) Every room without sessions has a deadline.
struct Hub::State {
  State(store::DocumentStore& the_store, const Limits& the_limits)
      : store(the_store), limits(the_limits) {}

  // hub.cpp
  Connection* find(ConnectionId id);
  void open(ConnectionId id, const Route& route, Peer peer, Instant now);
  void drained(Connection& connection, size_t bytes, Instant now);
  tl::expected<Session*, Refusal> join(Connection& connection, std::string_view document,
                                       std::string_view address, Instant now);
  tl::expected<Room*, Refusal> room_named(std::string_view name, Instant now);
  void end(Session& session, Instant now);
  void end_all(Connection& connection, Instant now);
  void send(Connection& connection, const SharedFrame& frame, Instant now);
  void send(Connection& connection, Buffer&& frame, Instant now) {
    send(connection, share(std::move(frame)), now);
  }
  void doom(Connection& connection, CloseReason reason, std::string detail);
  void note(const Connection& connection, const Refusal& refusal);
  void note_store(std::string_view doing, std::string_view document, const Error& error);
  void bury(Instant now);
  void touch(Room& room);
  void tick_connection(Connection& connection, Instant now);
  void tick_room(Room& room, Instant now);
  void check() const;

  // hub_messages.cpp
  void receive(Connection& connection, Bytes message, Instant now);
  void receive_y(Connection& connection, Bytes message, Instant now);
  void receive_hocuspocus(Connection& connection, Bytes message, Instant now);
  void take(Session& session, const sync::hocuspocus::Message& message, Instant now);
  void wait_or_authenticate(Connection& connection, const sync::hocuspocus::Frame& frame,
                            Bytes message, Instant now);
  void authenticate(Connection& connection, const sync::hocuspocus::Frame& frame, Instant now);
  void replay(Connection& connection, std::span<const Buffer> messages, Instant now);
  void take_sync(Session& session, const sync::SyncMessage& message, bool is_reply, Instant now);
  void take_update(Session& session, sync::SyncStep step, Bytes update, Instant now);
  void refuse_write(Session& session, sync::SyncStep step, Bytes update, Instant now);
  void take_awareness(Session& session, Bytes update, Instant now);
  // Ends the session with the reason; in y-websocket that is the connection.
  void refuse(Session& session, const Error& error, Instant now);

  // hub_commit.cpp
  void commit(int64_t wall_ms, Instant now);
  std::vector<std::optional<Refusal>> append(std::span<Room* const> turn, int64_t wall_ms,
                                             Instant now);
  Result<> append_rows(std::span<Room* const> turn, int64_t wall_ms);
  void note_append(std::string_view document, const Error& error, Instant now);
  void fail(Room& room, const Refusal& refusal, Instant now);
  void release(Room& room, Instant now);
  void greet(Room& room, Instant now);
  void send_updates(Room& room, Instant now);
  void send_differences(Room& room, Instant now);
  void ask(Session& session, Instant now);
  void send_awareness(Room& room, Instant now);
  void send_statuses(Room& room, Instant now);
  void compact_one(int64_t wall_ms);
  bool has_space(const Connection& connection) const;

  store::DocumentStore& store;
  const Limits limits;

  std::unordered_map<ConnectionId, std::unique_ptr<Connection>> connections;
  std::map<std::string, std::unique_ptr<Room>, std::less<>> rooms;
  std::unordered_map<uint64_t, Room*> rooms_by_id;
  std::vector<Room*> touched;
  std::vector<std::pair<ConnectionId, Refusal>> doomed;
  std::set<std::string> long_tails;  // rooms that want compaction
  // Why a document did not load, and until when nobody tries again.
  std::map<std::string, std::pair<Instant, Refusal>, std::less<>> unloadable;

  Deadlines connection_deadlines;
  Deadlines room_deadlines;
  std::vector<Action> actions;
  std::vector<Notice> notices;
  Counters counters;
  uint64_t next_id = 1;  // of rooms and sessions
  Instant storage_retry_at;
  // From the first connection on for awareness-timeout-ms; before it, for ever.
  Instant is_young_until = Instant::never();
  ErrorCode storage_error = ErrorCode::kUnavailable;  // the last
  bool is_draining = false;
};

}  // namespace tidemark::server
