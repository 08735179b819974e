// One peer from accept to the last byte: first HTTP requests, then perhaps a WebSocket, at the end
// a farewell that the peer has time to read.
//
//   kOpening ─► kRequest ⇄ kAnswering ─► kWebsocket ─► kFarewell ─► kLingering ─► kEnded
//
// From any stage the pipe's end leads to kEnded, and a fault of the peer to kLingering.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "net/http.h"
#include "net/limits.h"
#include "net/loop.h"
#include "net/outbox.h"
#include "net/pipe.h"
#include "net/server.h"
#include "net/websocket_frame.h"

namespace tidemark::net {

// What the connections of one server share.
struct Exchange {
  Loop& loop;
  ServerEvents& events;
  Limits limits;
  ServerCounters counters = {};
  size_t unconsumed_bytes = 0;
  std::vector<ConnectionId> unwritten = {};  // have something to write at the end of the turn
  std::vector<ConnectionId> ended = {};      // are to be forgotten at the end of the turn
  std::vector<ConnectionId> paused = {};     // do not read until something is consumed
  Gather gather = {};
};

class Connection final : public PipeOwner {
 public:
  Connection(ConnectionId id, std::unique_ptr<Pipe> pipe, Exchange& exchange);
  ~Connection();

  void start();
  void respond(HttpResponse response);
  bool upgrade(const HttpRequest& request, uint64_t max_message_bytes);
  void limit_messages(uint64_t max_message_bytes);
  void send(Opcode kind, SharedPayload payload);
  void close(const Farewell& farewell);
  void consumed(size_t cost);
  // Reads again if nothing speaks against it any more.
  void resume();
  // Writes what the socket takes.
  void flush();
  // Looks at the deadlines.
  void sweep(Instant now);
  // The server is about to end.
  void wind_up(const Farewell& farewell);

  const std::string& address() const { return pipe_->address(); }

  void on_ready() override;
  void on_bytes(Bytes bytes) override;
  void on_writable() override;
  void on_end() override;

 private:
  enum class Stage : uint8_t {
    kOpening,
    kRequest,
    kAnswering,
    kWebsocket,
    kFarewell,
    kLingering,
    kEnded
  };

  void feed(Bytes input);
  void feed_request(Bytes& input);
  void feed_frames(Bytes input);
  void hear(Incoming said);
  void receive(Incoming message);
  void fail(const Farewell& farewell);
  void fail_request(int status);
  void refuse(HttpResponse response);
  void say_goodbye(const Farewell& farewell);
  void linger();
  void end();
  void report_closed(const Farewell& farewell);
  void arm();
  void mark_unwritten();
  bool is_paused() const;
  void sweep_websocket(Instant now);
  bool is_open_websocket() const { return stage_ == Stage::kWebsocket; }

  const ConnectionId id_;
  std::unique_ptr<Pipe> pipe_;
  Exchange& exchange_;
  Stage stage_ = Stage::kOpening;
  bool is_reading_ = false;
  bool is_listed_paused_ = false;
  bool is_blocked_ = false;    // the socket takes nothing at the moment
  bool is_unwritten_ = false;  // stands in exchange_.unwritten
  bool is_feeding_ = false;
  bool has_ended_input_ = false;
  bool has_finished_ = false;  // our side of the pipe is closed
  bool is_upgraded_ = false;
  bool is_reported_ = false;
  bool is_pinged_ = false;
  bool is_winding_up_ = false;

  std::unique_ptr<HttpReader> http_;  // until the upgrade
  bool keeps_alive_ = true;           // as the request at hand asks
  bool is_head_request_ = false;
  std::optional<FrameReader> frames_;
  Buffer unread_;  // came while a request was being answered

  Outbox outbox_;
  size_t unconsumed_bytes_ = 0;
  Instant deadline_ = Instant::never();  // of the stage
  Instant heard_;
  Instant midway_since_ = Instant::never();
};

}  // namespace tidemark::net
