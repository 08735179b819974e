// What the path of a WebSocket request asks for; decided before the upgrade, so that a bad name
// gets an HTTP status and no socket.
//
//   route     := "/" | "/hocuspocus" ["/"]        a Hocuspocus socket, many documents
//              | "/yjs/" room | "/" room          a y-websocket room
//   room      := percent-encoded UTF-8; '/' is part of the name
//   documents are named the same in both dialects, so the two share them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "server/limits.h"

namespace tidemark::server {

enum class Dialect : uint8_t { kYWebsocket, kHocuspocus };

struct Route {
  Dialect dialect = Dialect::kHocuspocus;
  std::string room;  // empty for Hocuspocus, whose frames name their document
};

// `target` is the request target; its query names nothing here.
Result<Route> route(std::string_view target, const Limits& limits);

// A document name is not empty, valid UTF-8 without control characters, and has no segment "." or
// ".." between slashes: browsers fold those, and names may become paths. Whoever gives a document
// its name asks this; what is stored under another name can still be read, exported and deleted.
Result<> check_name_grammar(std::string_view name);
// ... and has at most max_room_name_bytes bytes.
Result<> check_room_name(std::string_view name, const Limits& limits);

}  // namespace tidemark::server
