#include "net/websocket_handshake.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace tidemark::net {

namespace {

bool has_item(const HttpRequest& request, std::string_view name, std::string_view wanted) {
  const auto items = request.header_items(name);
  return std::any_of(items.begin(), items.end(),
                     [&](std::string_view item) { return equal_ignoring_case(item, wanted); });
}

bool is_base64_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

// 16 bytes are 22 digits and two signs of padding; the last digit carries only two bits.
bool is_valid_key(std::string_view key) {
  return key.size() == 24 && key.ends_with("==") &&
         std::all_of(key.begin(), key.begin() + 22, is_base64_digit) &&
         std::string_view("AQgw").find(key[21]) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           kSigns.find(c) != std::string_view::npos;
  });
}

}  // namespace

bool asks_for_websocket(const HttpRequest& request) {
  return has_item(request, "Connection", "upgrade") && has_item(request, "Upgrade", "websocket");
}

std::string accept_key(std::string_view key) {
  std::string text(key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<uint8_t, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const uint8_t*>(text.data()), text.size(), digest.data());
  std::array<uint8_t, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> encoded;
  const int size = EVP_EncodeBlock(encoded.data(), digest.data(), SHA_DIGEST_LENGTH);
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<size_t>(size)};
}

HttpResponse upgrade_required() {
  HttpResponse response = plain_response(426, "This address speaks WebSocket, version 13.");
  response.headers.emplace_back("Upgrade", "websocket");
  response.headers.emplace_back("Sec-WebSocket-Version", "13");
  return response;
}

HttpResponse answer_upgrade(const HttpRequest& request) {
  if (request.method != "GET") {
    HttpResponse response = plain_response(405, "A WebSocket begins with GET.");
    response.headers.emplace_back("Allow", "GET");
    return response;
  }
  if (!request.is_http11) return plain_response(400, "A WebSocket begins with HTTP/1.1.");
  if (request.header_count("Sec-WebSocket-Version") != 1 ||
      *request.header("Sec-WebSocket-Version") != "13") {
    return upgrade_required();
  }
  if (request.header_count("Sec-WebSocket-Key") != 1 ||
      !is_valid_key(*request.header("Sec-WebSocket-Key"))) {
    return plain_response(400, "Sec-WebSocket-Key must be the base64 of 16 bytes.");
  }
  HttpResponse response{.status = 101};
  response.headers = {{"Upgrade", "websocket"},
                      {"Connection", "Upgrade"},
                      {"Sec-WebSocket-Accept", accept_key(*request.header("Sec-WebSocket-Key"))}};
  const auto protocols = request.header_items("Sec-WebSocket-Protocol");
  if (!protocols.empty()) {
    if (!std::all_of(protocols.begin(), protocols.end(), is_token)) {
      return plain_response(400, "Sec-WebSocket-Protocol must be a list of tokens.");
    }
    response.headers.emplace_back("Sec-WebSocket-Protocol", protocols.front());
  }
  return response;
}

}  // namespace tidemark::net
