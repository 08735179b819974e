// Over real sockets on loopback: what a stranger on the wire sees. The owner in these tests echoes.
#include "net/server.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <future>
#include <map>
#include <thread>

#include "net/peer_for_tests.h"
#include "net/websocket_handshake.h"

namespace tidemark::net {
namespace {

class Echo final : public ServerEvents {
 public:
  explicit Echo(const Limits& limits = {}) : server(loop, *this, limits) {
    const auto places = server.listen({"127.0.0.1", 0}, nullptr);
    port = places ? places->front().port : uint16_t{0};
    thread = std::thread([this] { loop.run(); });
  }
  ~Echo() {
    loop.stop();
    thread.join();
  }

  // Runs on the loop and waits for it.
  template <typename Task>
  auto on_loop(Task task) {
    std::packaged_task<decltype(task())()> packaged(std::move(task));
    auto future = packaged.get_future();
    loop.post([&packaged] { packaged(); });
    return future.get();
  }

  void requested(ConnectionId connection, const HttpRequest& request) override {
    if (asks_for_websocket(request)) {
      if (server.upgrade(connection, request, first_max_bytes)) last = connection;
      return;
    }
    if (request.path() == "/later") {
      loop.after(5,
                 [this, connection] { server.respond(connection, plain_response(200, "later")); });
      return;
    }
    if (request.path() == "/large") {
      HttpResponse response = plain_response(200, "");
      response.body.assign(8 << 20, 'x');
      return server.respond(connection, std::move(response));
    }
    server.respond(connection, plain_response(200, request.path()));
  }
  void received(ConnectionId connection, Opcode kind, Buffer message) override {
    if (keeps) {
      kept.emplace_back(connection, message.size() + kMessageCost);
      return;
    }
    server.consumed(connection, message.size() + kMessageCost);
    sent_bytes += message.size();
    server.send(connection, kind, std::make_shared<const Buffer>(std::move(message)));
  }
  void drained(ConnectionId, size_t bytes) override { drained_bytes += bytes; }
  void closed(ConnectionId, const Farewell& farewell) override { farewells.push_back(farewell); }
  void noticed(std::string_view event, const std::string&) override { notices.emplace_back(event); }

