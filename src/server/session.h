// One document's conversation over one connection, as its room sees it: what it may do, what it
// waits for, and what it did in this turn. A y-websocket connection has one, a Hocuspocus
// connection one for each address.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "crdt/state_vector.h"
#include "server/grant.h"
#include "server/hub.h"

namespace tidemark::server {

struct Connection;
class Room;

struct Session {
  uint64_t id = 0;
  Connection* connection = nullptr;
  Room* room = nullptr;
  std::string address;  // of its frames; empty in y-websocket
  Access access;

  // What the peer has, if a difference from there is owed: it asked, or its queue was full. While
  // one is owed no updates are sent, the difference will hold them.
  std::optional<crdt::StateVector> owed_from;
  // The peer asked with a SyncStep1 and takes the next SyncStep2 for the answer: what we send of
  // our own accord must not look like one, for to a y-websocket client the answer means durable.
  bool has_asked = false;
  // Our SyncStep1 goes out before the difference.
  bool asks_back = false;
  // The difference makes up for updates withheld.
  bool is_cut = false;
  // All awareness states are owed.
  bool lacks_awareness = false;
  bool is_greeted = false;
  bool was_told_readonly = false;

  // Of this turn.
  uint64_t contributed = 0;
  std::vector<bool> statuses;  // per update received: kept?
};

// A byte pipe with a peer at its end.
struct Connection {
  ConnectionId id = 0;
  Dialect dialect = Dialect::kYWebsocket;
  Peer peer;
  std::map<std::string, std::unique_ptr<Session>, std::less<>> sessions;  // by address

  // Hocuspocus: what was said about documents that nobody has authenticated for yet.
  std::map<std::string, std::vector<Buffer>, std::less<>> waiting;  // by address
  uint64_t waiting_bytes = 0;
  uint64_t waiting_messages = 0;
  bool has_authenticated = false;

  Instant opened;
  Instant last_sent;
  // When the queue last became shorter, or not empty.
  Instant last_progress;
  uint64_t queued_bytes = 0;
  // What could not be withheld while the queue was above the soft limit.
  uint64_t forced_bytes = 0;
  // It will be closed at the end of the call.
  bool is_doomed = false;
};

}  // namespace tidemark::server
