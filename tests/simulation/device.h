// Somebody with an editor: a document, a cursor, a session in one of the two dialects, and a ledger
// of what the server has called kept. Pure, as its server is: time and chance come from outside.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/random.h"
#include "crdt/doc.h"
#include "server/route.h"
#include "sync/awareness.h"
#include "sync/dialects/hocuspocus_session.h"
#include "sync/y_session.h"

namespace tidemark::simulation {

// What a server that has stored everything so far holds of one document.
struct Oracle {
  crdt::Doc doc;
  bool holds(Bytes update) const;
};

class Device {
 public:
  Device(uint64_t client, server::Dialect dialect, std::string room, Instant now);

  server::Route route() const;
  const std::string& room() const { return room_; }
  uint64_t client() const { return client_; }
  crdt::Doc& doc() { return *doc_; }
  const sync::Awareness& awareness() const { return awareness_; }

  // A connection begins or ends; frames in flight are gone with it.
  void connected(sync::Frames& out);
  void disconnected();
  bool is_connected() const { return y_ != nullptr || h_ != nullptr; }
  // The server refuses this document: somebody has to connect anew.
  bool is_ended() const { return h_ && h_->ended(); }

  // Inserts or erases something at random; tells the server if connected.
  void edit(Random& random, sync::Frames& out);
  void move_cursor(Random& random, Instant now, sync::Frames& out);
  // y-websocket: asks, so that the answer is the proof. Hocuspocus is told without asking.
  void ask(sync::Frames& out);
  void tick(Instant now, sync::Frames& out);

  // False if the frame makes no sense, which a server's never should.
  bool receive(Bytes frame, Instant now, sync::Frames& out);

  // Edits that the server has called kept since the last call.
  std::vector<Buffer> take_kept();
  bool is_everything_kept() const { return unkept_.empty(); }

 private:
  void count_answers(Bytes frame);
  void keep(const std::set<uint64_t>& edits);
  std::set<uint64_t> all_unkept() const;

  uint64_t client_;
  server::Dialect dialect_;
  std::string room_;
  std::string address_;
  std::unique_ptr<crdt::Doc> doc_;
  sync::Awareness awareness_;
  std::unique_ptr<sync::YSession> y_;
  std::unique_ptr<sync::hocuspocus::Session> h_;

  // Own edits that nobody has called kept, by number.
  std::map<uint64_t, Buffer> unkept_;
  uint64_t edits_ = 0;
  // For each thing said that will be answered, the edits that the answer covers.
  std::deque<std::set<uint64_t>> claims_;
  std::vector<Buffer> kept_;
};

}  // namespace tidemark::simulation
