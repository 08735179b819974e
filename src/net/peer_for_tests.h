// The other side of the wire for tests: a blocking socket that sends exactly the bytes it is told
// to and reads what comes. A read that waits ten seconds fails the test instead of hanging it.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "net/websocket_frame.h"

namespace tidemark::net {

inline constexpr std::array<uint8_t, 4> kTestKey = {0x37, 0xfa, 0x21, 0x3d};

// A client's frame; the first byte is given whole, so that tests can make wrong ones.
inline Buffer masked_frame(uint8_t first, Bytes payload) {
  Buffer frame = copy_of(frame_head(Opcode::kText, payload.size()).view());
  frame[0] = first;
  frame[1] = static_cast<uint8_t>(frame[1] | 0x80);
  append(frame, kTestKey);
  const size_t begin = frame.size();
  append(frame, payload);
  apply_mask(frame.data() + begin, payload.size(), kTestKey, 0);
  return frame;
}

inline Buffer masked_frame(uint8_t first, std::string_view payload) {
  return masked_frame(first, as_bytes(payload));
}

class TestPeer {
 public:
  explicit TestPeer(uint16_t port, std::string_view host = "127.0.0.1") {
    const bool is_v6 = host.find(':') != std::string_view::npos;
    socket_ = ::socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
    const timeval patience = {.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in v4 = {};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    sockaddr_in6 v6 = {};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    const std::string name(host);
    if (is_v6) {
      ::inet_pton(AF_INET6, name.c_str(), &v6.sin6_addr);
      is_connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&v6), sizeof v6) == 0;
    } else {
      ::inet_pton(AF_INET, name.c_str(), &v4.sin_addr);
      is_connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&v4), sizeof v4) == 0;
    }
  }
  ~TestPeer() { ::close(socket_); }
  TestPeer(const TestPeer&) = delete;
  TestPeer& operator=(const TestPeer&) = delete;

  bool is_connected() const { return is_connected_; }
  int descriptor() const { return socket_; }

  // False if the other side has gone.
  bool say(Bytes bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes = bytes.subspan(static_cast<size_t>(count));
    }
    return true;
  }
  bool say(std::string_view text) { return say(as_bytes(text)); }
  bool say(uint8_t first, std::string_view payload) { return say(masked_frame(first, payload)); }
  void finish() { ::shutdown(socket_, SHUT_WR); }

  // Empty when the other side has closed, or nothing came for ten seconds.
  std::string hear(size_t count) {
    while (heard_.size() < count && hear_more()) {
    }
    const std::string text = heard_.substr(0, count);
    heard_.erase(0, text.size());
    return text;
  }
  std::string hear_line_block() {
    size_t end = 0;
    while ((end = heard_.find("\r\n\r\n")) == std::string::npos) {
      if (!hear_more()) return std::exchange(heard_, {});
    }
    return hear(end + 4);
  }
  // Everything up to the end.
  std::string hear_all() {
    while (hear_more()) {
    }
    return std::exchange(heard_, {});
  }

  struct Frame {
    uint8_t first = 0;
    std::string payload;
    friend bool operator==(const Frame&, const Frame&) = default;
  };
  // Nothing when the connection has ended.
  std::optional<Frame> hear_frame() {
    const std::string head = hear(2);
    if (head.size() < 2) return std::nullopt;
    uint64_t size = static_cast<uint8_t>(head[1]);
    const size_t extra = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (extra > 0) size = 0;
    for (const char c : hear(extra)) size = size << 8 | static_cast<uint8_t>(c);
    return Frame{static_cast<uint8_t>(head[0]), hear(size)};
  }
  // The code of the close frame that comes next; 0 if something else comes.
  uint16_t hear_close() {
    const auto frame = hear_frame();
    if (!frame || frame->first != 0x88) return 0;
    if (frame->payload.size() < 2) return kCloseNoCode;
    return static_cast<uint16_t>(static_cast<uint8_t>(frame->payload[0]) << 8 |
                                 static_cast<uint8_t>(frame->payload[1]));
  }
  bool hear_end() { return heard_.empty() && !hear_more() && has_ended_; }

  std::string upgrade(std::string_view target = "/room", std::string_view more = "") {
    say("GET " + std::string(target) +
        " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
        std::string(more) + "\r\n");
    return hear_line_block();
  }

 private:
  bool hear_more() {
    char bytes[16384];
    const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
    if (count == 0 || (count < 0 && errno == ECONNRESET)) has_ended_ = true;
    if (count <= 0) return false;
    heard_.append(bytes, static_cast<size_t>(count));
    return true;
  }

  int socket_ = -1;
  bool is_connected_ = false;
  bool has_ended_ = false;
  std::string heard_;
};

}  // namespace tidemark::net
