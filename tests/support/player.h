// Plays a program on our kernel and says what happened, in the words of session.mjs, whose head has
// the grammar of programs and traces.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crdt/doc.h"
#include "crdt/update.h"
#include "support/histories.h"
#include "support/json_values.h"
#include "support/views.h"

namespace tidemark::support {

// One client of a session: a document and what it has said since the last step began.
class Peer {
 public:
  struct Emitted {
    bool is_local;
    Buffer v1;
    Buffer v2;
  };

  Peer(const Json& client, const Json& roots, bool with_events, uint64_t client_id);
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  crdt::Doc& doc() { return doc_; }
  crdt::SharedType root(std::string_view name);
  crdt::SharedType resolve(const Json& path);
  std::vector<crdt::SharedType> roots();
  Buffer state(unsigned version, const crdt::StateVector& known = {}) const;
  Result<> apply(Bytes update, unsigned version);

  Histories& histories() { return histories_; }

  void start_step();
  const std::vector<Emitted>& emitted() const { return emitted_; }
  // "u", "e" and "s" of a result.
  void write_step(JsonWriter& to) const;
  void write_state(JsonWriter& to);

 private:
  void watch_updates();
  void watch_v2();
  void watch_events(const std::string& root);
  void note_event(const std::string& root, const crdt::Event& event);

  std::vector<std::pair<crdt::TypeRef, std::string>> roots_;
  crdt::Doc doc_;
  std::vector<Emitted> emitted_;
  std::vector<std::string> events_;
  std::vector<std::string> added_;
  std::vector<std::string> removed_;
  std::vector<std::string> loaded_;
  std::vector<crdt::Subscription> subscriptions_;
  bool always_watches_v2_;
  crdt::Subscription v2_;
  Histories histories_;
};

// The program must outlive the session.
class Session {
 public:
  explicit Session(const Json& program);

  // Writes the result of a step. The error is the kernel's, or a broken invariant.
  Result<> play(const Json& step, JsonWriter& to);

 private:
  using Ref = std::pair<int, unsigned>;

  Result<> play_local(const Json& step, JsonWriter& to);
  Result<> play_receive(const Json& client, const Json& refs, const Json& step, JsonWriter& to);
  Result<> play_sync(const Json& step, JsonWriter& to);
  Result<> play_hear(const Json& step, JsonWriter& to);
  Result<> play_reload(const Json& step, JsonWriter& to);
  Result<> play_history(const Json& step, JsonWriter& to);
  Result<> play_utils(const Json& step, JsonWriter& to);
  Result<> play_subdocument(const Json& step, JsonWriter& to);
  Result<> play_view(const Json& step, JsonWriter& to);
  Result<> play_rewind(const Json& step, JsonWriter& to);
  Result<> play_compact(const Json& step, JsonWriter& to);
  void play_check(const Json& step, JsonWriter& to);

  Peer& peer_at(const Json& client);
  std::unique_ptr<Peer> new_peer(size_t client, uint64_t id) const;
  std::vector<Bytes> find(const Json& refs, unsigned version) const;
  Result<> finish(const Json& step, Peer& peer, JsonWriter& to);

  const Json& program_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::map<int, std::vector<Peer::Emitted>> emitted_;  // local updates by step
  Views views_;
};

// The whole trace as a JSON array, or the first error and the number of the step. A program that
// makes no sense ends in an error too.
struct Trace {
  std::string json;
  std::string error;
  int failed_step = -1;
};
Trace play_program(const Json& program);

}  // namespace tidemark::support
