// A thread with a hub and a store of its own, so that waiting for the disk holds up nobody's
// socket. Letters come in, and after each turn - one commit for everything that had come - one
// Turn goes out. Several shards would share nothing.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "host/commit_times.h"
#include "host/mailbox.h"
#include "server/hub.h"
#include "store/document_store.h"

namespace tidemark::host {

using server::ConnectionId;

struct Opened {
  ConnectionId connection;
  server::Route route;
  server::Peer peer;
};
struct Received {
  ConnectionId connection;
  Buffer message;
};
struct Drained {
  ConnectionId connection;
  size_t bytes;
};
struct Closed {
  ConnectionId connection;
};
// A question about what only the shard knows; the answer is in the Turn that follows.
struct AskedCounters {
  ConnectionId connection;
};
struct AskedDocuments {
  ConnectionId connection;
  std::string after;
};
struct Drain {};
struct Stop {};
using Letter =
    std::variant<Opened, Received, Drained, Closed, AskedCounters, AskedDocuments, Drain, Stop>;

struct CountersAnswer {
  ConnectionId connection;
  server::Counters counters;
  CommitTimes commit_times;
};
struct DocumentsAnswer {
  ConnectionId connection;
  Result<std::vector<store::DocumentStatistics>> documents;
};
using Answer = std::variant<CountersAnswer, DocumentsAnswer>;

struct Consumed {
  ConnectionId connection;
  size_t bytes;  // of one message
};

struct Turn {
  std::vector<server::Action> actions;
  std::vector<server::Notice> notices;
  std::vector<Consumed> consumed;
  std::vector<Answer> answers;
  size_t letters = 0;  // how many of those that were sent are done
  bool is_storage_healthy = true;
  bool has_drained = false;
};

class Shard {
 public:
  // `ended` is called on the shard's thread, once per turn. The store belongs to this thread until
  // the shard is gone.
  Shard(store::DocumentStore& store, const server::Limits& limits, std::function<void(Turn)> ended);
  // Finishes what has been sent.
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  // From one thread; empties the batch.
  void send(std::vector<Letter>& batch) { mailbox_.put(batch); }

 private:
  void run();
  void take_in(Letter& letter, Turn& turn);
  void finish(Turn& turn);
  void commit();
  // Everything that came, in as many commits as its size asks for.
  void take_turns(std::vector<Letter>& letters);

  store::DocumentStore& store_;
  std::function<void(Turn)> ended_;
  server::Hub hub_;
  Mailbox<Letter> mailbox_;
  CommitTimes commit_times_;
  size_t turn_bytes_ = 0;
  bool is_stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace tidemark::host
