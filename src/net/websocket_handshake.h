// The opening handshake of RFC 6455 as a function: a request comes in, the response goes out.
#pragma once

#include <string>
#include <string_view>

#include "net/http.h"

namespace tidemark::net {

// The client wants to leave HTTP for WebSocket; whether it asks properly is answer_upgrade's to
// say.
bool asks_for_websocket(const HttpRequest& request);

// base64(SHA-1(key + GUID))
std::string accept_key(std::string_view key);

// 101, or the status that says what is wrong with the request: 400, 405 or 426. If the client
// offers subprotocols the first is taken, as servers in the Yjs world do; browsers insist on one.
HttpResponse answer_upgrade(const HttpRequest& request);

// 426, for plain requests to a place that only speaks WebSocket.
HttpResponse upgrade_required();

}  // namespace tidemark::net
