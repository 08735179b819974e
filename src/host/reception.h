// Stands between the sockets and the shard, on the sockets' thread: answers what it can itself,
// sends the rest on as letters, and carries out what the shard's turns say.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "host/serve.h"
#include "host/shard.h"
#include "net/origin.h"
#include "net/server.h"

namespace tidemark::host {

class Reception final : public net::ServerEvents {
 public:
  // The loop outlives it. Letters are dropped until there is a shard.
  Reception(net::Loop& loop, const ServeOptions& options);

  net::Server& sockets() { return sockets_; }
  void attach(Shard& shard) { shard_ = &shard; }

  // What the shard brought; on the loop's thread.
  void carry_out(const Turn& turn);

  // Nobody new; everybody is sent away once what they sent is stored. `done` is called when the
  // last connection is gone.
  void wind_up(std::function<void()> done);
  // The shard has stored everything and has sent everybody away.
  bool has_drained() const { return has_drained_; }

  // Why nobody should be sent here; empty if all is well.
  std::string unreadiness() const;

  void requested(ConnectionId connection, const net::HttpRequest& request) override;
  void received(ConnectionId connection, net::Opcode kind, Buffer message) override;
  void drained(ConnectionId connection, size_t bytes) override;
  void closed(ConnectionId connection, const net::Farewell& farewell) override;
  void noticed(std::string_view event, const std::string& detail) override;

 private:
  net::HttpResponse answer(ConnectionId connection, const net::HttpRequest& request,
                           bool& is_later);
  void admit(ConnectionId connection, const net::HttpRequest& request);
  void carry_out(const server::Action& action);
  void carry_out(const Answer& answer);
  void hand_over();
  void tell_health();
  // Whether the topic was not told lately; if so, it now is.
  bool is_due(const std::string& topic);
  void notice(std::string_view event, const std::string& topic, const std::string& detail);

  net::Loop& loop_;
  const server::Limits limits_;
  const uint64_t max_frame_bytes_;
  const net::PagePolicy pages_;
  net::Server sockets_;
  Shard* shard_ = nullptr;
  std::vector<Letter> letters_;
  size_t unanswered_ = 0;  // letters that the shard has not done with
  Instant unanswered_since_ = Instant::never();
  bool is_storage_healthy_ = true;
  bool was_told_healthy_ = true;  // by the log
  bool will_tell_health_ = false;
  bool is_winding_up_ = false;
  bool has_drained_ = false;
  std::function<void()> done_;
  // By topic: not every stranger who is turned away is worth a line.
  std::unordered_map<std::string, Instant> noticed_;
};

}  // namespace tidemark::host
