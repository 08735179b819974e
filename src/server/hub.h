// All rooms of one thread. Pure: messages, time and randomness come in, actions go out. A turn is
// any number of calls that bring something in, then one commit(), which appends everything the turn
// brought to the store at once and only then lets anybody hear of it. Not thread-safe.
//
//   open/receive/drained/closed ... ; commit ; take_actions       every turn of the loop
//   tick ; commit ; take_actions                                  at next_deadline()
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "server/close_reason.h"
#include "server/counters.h"
#include "server/grant.h"
#include "server/limits.h"
#include "server/route.h"
#include "server/shared_frame.h"

namespace tidemark::store {
class DocumentStore;
}

namespace tidemark::server {

// Chosen by the caller, never used twice in the life of a hub.
using ConnectionId = uint64_t;

// Write one binary message. The order of sends to one connection is the order on the wire.
struct Send {
  ConnectionId connection;
  SharedFrame frame;
};

// Close after what was sent before is written, and forget the connection: the hub has already done
// so, and ignores whatever else is said about it, closed() included.
struct Close {
  ConnectionId connection;
  CloseReason reason;
  std::string detail;  // at most 123 bytes of UTF-8, as the close frame allows
};

// The peer has said who it is: what it may say before that is no longer all that it may say. Comes
// before anything is sent on that account, and not in y-websocket, where the path says it.
struct Admit {
  ConnectionId connection;
};

using Action = std::variant<Send, Close, Admit>;

// Something for the log: what was refused, or what our own store refused. Not meant for peers.
struct Notice {
  CloseReason reason;
  std::string detail;
};

struct Peer {
  std::string address;
  Grant grant = Grant::everything();
};

class Hub {
 public:
  // The store outlives the hub.
  Hub(store::DocumentStore& store, const Limits& limits);
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  // A connection whose upgrade is done. It may be closed at once: take the actions.
  void open(ConnectionId connection, const Route& route, Peer peer, Instant now);
  // One whole binary message; the bytes are copied where they must outlive the call.
  void receive(ConnectionId connection, Bytes message, Instant now);
  // So many bytes of frames (payload, without WebSocket headers) have left for the peer since the
  // last call. The sum over the connection's life is the sum of the frames written.
  void drained(ConnectionId connection, size_t bytes, Instant now);
  // The connection is gone; nothing more is sent to it.
  void closed(ConnectionId connection, Instant now);

  // Ends the turn. `wall_ms` (Unix time) only dates the rows of the log.
  void commit(int64_t wall_ms, Instant now);

  void tick(Instant now);
  // When tick() is wanted next; Instant::never() if not at all.
  Instant next_deadline() const;

  // For a graceful end: commits, then closes every connection with kGoingAway and refuses new ones.
  void drain(int64_t wall_ms, Instant now);

  // What is to be done, in order; empties the list.
  std::vector<Action> take_actions();
  // What has happened since the last call.
  std::vector<Notice> take_notices();

  Counters counters() const;

  // The numbered invariants of rooms and sessions, by assertion; for tests.
  void check() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tidemark::server
