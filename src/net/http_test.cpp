#include "net/http.h"

#include <gtest/gtest.h>

#include "net/endpoint.h"
#include "net/origin.h"
#include "net/websocket_handshake.h"

namespace tidemark::net {
namespace {

HttpReader::Step read(std::string_view text, size_t limit = 16384) {
  HttpReader reader(limit);
  Bytes input = as_bytes(text);
  HttpReader::Step step;
  while (!input.empty() && !step.request && step.failed_status == 0) step = reader.read(input);
  return step;
}

HttpRequest request(std::string_view headers) {
  auto step = read("GET /room?x=1 HTTP/1.1\r\n" + std::string(headers) + "\r\n");
  EXPECT_TRUE(step.request);
  return step.request.value_or(HttpRequest{});
}

constexpr std::string_view kUpgrade =
    "Host: localhost\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

TEST(Http, reads_a_request_in_any_pieces) {
  const std::string text = "GET /a%20b?c=d HTTP/1.1\r\nHost: x\r\nAccept: a, b\r\naccept:c\r\n\r\n";
  const std::string two = text + text;
  for (size_t piece = 1; piece <= two.size(); ++piece) {
    HttpReader reader(1000);
    int count = 0;
    for (size_t at = 0; at < two.size(); at += piece) {
      Bytes input = as_bytes(std::string_view(two).substr(at, piece));
      while (!input.empty()) {
        const auto step = reader.read(input);
        ASSERT_EQ(step.failed_status, 0);
        if (!step.request) continue;
        ++count;
        EXPECT_EQ(step.request->method, "GET");
        EXPECT_EQ(step.request->target, "/a%20b?c=d");
        EXPECT_EQ(step.request->path(), "/a%20b");
        EXPECT_EQ(step.request->header_items("ACCEPT"),
                  (std::vector<std::string_view>{"a", "b", "c"}));
        EXPECT_TRUE(step.request->keeps_alive);
      }
    }
    EXPECT_EQ(count, 2) << piece;
    EXPECT_FALSE(reader.is_midway());
  }
}

TEST(Http, refuses_what_is_not_http) {
  EXPECT_EQ(read("hello\r\n\r\n").failed_status, 400);
  EXPECT_EQ(read("GET /\r\n\r\n").failed_status, 400);
  EXPECT_EQ(read("GET / HTTP/1.1\r\nno colon\r\n\r\n").failed_status, 400);
  EXPECT_EQ(read("GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n").failed_status, 400);
  EXPECT_EQ(read("GET / HTTP/9.9\r\n\r\n").failed_status, 505);
}

TEST(Http, refuses_two_ways_to_tell_the_length_of_a_body) {
  EXPECT_EQ(read("POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")
                .failed_status,
            400);
  EXPECT_EQ(read("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n").failed_status,
            400);
}

TEST(Http, limits_the_head) {
  const std::string long_text(2000, 'x');
  EXPECT_EQ(read("GET /" + long_text + " HTTP/1.1\r\n\r\n", 1000).failed_status, 431);
  EXPECT_EQ(read("GET / HTTP/1.1\r\nA: " + long_text + "\r\n\r\n", 1000).failed_status, 431);
  EXPECT_EQ(read(long_text, 1000).failed_status, 431);
  EXPECT_TRUE(read("GET / HTTP/1.1\r\nA: " + std::string(900, 'x') + "\r\n\r\n", 1000).request);
}

TEST(Http, measures_a_head_alike_in_any_pieces) {
  const std::string text = "GET /a HTTP/1.1\r\nHost: x\r\nAccept: a\r\n\r\n";
  const auto status = [&](size_t limit, size_t piece) {
    HttpReader reader(limit);
    for (size_t at = 0; at < text.size(); at += piece) {
      Bytes input = as_bytes(std::string_view(text).substr(at, piece));
      while (!input.empty()) {
        const auto step = reader.read(input);
        if (step.failed_status != 0) return step.failed_status;
        if (step.request) return 200;
      }
    }
    return 0;
  };
  for (size_t piece = 1; piece <= text.size(); ++piece) {
    EXPECT_EQ(status(text.size(), piece), 200) << piece;
    for (size_t less = 1; less < text.size(); ++less) {
      EXPECT_EQ(status(text.size() - less, piece), 431) << piece << " " << less;
    }
  }
}

TEST(Http, tells_of_bodies_and_of_connections_that_end) {
  EXPECT_TRUE(read("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc").request->has_body);
  EXPECT_TRUE(read("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n").request->has_body);
  EXPECT_FALSE(read("GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n").request->has_body);
  EXPECT_FALSE(read("GET / HTTP/1.1\r\nConnection: close\r\n\r\n").request->keeps_alive);
  EXPECT_FALSE(read("GET / HTTP/1.0\r\n\r\n").request->keeps_alive);
}

TEST(Handshake, answers_the_key_of_the_rfc) {
  EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  const HttpRequest asked = request(kUpgrade);
  EXPECT_TRUE(asks_for_websocket(asked));
  EXPECT_EQ(answer_upgrade(asked).status, 101);
}

TEST(Handshake, refuses_what_is_missing_or_wrong) {
  const auto with = [](std::string_view from, std::string_view to) {
    std::string text(kUpgrade);
    text.replace(text.find(from), from.size(), to);
    return answer_upgrade(request(text));
  };
  EXPECT_EQ(with("Version: 13", "Version: 8").status, 426);
  EXPECT_EQ(with("Sec-WebSocket-Version: 13", "X: y").status, 426);
  EXPECT_EQ(with("Sec-WebSocket-Key", "X-Key").status, 400);
  EXPECT_EQ(with("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=").status, 400);
  EXPECT_EQ(with("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZR==").status, 400);
  HttpRequest posted = request(kUpgrade);
  posted.method = "POST";
  EXPECT_EQ(answer_upgrade(posted).status, 405);
}

TEST(Handshake, takes_the_first_subprotocol_and_no_extension) {
  const HttpResponse response = answer_upgrade(
      request(std::string(kUpgrade) + "Sec-WebSocket-Protocol: a, b\r\n"
                                      "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
  const std::string head = response_head(response, true);
  EXPECT_NE(head.find("Sec-WebSocket-Protocol: a\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Extensions"), std::string::npos);
}

TEST(Endpoint, is_written_as_people_do) {
  EXPECT_EQ(*parse_endpoint("127.0.0.1:80"), (Endpoint{"127.0.0.1", 80}));
  EXPECT_EQ(*parse_endpoint("[::1]:0"), (Endpoint{"::1", 0}));
  EXPECT_EQ(*parse_endpoint("example.org:65535"), (Endpoint{"example.org", 65535}));
  EXPECT_EQ(*parse_endpoint(":1234"), (Endpoint{"localhost", 1234}));
  EXPECT_EQ(*parse_endpoint("1234"), (Endpoint{"localhost", 1234}));
  EXPECT_EQ(to_string(Endpoint{"::1", 5}), "[::1]:5");
  for (const char* bad : {"", ":", "a:", "a:b", "a:65536", "a:-1", "::1:80", "[::1]", "[x]:1",
                          "http://a:1", "[::1]80", "a b:1"}) {
    EXPECT_FALSE(parse_endpoint(bad)) << bad;
  }
}

TEST(Endpoint, knows_loopback) {
  for (const char* yes : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_loopback_address(yes)) << yes;
  }
  for (const char* no : {"0.0.0.0", "::", "10.0.0.1", "localhost", "128.0.0.1", ""}) {
    EXPECT_FALSE(is_loopback_address(no)) << no;
  }
}

TEST(Origin, is_spelled_as_browsers_send_it) {
  const std::pair<std::string_view, std::string_view> spellings[] = {
      {"https://app.example", "https://app.example"},
      {"https://app.example/", "https://app.example"},
      {"HTTPS://App.Example:443/", "https://app.example"},
      {"http://app.example:80", "http://app.example"},
      {"http://app.example:443", "http://app.example:443"},
      {"http://[::1]:8080", "http://[::1]:8080"},
      {"http://[::1]", "http://[::1]"},
      {"tauri://localhost", "tauri://localhost"},
      {"null", "null"},
      {"*", "*"},
  };
  for (const auto& [written, sent] : spellings) EXPECT_EQ(normal_origin(written), sent) << written;
}

TEST(Origin, refuses_what_no_browser_sends) {
  for (const std::string_view wrong : {"",
                                       "app.example",
                                       "https://",
                                       "https:///",
                                       "https://*.example",
                                       "https://app.example/a",
                                       "https://app.example?a",
                                       "https://a@app.example",
                                       "https://app.example:",
                                       "ws://app.example",
                                       "https://app.example:0",
                                       "https://app.example:65536",
                                       "https://app.example:1x",
                                       "https://app example",
                                       "https://[::1",
                                       "https://[x]",
                                       "https://\xC3\xA4.example",
                                       "file:///",
                                       "://app.example",
                                       "https://app.example//"}) {
    EXPECT_FALSE(normal_origin(wrong)) << wrong;
  }
}

bool origin(std::string_view origin, std::string_view host, const PagePolicy& policy = {}) {
  return is_origin_allowed(
      request("Host: " + std::string(host) + "\r\nOrigin: " + std::string(origin) + "\r\n"),
      policy);
}

TEST(Origin, admits_programs_own_pages_and_loopback) {
  EXPECT_TRUE(is_origin_allowed(request("Host: a\r\n"), {}));
  EXPECT_TRUE(origin("http://app.example:1234", "app.example:1234"));
  EXPECT_TRUE(origin("https://app.example", "App.Example"));
  EXPECT_TRUE(origin("https://app.example", "app.example:443"));
  EXPECT_TRUE(origin("http://localhost:5173", "127.0.0.1:1234"));
  EXPECT_TRUE(origin("http://[::1]:5173", "localhost:1234"));
}

TEST(Origin, turns_other_pages_away_unless_listed) {
  EXPECT_FALSE(origin("https://evil.example", "localhost:1234"));
  EXPECT_FALSE(origin("https://localhost.evil.example", "localhost:1234"));
  EXPECT_FALSE(origin("https://app.example:8443", "app.example"));
  EXPECT_FALSE(origin("null", "localhost:1234"));
  EXPECT_TRUE(origin("https://evil.example", "a", {{"*"}, false}));
  EXPECT_TRUE(origin("https://Friend.example", "a", {{"https://friend.example"}, false}));
  EXPECT_TRUE(origin("null", "a", {{"null"}, false}));
}

TEST(Origin, turns_away_names_that_only_somebody_elses_dns_knows) {
  const auto host = [](std::string_view name, const PagePolicy& policy = {}) {
    return is_host_allowed(request("Host: " + std::string(name) + "\r\n"), policy);
  };
  EXPECT_TRUE(host("localhost:1234"));
  EXPECT_TRUE(host("127.0.0.1:1234"));
  EXPECT_TRUE(host("[::1]:1234"));
  EXPECT_TRUE(host("tidemark.localhost"));
  EXPECT_FALSE(host("evil.example:1234"));
  EXPECT_TRUE(host("app.example", {{"https://app.example"}, false}));
  EXPECT_TRUE(host("app.example", {{}, true}));
}

}  // namespace
}  // namespace tidemark::net
