// For tests: a hub over a faulty store, with a hand on every frame that it sends.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crdt/doc.h"
#include "server/faulty_store.h"
#include "server/hub.h"
#include "sync/dialects/hocuspocus.h"
#include "sync/y_frame.h"

namespace tidemark::server {

class HubTest : public testing::Test {
 protected:
  using Frames = std::vector<Buffer>;

  void start() { hub = std::make_unique<Hub>(store, limits); }
  void SetUp() override { start(); }
  void TearDown() override {
    if (hub) hub->check();
  }

  void open_y(ConnectionId id, std::string room = "doc", Peer peer = {}) {
    hub->open(id, {Dialect::kYWebsocket, std::move(room)}, std::move(peer), now);
  }
  void open_h(ConnectionId id, Peer peer = {}) {
    hub->open(id, {Dialect::kHocuspocus, {}}, std::move(peer), now);
  }
  void say(ConnectionId id, const Buffer& message) {
    hub->receive(id, message, now);
    hub->check();
  }
  void token(ConnectionId id, std::string_view address = "doc") {
    say(id, sync::hocuspocus::token_frame(address, "", "4.8.0"));
  }
  void step1(ConnectionId id, std::string_view address = {}) {
    const Buffer nothing = {0};
    say(id, frame(address, sync::SyncStep::kStep1, nothing));
  }
  void update(ConnectionId id, Bytes bytes, std::string_view address = {}) {
    say(id, frame(address, sync::SyncStep::kUpdate, bytes));
  }
  static Buffer frame(std::string_view address, sync::SyncStep step, Bytes payload) {
    return address.empty() ? sync::y_sync_frame(step, payload)
                           : sync::hocuspocus::sync_frame(address, step, payload);
  }

  // Takes what the hub wants done; frames go to heard, closes to closed.
  void settle() {
    for (Action& action : hub->take_actions()) {
      if (auto* send = std::get_if<Send>(&action)) {
        heard[send->connection].push_back(*send->frame);
        shared[send->connection].push_back(send->frame);
        if (drains) hub->drained(send->connection, send->frame->size(), now);
      } else if (auto* close = std::get_if<Close>(&action)) {
        EXPECT_LE(close->detail.size(), 123u);
        closed[close->connection] = close->reason;
        details[close->connection] = close->detail;
      } else {
        admitted.push_back(std::get<Admit>(action).connection);
      }
    }
    for (Notice& notice : hub->take_notices()) notices.push_back(std::move(notice));
  }
  void commit() {
    hub->commit(1'000, now);
    settle();
    hub->check();
  }
  void tick(int64_t ms) {
    now = now + ms;
    hub->tick(now);
    commit();
  }

  // What a connection heard since it was last asked.
  Frames take(ConnectionId id) { return std::exchange(heard[id], {}); }

  // The payloads of the sync messages of one step among the frames.
  static Frames payloads(const Frames& frames, sync::SyncStep step) {
    Frames found;
    for (const Buffer& each : frames) {
      const auto read = sync::read_y_frame(each);
      if (!read) continue;
      const auto* message = std::get_if<sync::SyncMessage>(&*read);
      if (message != nullptr && message->step == step) found.push_back(copy_of(message->payload));
    }
    return found;
  }

  // An edit of a new client: its text at the beginning of "t".
  static Buffer edit(uint64_t client, std::string_view text) {
    crdt::Doc doc{{.client_id = client}};
    EXPECT_TRUE(doc.text("t").insert(0, text));
    return doc.encode_state_as_update();
  }
  // What a newcomer sees.
  std::string stored_text(std::string_view document = "doc") {
    const auto state = store.load(document);
    if (!state || !*state) return "";
    crdt::Doc doc;
    if ((*state)->snapshot) {
      EXPECT_TRUE(doc.apply_update((*state)->snapshot->state));
    }
    for (const auto& row : (*state)->tail) EXPECT_TRUE(doc.apply_update(row.update));
    return doc.text("t").to_string();
  }
  static std::string text_of(Bytes update) {
    crdt::Doc doc;
    EXPECT_TRUE(doc.apply_update(update));
    return doc.text("t").to_string();
  }

  FaultyStore store;
  Limits limits;
  std::unique_ptr<Hub> hub;
  Instant now{0};
  bool drains = true;
  ConnectionId next_id = 100;
  std::map<ConnectionId, Frames> heard;
  std::map<ConnectionId, std::vector<SharedFrame>> shared;
  std::map<ConnectionId, CloseReason> closed;
  std::map<ConnectionId, std::string> details;  // of the closed
  std::vector<ConnectionId> admitted;
  std::vector<Notice> notices;
};

}  // namespace tidemark::server