  Loop loop;
  Server server;
  uint16_t port = 0;
  std::thread thread;
  // Touched on the loop only.
  bool keeps = false;
  uint64_t first_max_bytes = Limits{}.max_frame_bytes;
  std::vector<std::pair<ConnectionId, size_t>> kept;
  size_t sent_bytes = 0;
  size_t drained_bytes = 0;
  std::vector<Farewell> farewells;
  std::vector<std::string> notices;
  ConnectionId last = 0;
};

using Frame = TestPeer::Frame;

std::string close_payload(uint16_t code, std::string_view reason = "") {
  std::string text = {static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return text.append(reason);
}

TEST(HttpServer, answers_one_request_after_another) {
  Echo echo;
  TestPeer peer(echo.port);
  peer.say("GET /one HTTP/1.1\r\nHost: x\r\n\r\nGET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  peer.say("HEAD /head HTTP/1.1\r\nHost: x\r\n\r\nGET /two HTTP/1.1\r\nHost: x\r\n");
  peer.say("Connection: close\r\n\r\n");
  const std::string all = peer.hear_all();
  const size_t one = all.find("\r\n\r\n/one\n");
  const size_t later = all.find("\r\n\r\nlater\n");
  const size_t two = all.find("\r\n\r\n/two\n");
  EXPECT_LT(one, later);
  EXPECT_LT(later, two);
  EXPECT_NE(two, std::string::npos);
  EXPECT_EQ(all.find("/head"), std::string::npos);
  EXPECT_NE(all.find("Content-Length: 6\r\n"), std::string::npos);
}

TEST(HttpServer, sends_a_long_response_to_a_client_that_has_ended_its_side) {
  Echo echo;
  TestPeer peer(echo.port);
  peer.say("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  peer.finish();
  EXPECT_GT(peer.hear_all().size(), size_t{8} << 20);
}

TEST(HttpServer, refuses_malformed_and_oversized_requests_with_a_status) {
  Echo echo;
  const auto status = [&](std::string_view text) {
    TestPeer peer(echo.port);
    peer.say(text);
    return peer.hear_all().substr(0, 12);
  };
  EXPECT_EQ(status("nonsense\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status("GET / HTTP/1.1\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(1 << 20, 'x')), "HTTP/1.1 431");
}

TEST(HttpServer, gives_a_slow_request_ten_seconds_or_what_the_option_says) {
  Echo echo({.header_deadline_ms = 50});
  TestPeer peer(echo.port);
  peer.say("GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(peer.hear_all().substr(0, 12), "HTTP/1.1 408");
  TestPeer silent(echo.port);
  EXPECT_TRUE(silent.hear_end());
}

TEST(HttpServer, forgets_idle_connections) {
  Echo echo({.keep_alive_ms = 50});
  TestPeer peer(echo.port);
  peer.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(peer.hear_all().find("keep-alive"), std::string::npos);
}

TEST(HttpServer, counts_connections_per_address_and_in_all) {
  Echo echo({.max_connections_per_address = 2});
  TestPeer first(echo.port);
  TestPeer second(echo.port);
  EXPECT_NE(first.upgrade().find("101"), std::string::npos);
  EXPECT_NE(second.upgrade().find("101"), std::string::npos);
  {
    TestPeer third(echo.port);
    EXPECT_TRUE(third.hear_end());
  }
  first.say(0x88, "");
  first.hear_frame();
  EXPECT_TRUE(first.hear_end());
  EXPECT_EQ(echo.on_loop([&] { return echo.notices.size(); }), 1u);
  Echo small({.max_connections = 1});
  TestPeer only(small.port);
  EXPECT_NE(only.upgrade().find("101"), std::string::npos);
  TestPeer other(small.port);
  EXPECT_TRUE(other.hear_end());
}

TEST(HttpServer, survives_running_out_of_descriptors) {
  Echo echo;
  TestPeer waiting(echo.port);
  waiting.say("GET /before HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(waiting.hear_line_block().find("200"), std::string::npos);
  rlimit before = {};
  ::getrlimit(RLIMIT_NOFILE, &before);
  // Leaves room for the client's socket but not for the server's.
  const int lowest = ::dup(0);
  ::close(lowest);
  rlimit few = before;
  few.rlim_cur = static_cast<rlim_t>(lowest) + 1;
  ::setrlimit(RLIMIT_NOFILE, &few);
  TestPeer peer(echo.port);
  ASSERT_TRUE(peer.is_connected());
  while (echo.on_loop([&] { return echo.server.counters().accept_failures; }) == 0) {
  }
  ::setrlimit(RLIMIT_NOFILE, &before);
  peer.say("GET /after HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(peer.hear_line_block().find("200"), std::string::npos);
  EXPECT_LT(echo.on_loop([&] { return echo.server.counters().accept_failures; }), 100u);
}

TEST(HttpServer, ends_everything_when_told_to) {
  Echo echo;
  TestPeer http(echo.port);
  http.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  http.hear_line_block();
  http.hear(2);
  TestPeer socket(echo.port);
  socket.upgrade();
  echo.on_loop([&] {
    echo.server.stop_accepting();
    echo.server.close_all({kCloseGoingAway, "server stops"});
  });
  EXPECT_TRUE(http.hear_end());
  EXPECT_EQ(socket.hear_close(), kCloseGoingAway);
  socket.say(0x88, close_payload(1001));
  EXPECT_TRUE(socket.hear_end());
  EXPECT_FALSE(TestPeer(echo.port).is_connected());
}

TEST(WebSocketServer, upgrades_and_echoes) {
  Echo echo;
  TestPeer peer(echo.port);
  EXPECT_EQ(peer.upgrade(),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
  for (const size_t size :
       std::initializer_list<size_t>{0, 1, 125, 126, 127, 65535, 65536, 1 << 20}) {
    const std::string payload(size, '*');
    peer.say(0x81, payload);
    EXPECT_EQ(peer.hear_frame(), (Frame{0x81, payload}));
    peer.say(0x82, payload);
    EXPECT_EQ(peer.hear_frame(), (Frame{0x82, payload}));
  }
}

TEST(WebSocketServer, reads_frames_that_come_with_the_request) {
  Echo echo;
  TestPeer peer(echo.port);
  Buffer all = copy_of(
      as_bytes("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"));
  append(all, masked_frame(0x82, "early"));
  peer.say(all);
  peer.hear_line_block();
  EXPECT_EQ(peer.hear_frame(), (Frame{0x82, "early"}));
}

TEST(WebSocketServer, answers_pings_inside_a_fragmented_message) {
  Echo echo;
  TestPeer peer(echo.port);
  peer.upgrade();
  peer.say(0x01, "frag");
  peer.say(0x89, "are you there");
  EXPECT_EQ(peer.hear_frame(), (Frame{0x8A, "are you there"}));
  peer.say(0x8A, "unasked");
  peer.say(0x80, "ment");
  EXPECT_EQ(peer.hear_frame(), (Frame{0x81, "fragment"}));
}

TEST(WebSocketServer, answers_ten_pings_in_order) {
  Echo echo;
  TestPeer peer(echo.port);
  peer.upgrade();
  for (int i = 0; i < 10; ++i) peer.say(0x89, std::to_string(i));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(peer.hear_frame(), (Frame{0x8A, std::to_string(i)}));
}

TEST(WebSocketServer, takes_frames_byte_by_byte) {
  Echo echo;
  TestPeer peer(echo.port);
  peer.upgrade();
  for (const uint8_t byte : masked_frame(0x81, "slowly but surely")) peer.say(Bytes(&byte, 1));
  EXPECT_EQ(peer.hear_frame(), (Frame{0x81, "slowly but surely"}));
}

struct Violation {
  const char* name;
  Buffer wire;
  uint16_t code;
};

TEST(WebSocketServer, closes_on_each_violation_with_its_code) {
  const std::vector<Violation> cases = {
      {"reserved bit 1", masked_frame(0xC1, "x"), 1002},
      {"reserved bits", masked_frame(0xF2, "x"), 1002},
      {"opcode 3", masked_frame(0x83, ""), 1002},
      {"opcode 11", masked_frame(0x8B, "x"), 1002},
      {"no mask", {0x81, 0x01, 'x'}, 1002},
      {"long ping", masked_frame(0x89, std::string(126, 'x')), 1002},
      {"split ping", masked_frame(0x09, "x"), 1002},
      {"continuation first", masked_frame(0x80, "x"), 1002},
      {"length not shortest", {0x82, 0xFE, 0, 1, 1, 2, 3, 4, 5}, 1002},
      {"bad text", masked_frame(0x81, "\xCE\xBA\xED\xA0\x80"), 1007},
      {"half a character", masked_frame(0x81, "\xE2\x82"), 1007},
      {"close with one byte", masked_frame(0x88, "\x03"), 1002},
      {"close 1005", masked_frame(0x88, close_payload(1005)), 1002},
      {"close 1016", masked_frame(0x88, close_payload(1016)), 1002},
      {"close reason", masked_frame(0x88, close_payload(1000, "\xFF")), 1007},
      {"too long", {0x82, 0xFF, 0, 0, 0, 0, 1, 0, 0, 1, 1, 2, 3, 4}, 1009},
  };
  Echo echo;
  for (const Violation& each : cases) {
    TestPeer peer(echo.port);
    peer.upgrade();
    peer.say(0x82, "before");
    peer.say(each.wire);
    peer.say(0x82, "after");
    EXPECT_EQ(peer.hear_frame(), (Frame{0x82, "before"})) << each.name;
    EXPECT_EQ(peer.hear_close(), each.code) << each.name;
    EXPECT_TRUE(peer.hear_end()) << each.name;
  }
}

TEST(WebSocketServer, returns_the_close_code_of_the_peer_and_ends) {
  Echo echo;
  for (const uint16_t code : std::initializer_list<uint16_t>{1000, 1001, 1011, 3000, 4999}) {
    TestPeer peer(echo.port);
    peer.upgrade();
    peer.say(0x88, close_payload(code, "bye"));
    EXPECT_EQ(peer.hear_close(), code);
    EXPECT_TRUE(peer.hear_end());
  }
  TestPeer peer(echo.port);
  peer.upgrade();
  peer.say(0x88, "");
  EXPECT_EQ(peer.hear_close(), kCloseNoCode);
  EXPECT_TRUE(peer.hear_end());
  EXPECT_EQ(echo.on_loop([&] { return echo.farewells.size(); }), 6u);
}

TEST(WebSocketServer, tells_once_that_a_connection_is_over) {
  Echo echo;
  {
    TestPeer peer(echo.port);
    peer.upgrade();
    peer.say(0x82, "x");
    peer.hear_frame();
  }
  while (echo.on_loop([&] { return echo.server.counters().connections; }) > 0) {
  }
  ASSERT_EQ(echo.farewells.size(), 1u);
  EXPECT_EQ(echo.farewells[0].code, 1006);
}

TEST(WebSocketServer, gives_a_peer_that_does_not_answer_a_close_so_much_time_and_no_more) {
  Echo echo({.close_deadline_ms = 50});
  TestPeer peer(echo.port);
  peer.upgrade();
  echo.on_loop([&] { echo.server.close(echo.last, {4413, "over limit"}); });
  EXPECT_EQ(peer.hear_close(), 4413);
  EXPECT_TRUE(peer.hear_end());
}

TEST(WebSocketServer, pings_the_silent_and_drops_the_dead) {
  Echo echo({.ping_interval_ms = 30, .idle_deadline_ms = 300});
  TestPeer peer(echo.port);
  peer.upgrade();
  EXPECT_EQ(peer.hear_frame(), (Frame{0x89, ""}));
  peer.say(0x8A, "");
  EXPECT_EQ(peer.hear_frame(), (Frame{0x89, ""}));
  EXPECT_TRUE(peer.hear_end());
}

TEST(WebSocketServer, does_not_wait_for_the_end_of_a_message_for_ever) {
  Echo echo({.message_deadline_ms = 50});
  TestPeer peer(echo.port);
  peer.upgrade();
  peer.say(0x02, "begun");
  EXPECT_EQ(peer.hear_close(), 1008);
}

TEST(WebSocketServer, stops_reading_from_whom_it_has_too_much) {
  Echo echo({.max_backlog_bytes = 100'000});
  echo.on_loop([&] { echo.keeps = true; });
  TestPeer peer(echo.port);
  peer.upgrade();
  const Buffer frame = masked_frame(0x82, std::string(1000, 'x'));
  constexpr size_t kCount = 20'000;
  std::thread sender([&] {
    for (size_t i = 0; i < kCount; ++i) peer.say(frame);
  });
  while (echo.on_loop([&] { return echo.server.counters().read_pauses; }) == 0) {
  }
  // At the pause there is what the limit says, and what one read of 64 KiB brought above it.
  EXPECT_LT(echo.on_loop([&] { return echo.kept.size(); }), 200u);
  size_t total = 0;
  while (total < kCount) {
    total += echo.on_loop([&] {
      for (const auto& [connection, cost] : echo.kept) echo.server.consumed(connection, cost);
      return std::exchange(echo.kept, {}).size();
    });
  }
  sender.join();
  EXPECT_EQ(total, kCount);
}

TEST(WebSocketServer, drops_a_reader_whose_queue_grows_over_the_wall) {
  Echo echo({.max_queued_bytes = 1 << 20});
  TestPeer peer(echo.port);
  peer.upgrade();
  const auto payload = std::make_shared<const Buffer>(Buffer(size_t{64} << 10));
  while (echo.on_loop([&] {
    for (int i = 0; i < 8; ++i) echo.server.send(echo.last, Opcode::kBinary, payload);
    return echo.server.counters().queue_overflows;
  }) == 0) {
  }
  EXPECT_EQ(echo.on_loop([&] { return echo.farewells.size(); }), 1u);
}

TEST(WebSocketServer, sends_a_message_that_is_larger_than_the_wall_and_what_follows) {
  Echo echo({.max_queued_bytes = 1 << 10});
  TestPeer peer(echo.port);
  peer.upgrade();
  const auto large = std::make_shared<const Buffer>(Buffer(size_t{8} << 20));
  const auto small = std::make_shared<const Buffer>(Buffer(size_t{100}));
  echo.on_loop([&] {
    for (const auto& payload : {small, large, small, small}) {
      echo.server.send(echo.last, Opcode::kBinary, payload);
    }
  });
  for (const auto& payload : {small, large, small, small}) {
    EXPECT_EQ(peer.hear_frame()->payload.size(), payload->size());
  }
  EXPECT_EQ(echo.on_loop([&] { return echo.server.counters().queue_overflows; }), 0u);
}

TEST(WebSocketServer, takes_longer_messages_once_it_is_told_to) {
  Echo echo;
  echo.first_max_bytes = 1000;
  TestPeer peer(echo.port);
  peer.upgrade();
  peer.say(0x82, std::string(1000, 'x'));
  EXPECT_EQ(peer.hear_frame()->payload.size(), 1000u);
  echo.on_loop([&] { echo.server.limit_messages(echo.last, 2000); });
  peer.say(0x82, std::string(2000, 'x'));
  EXPECT_EQ(peer.hear_frame()->payload.size(), 2000u);
  peer.say(0x82, std::string(2001, 'x'));
  EXPECT_EQ(peer.hear_frame()->payload.substr(0, 2), close_payload(kCloseTooBig));
}

TEST(WebSocketServer, reports_every_payload_byte_that_left) {
  Echo echo;
  TestPeer peer(echo.port);
  peer.upgrade();
  for (const size_t size : std::initializer_list<size_t>{1, 100, 3000, 200'000, 2'000'000, 7}) {
    peer.say(0x82, std::string(size, 'x'));
    EXPECT_EQ(peer.hear_frame()->payload.size(), size);
  }
  EXPECT_EQ(echo.on_loop([&] { return echo.drained_bytes - echo.sent_bytes; }), 0u);
}

TEST(WebSocketServer, writes_one_payload_to_many_sockets) {
  constexpr int kPeers = 50;
  constexpr int kFrames = 200;
  Echo echo;
  std::vector<std::unique_ptr<TestPeer>> peers;
  std::vector<ConnectionId> ids;
  for (int i = 0; i < kPeers; ++i) {
    peers.push_back(std::make_unique<TestPeer>(echo.port));
    peers.back()->upgrade();
    ids.push_back(echo.on_loop([&] { return echo.last; }));
  }
  const std::string text(35, 'u');
  const uint64_t writes_before = echo.on_loop([&] { return echo.server.counters().writes; });
  echo.on_loop([&] {
    for (int i = 0; i < kFrames; ++i) {
      const auto payload = std::make_shared<const Buffer>(copy_of(as_bytes(text)));
      for (const ConnectionId id : ids) echo.server.send(id, Opcode::kBinary, payload);
    }
  });
  for (const auto& peer : peers) {
    for (int i = 0; i < kFrames; ++i) ASSERT_EQ(peer->hear_frame(), (Frame{0x82, text}));
  }
  // The frames of a turn leave in one write each.
  EXPECT_EQ(echo.on_loop([&] { return echo.server.counters().writes; }) - writes_before,
            uint64_t{kPeers});
}

}  // namespace
}  // namespace tidemark::net
