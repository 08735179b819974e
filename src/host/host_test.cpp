// The whole server but its process: sockets on loopback, a shard on its thread, a store in memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <thread>

#include "host/assets.h"
#include "host/log.h"
#include "host/reception.h"
#include "host/site.h"
#include "net/peer_for_tests.h"
#include "store/memory_store.h"

namespace tidemark::host {
namespace {

using net::TestPeer;

class Running {
 public:
  explicit Running(const ServeOptions& options = {}) : reception_(loop_, options) {
    shard_ = std::make_unique<Shard>(store_, options.limits, [this](Turn turn) {
      loop_.post([this, shared = std::make_shared<const Turn>(std::move(turn))] {
        reception_.carry_out(*shared);
      });
    });
    reception_.attach(*shard_);
    port = reception_.sockets().listen({"127.0.0.1", 0}, nullptr)->front().port;
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Running() {
    loop_.stop();
    if (thread_.joinable()) thread_.join();
    shard_.reset();
  }

  // Returns when the last connection is gone.
  void stop() {
    loop_.post([this] { reception_.wind_up([this] { loop_.stop(); }); });
    thread_.join();
  }

  std::string ask(std::string_view request) {
    TestPeer peer(port);
    peer.say(request);
    return peer.hear_all();
  }
  std::string get(std::string_view target, std::string_view more = "") {
    return ask("GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" +
               std::string(more) + "Connection: close\r\n\r\n");
  }

  uint16_t port = 0;

 private:
  store::MemoryStore store_;
  net::Loop loop_;
  Reception reception_;
  std::unique_ptr<Shard> shard_;
  std::thread thread_;
};

// One letter "a" by client 1 in the text "t".
constexpr std::string_view kUpdate(
    "\x01\x01\x01\x00\x04\x01\x01t\x01"
    "a\x00",
    11);

std::string update_frame() { return std::string("\x00\x02\x0B", 3) + std::string(kUpdate); }

// Reads until a frame that is that update.
bool hears_update(TestPeer& peer) {
  while (const auto frame = peer.hear_frame()) {
    if (frame->payload == update_frame()) return true;
  }
  return false;
}

TEST(Host, serves_a_page_with_what_browsers_need_to_know) {
  Running server;
  const std::string page = server.get("/");
  EXPECT_EQ(page.substr(0, 15), "HTTP/1.1 200 OK");
  EXPECT_NE(page.find("Content-Type: text/html; charset=utf-8"), std::string::npos);
  EXPECT_NE(page.find("Content-Security-Policy: default-src 'none'"), std::string::npos);
  EXPECT_NE(page.find("X-Content-Type-Options: nosniff"), std::string::npos);
  const size_t at = page.find("ETag: ");
  ASSERT_NE(at, std::string::npos);
  const std::string etag = page.substr(at + 6, page.find("\r\n", at) - at - 6);
  const std::string again = server.get("/", "If-None-Match: " + etag + "\r\n");
  EXPECT_EQ(again.substr(0, 12), "HTTP/1.1 304");
  EXPECT_TRUE(again.ends_with("\r\n\r\n"));
  EXPECT_NE(server.get("/", "Accept-Encoding: gzip\r\n").find("Content-Encoding: gzip"),
            std::string::npos);
  EXPECT_EQ(server.get("/", "Accept-Encoding: gzip;q=0\r\n").find("Content-Encoding"),
            std::string::npos);
}

TEST(Host, finds_every_embedded_file_by_its_path) {
  for (const Asset& asset : embedded_assets()) EXPECT_EQ(find_asset(asset.path), &asset);
  EXPECT_NE(find_asset("/"), nullptr);
  EXPECT_EQ(find_asset("/index.htm"), nullptr);
}

TEST(Host, answers_each_kind_of_wrong_request_with_its_status) {
  Running server;
  const auto status = [&](std::string_view request) { return server.ask(request).substr(9, 3); };
  EXPECT_EQ(status("GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), "404");
  EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx"), "405");
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx"), "413");
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"), "421");
  EXPECT_EQ(status("GET /yjs/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), "426");
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(20'000, 'x')), "431");
}

TEST(Host, tells_foreign_pages_neither_names_nor_counts) {
  Running server;
  for (const std::string path : {"/api/documents", "/metrics"}) {
    const std::string foreign = server.get(path, "Origin: https://evil.example\r\n");
    // Without this header no browser hands the response to a page of another origin.
    EXPECT_EQ(foreign.find("Access-Control-Allow"), std::string::npos);
    const std::string rebound =
        server.ask("GET " + path + " HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(rebound.substr(9, 3), "421");
  }
}

TEST(Host, turns_foreign_pages_and_bad_rooms_away_before_the_upgrade) {
  Running server;
  TestPeer foreign(server.port);
  EXPECT_EQ(foreign.upgrade("/yjs/a", "Origin: https://evil.example\r\n").substr(9, 3), "403");
  TestPeer own(server.port);
  EXPECT_EQ(own.upgrade("/yjs/a", "Origin: http://localhost\r\n").substr(9, 3), "101");
  TestPeer bad(server.port);
  EXPECT_EQ(bad.upgrade("/yjs/%FF").substr(9, 1), "4");
  TestPeer climbing(server.port);
  EXPECT_EQ(climbing.upgrade("/yjs/..").substr(9, 1), "4");
}

TEST(Host, brings_an_update_to_the_others_and_to_the_list) {
  Running server;
  TestPeer writer(server.port);
  TestPeer reader(server.port);
  EXPECT_EQ(writer.upgrade("/yjs/shared").substr(9, 3), "101");
  EXPECT_EQ(reader.upgrade("/shared").substr(9, 3), "101");
  // The server begins with its state vector, so the reader is in the room once that came.
  ASSERT_TRUE(reader.hear_frame());
  writer.say(0x82, update_frame());
  EXPECT_TRUE(hears_update(reader));
  const std::string list = server.get("/api/documents");
  EXPECT_NE(list.find("{\"documents\":[{\"name\":\"shared\",\"bytes\":11"), std::string::npos)
      << list;
  const std::string after = server.get("/api/documents?after=sha%72ed");
  EXPECT_NE(after.find("{\"documents\":[],\"max_name_bytes\":512}"), std::string::npos) << after;
}

TEST(Host, understands_no_text_messages) {
  Running server;
  TestPeer peer(server.port);
  peer.upgrade("/yjs/a");
  peer.say(0x81, "hello");
  while (const auto frame = peer.hear_frame()) {
    if (frame->first != 0x88) continue;
    EXPECT_EQ(frame->payload.substr(0, 2), "\x03\xEB");
    return;
  }
  ADD_FAILURE() << "no close frame";
}

TEST(Host, tells_probes_and_prometheus_how_it_is) {
  Running server;
  EXPECT_NE(server.get("/livez").find("\r\n\r\nok\n"), std::string::npos);
  EXPECT_NE(server.get("/readyz").find("\r\n\r\n{\"ready\":true}\n"), std::string::npos);
  TestPeer peer(server.port);
  peer.upgrade("/yjs/a");
  ASSERT_TRUE(peer.hear_frame());
  peer.say(0x82, update_frame());
  // The answer to a second question comes after the commit of what was said before it.
  peer.say(0x82, std::string("\0\0\1\0", 4));
  ASSERT_TRUE(peer.hear_frame());
  const std::string metrics = server.get("/metrics");
  EXPECT_NE(metrics.find("\ntidemark_websockets 1"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("\ntidemark_rooms 1"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("# TYPE tidemark_commits_total counter"), std::string::npos);
  EXPECT_NE(metrics.find("\ntidemark_commit_seconds_count 1\n"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("tidemark_commit_seconds_bucket{le=\"+Inf\"} 1\n"), std::string::npos);
}

TEST(Host, stops_with_everything_stored_and_everybody_told) {
  Running server;
  TestPeer peer(server.port);
  TestPeer idle(server.port);
  peer.upgrade("/yjs/a");
  idle.say("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
  idle.hear_line_block();
  peer.say(0x82, update_frame());
  std::thread stopping([&] { server.stop(); });
  uint16_t code = 0;
  while (const auto frame = peer.hear_frame()) {
    if (frame->first != 0x88) continue;
    code = static_cast<uint16_t>(static_cast<uint8_t>(frame->payload[0]) << 8 |
                                 static_cast<uint8_t>(frame->payload[1]));
    peer.say(0x88, frame->payload);
  }
  stopping.join();
  EXPECT_EQ(code, net::kCloseGoingAway);
}

TEST(Host, carries_a_room_full_of_writers) {
  constexpr int kPeers = 20;
  constexpr int kUpdates = 50;
  Running server;
  std::vector<std::unique_ptr<TestPeer>> peers;
  for (int i = 0; i < kPeers; ++i) {
    peers.push_back(std::make_unique<TestPeer>(server.port));
    peers.back()->upgrade("/yjs/busy");
    ASSERT_TRUE(peers.back()->hear_frame());
  }
  // Client i writes one letter after another: each update is new to everybody else.
  for (int n = 0; n < kUpdates; ++n) {
    for (int i = 0; i < kPeers; ++i) {
      std::string update = n == 0 ? std::string(
                                        "\x01\x01\x01\x00\x04\x01\x01t\x01"
                                        "a\x00",
                                        11)
                                  : std::string(
                                        "\x01\x01\x01\x00\x84\x01\x00\x01"
                                        "a\x00",
                                        10);
      update[2] = static_cast<char>(i + 1);
      update[3] = static_cast<char>(n);
      if (n > 0) {
        update[5] = static_cast<char>(i + 1);
        update[6] = static_cast<char>(n - 1);
      }
      std::string frame("\x00\x02", 2);
      frame.push_back(static_cast<char>(update.size()));
      peers[static_cast<size_t>(i)]->say(0x82, frame + update);
    }
  }
  // A newcomer asks for everything until it has all letters.
  size_t letters = 0;
  while (letters < size_t{kPeers} * kUpdates) {
    TestPeer late(server.port);
    late.upgrade("/yjs/busy");
    late.say(0x82, std::string("\x00\x00\x01\x00", 4));
    letters = 0;
    while (const auto frame = late.hear_frame()) {
      if (frame->payload.size() < 2 || frame->payload[1] != 1) continue;
      letters = static_cast<size_t>(std::count(frame->payload.begin(), frame->payload.end(), 'a'));
      break;
    }
    ASSERT_GT(letters, 0u);
  }
  EXPECT_EQ(letters, size_t{kPeers} * kUpdates);
}

TEST(Log, tells_once_of_a_store_that_comes_and_goes) {
  ASSERT_TRUE(set_log_level("warn"));
  net::Loop loop;
  Reception reception(loop, {});
  testing::internal::CaptureStderr();
  for (int i = 0; i < 20; ++i) {
    Turn turn;
    turn.is_storage_healthy = i % 2 == 1;
    reception.carry_out(turn);
    EXPECT_EQ(reception.unreadiness().empty(), turn.is_storage_healthy);
  }
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2) << log;
  EXPECT_LT(log.find("storage_failed"), log.find("storage_recovered")) << log;
}

TEST(Log, knows_its_levels) {
  EXPECT_TRUE(set_log_level("debug"));
  EXPECT_TRUE(set_log_level("warn"));
  EXPECT_FALSE(set_log_level("loud"));
}

TEST(Site, reads_parameters) {
  EXPECT_EQ(query_value("/a?b=c&after=x%20y%2", "after"), "x y%2");
  EXPECT_EQ(query_value("/a?after", "after"), "");
  EXPECT_EQ(query_value("/a", "after"), "");
}

}  // namespace
}  // namespace tidemark::host
