// HTTP and WebSocket for many peers on one loop, under limits. Whoever runs it gets requests and
// messages and answers when it likes; nothing here knows what the bytes mean. All calls and all
// events happen on the loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "net/endpoint.h"
#include "net/http.h"
#include "net/limits.h"
#include "net/loop.h"
#include "net/tls.h"
#include "net/websocket_frame.h"

namespace tidemark::net {

// Counted up from 1, never used twice.
using ConnectionId = uint64_t;

// Made once, written to many sockets, freed with the last.
using SharedPayload = std::shared_ptr<const Buffer>;

// What a waiting message counts beside its bytes, so that empty ones are not free.
inline constexpr size_t kMessageCost = 64;

class ServerEvents {
 public:
  // Answer with respond() or upgrade(), now or later.
  virtual void requested(ConnectionId connection, const HttpRequest& request) = 0;
  // A whole message, text or binary, of an upgraded connection. Say consumed() when it no longer
  // takes memory: size + kMessageCost.
  virtual void received(ConnectionId connection, Opcode kind, Buffer message) = 0;
  // So many payload bytes have left since the last call.
  virtual void drained(ConnectionId connection, size_t bytes) = 0;
  // An upgraded connection is over; said once, by whichever side it ended.
  virtual void closed(ConnectionId connection, const Farewell& farewell) = 0;
  // Something for the log: accepting failed, a limit turned somebody away.
  virtual void noticed(std::string_view event, const std::string& detail) = 0;

 protected:
  ~ServerEvents() = default;
};

struct ServerCounters {
  uint64_t connections = 0;  // now
  uint64_t websockets = 0;   // now
  uint64_t accepted = 0;
  uint64_t refused_full = 0;
  uint64_t refused_address = 0;
  uint64_t accept_failures = 0;
  uint64_t requests = 0;
  uint64_t violations = 0;  // closed for what the peer did on the wire
  uint64_t timeouts = 0;
  uint64_t queue_overflows = 0;
  uint64_t read_pauses = 0;
  uint64_t writes = 0;  // calls into the kernel
  uint64_t bytes_read = 0;
  uint64_t bytes_written = 0;
};

class Server {
 public:
  // Both outlive the server.
  Server(Loop& loop, ServerEvents& events, const Limits& limits);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Returns where it listens, with real ports.
  Result<std::vector<Endpoint>> listen(const Endpoint& endpoint, const std::shared_ptr<Tls>& tls);
  // For connections to come; only where TLS was on already.
  void replace_tls(const std::shared_ptr<Tls>& tls);
  void stop_accepting();

  void respond(ConnectionId connection, HttpResponse response);
  // Answers the handshake; false if it was not acceptable, which the peer has then been told.
  // Its messages may have so many bytes, at most max_frame_bytes.
  bool upgrade(ConnectionId connection, const HttpRequest& request, uint64_t max_message_bytes);
  // The same from the next frame on.
  void limit_messages(ConnectionId connection, uint64_t max_message_bytes);
  void send(ConnectionId connection, Opcode kind, SharedPayload payload);
  // Everything sent before still goes out. Nothing more is received.
  void close(ConnectionId connection, const Farewell& farewell);
  void consumed(ConnectionId connection, size_t cost);
  // Of a connection that exists; otherwise empty.
  std::string address(ConnectionId connection) const;

  // For the end: idle HTTP connections go at once, the others after their response; WebSockets are
  // closed with the farewell unless they already say goodbye.
  void close_all(const Farewell& farewell);
  const ServerCounters& counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tidemark::net
