// TLS with a certificate that the test makes for itself; the client is OpenSSL's own.
#include "net/tls.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>
#include <future>
#include <thread>

#include "net/peer_for_tests.h"
#include "net/server.h"
#include "net/websocket_handshake.h"

namespace tidemark::net {
namespace {

class Certificate {
 public:
  explicit Certificate(const char* name) {
    folder_ = std::filesystem::temp_directory_path() / "tidemark-tls-XXXXXX";
    if (::mkdtemp(folder_.data()) == nullptr) std::abort();
    EVP_PKEY* const key_pair = EVP_EC_gen("P-256");
    X509* const x509 = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), 0);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, key_pair);
    X509_NAME* const subject = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(x509, subject);
    X509_sign(x509, key_pair, EVP_sha256());
    std::FILE* file = std::fopen(certificate().c_str(), "w");
    PEM_write_X509(file, x509);
    std::fclose(file);
    file = std::fopen(key().c_str(), "w");
    PEM_write_PrivateKey(file, key_pair, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(x509);
    EVP_PKEY_free(key_pair);
  }
  ~Certificate() { std::filesystem::remove_all(folder_); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  std::string certificate() const { return folder_ + "/certificate.pem"; }
  std::string key() const { return folder_ + "/key.pem"; }

 private:
  std::string folder_;
};

class Echo final : public ServerEvents {
 public:
  explicit Echo(const std::shared_ptr<Tls>& tls) : server(loop, *this, {}) {
    port = server.listen({"127.0.0.1", 0}, tls)->front().port;
    thread = std::thread([this] { loop.run(); });
  }
  ~Echo() {
    loop.stop();
    thread.join();
  }
  void requested(ConnectionId connection, const HttpRequest& request) override {
    if (asks_for_websocket(request)) {
      server.upgrade(connection, request, Limits{}.max_frame_bytes);
    } else {
      server.respond(connection, plain_response(200, request.path()));
    }
  }
  void received(ConnectionId connection, Opcode kind, Buffer message) override {
    server.consumed(connection, message.size() + kMessageCost);
    server.send(connection, kind, std::make_shared<const Buffer>(std::move(message)));
  }
  void drained(ConnectionId, size_t) override {}
  void closed(ConnectionId, const Farewell&) override {}
  void noticed(std::string_view, const std::string&) override {}

  Loop loop;
  Server server;
  uint16_t port = 0;
  std::thread thread;
};

class SecurePeer {
 public:
  SecurePeer(uint16_t port, int max_version)
      : peer_(port), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_max_proto_version(context_, max_version);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, peer_.descriptor());
    is_connected_ = SSL_connect(ssl_) == 1;
  }
  ~SecurePeer() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  SecurePeer(const SecurePeer&) = delete;
  SecurePeer& operator=(const SecurePeer&) = delete;

  bool is_connected() const { return is_connected_; }
  int version() const { return SSL_version(ssl_); }
  std::string name() const {
    X509* const certificate = SSL_get1_peer_certificate(ssl_);
    char text[100] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text, 100);
    X509_free(certificate);
    return text;
  }
  void say(Bytes bytes) { SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())); }
  std::string hear(size_t count) {
    std::string text(count, 0);
    size_t at = 0;
    while (at < count) {
      const int got = SSL_read(ssl_, text.data() + at, static_cast<int>(count - at));
      if (got <= 0) break;
      at += static_cast<size_t>(got);
    }
    text.resize(at);
    return text;
  }
  // A close_notify, and not just the end of the socket.
  bool hears_end() {
    char byte = 0;
    const int got = SSL_read(ssl_, &byte, 1);
    return got == 0 && SSL_get_error(ssl_, got) == SSL_ERROR_ZERO_RETURN;
  }

 private:
  TestPeer peer_;
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
  bool is_connected_ = false;
};

std::shared_ptr<Tls> load(const Certificate& certificate) {
  return *Tls::load(certificate.certificate(), certificate.key());
}

TEST(Tls, speaks_1_2_and_1_3_and_nothing_older) {
  const Certificate certificate("first");
  Echo echo(load(certificate));
  EXPECT_EQ(SecurePeer(echo.port, TLS1_3_VERSION).version(), TLS1_3_VERSION);
  EXPECT_EQ(SecurePeer(echo.port, TLS1_2_VERSION).version(), TLS1_2_VERSION);
  EXPECT_FALSE(SecurePeer(echo.port, TLS1_1_VERSION).is_connected());
}

TEST(Tls, carries_http_and_says_goodbye) {
  const Certificate certificate("first");
  Echo echo(load(certificate));
  SecurePeer peer(echo.port, TLS1_3_VERSION);
  peer.say(as_bytes("GET /over-tls HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  EXPECT_NE(peer.hear(100'000).find("\r\n\r\n/over-tls\n"), std::string::npos);
  EXPECT_TRUE(peer.hears_end());
}

TEST(Tls, carries_websocket_messages_of_every_size) {
  const Certificate certificate("first");
  Echo echo(load(certificate));
  SecurePeer peer(echo.port, TLS1_3_VERSION);
  peer.say(
      as_bytes("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
               "Sec-WebSocket-Version: 13\r\n\r\n"));
  constexpr size_t kHead = 129;
  EXPECT_TRUE(peer.hear(kHead).ends_with("\r\n\r\n"));
  for (const size_t size : std::initializer_list<size_t>{1, 125, 70'000, 300'000}) {
    const Buffer payload(size, 'x');
    const FrameHead head = frame_head(Opcode::kBinary, size);
    peer.say(masked_frame(0x82, Bytes(payload)));
    const std::string heard = peer.hear(head.size + size);
    EXPECT_EQ(heard.size(), head.size + size);
    EXPECT_EQ(heard.substr(0, head.size), as_text(head.view()));
  }
}

TEST(Tls, takes_a_new_certificate_for_connections_to_come) {
  const Certificate first("first");
  const Certificate second("second");
  Echo echo(load(first));
  SecurePeer before(echo.port, TLS1_3_VERSION);
  EXPECT_EQ(before.name(), "first");
  std::promise<void> replaced;
  echo.loop.post([&] {
    echo.server.replace_tls(load(second));
    replaced.set_value();
  });
  replaced.get_future().wait();
  EXPECT_EQ(SecurePeer(echo.port, TLS1_3_VERSION).name(), "second");
  before.say(as_bytes("GET /still HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_EQ(before.hear(12), "HTTP/1.1 200");
}

TEST(Tls, drops_who_does_not_speak_it) {
  const Certificate certificate("first");
  Echo echo(load(certificate));
  TestPeer plain(echo.port);
  plain.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(plain.hear_all().find("HTTP"), std::string::npos);
}

TEST(Tls, names_the_file_that_it_cannot_use) {
  const Certificate first("first");
  const Certificate second("second");
  EXPECT_NE(Tls::load("/nowhere.pem", first.key()).error().detail.find("/nowhere.pem"),
            std::string::npos);
  EXPECT_FALSE(Tls::load(first.certificate(), first.certificate()));
  EXPECT_FALSE(Tls::load(first.certificate(), second.key()));
}

}  // namespace
}  // namespace tidemark::net
