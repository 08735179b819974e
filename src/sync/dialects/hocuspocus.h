// The frames of Hocuspocus 3 and 4. One socket carries many documents: each frame begins with the
// address of its document, which a session-aware client extends by an id of its own.
//
//   frame      := byte 9 | byte 10                      ping, pong: no address, the whole frame
//               | varstring address, varuint kind, body
//   address    := name | name NUL session-id
//   body       by kind:
//     0 Sync, 4 SyncReply      sync (y_frame.h); a SyncReply asks for no SyncStep1 in return
//     1 Awareness              varbytes awareness-update (awareness.h)
//     2 Auth                   varuint 0, varstring token [, varstring client-version]
//                            | varuint 0                               server: send me your token
//                            | varuint 1, varstring reason             server: denied
//                            | varuint 2, varstring scope              server: "readonly",
//                            "read-write"
//     3 QueryAwareness         nothing
//     5 Stateless              varstring payload
//     6 BroadcastStateless     varstring payload        between servers only
//     7 Close                  [varstring reason]       of this document, not of the socket
//     8 SyncStatus             varuint 1 | 0            your oldest unanswered update: kept,
//     refused 9 Ping, 10 Pong          nothing
#pragma once

#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "base/result.h"
#include "sync/y_frame.h"

namespace tidemark::sync::hocuspocus {

struct Sync {
  SyncMessage message;
  bool is_reply;
};
struct Awareness {
  Bytes update;
};
struct Token {
  std::string_view token;
  std::string_view client_version;
};
struct Denied {
  std::string_view reason;
};
struct Authenticated {
  std::string_view scope;
};
struct QueryAwareness {};
struct Stateless {
  std::string_view payload;
};
struct BroadcastStateless {
  std::string_view payload;
};
struct Close {
  std::string_view reason;
};
struct SyncStatus {
  bool is_kept;
};
struct Ping {};
struct Pong {};
// A kind of a newer version; ignored.
struct Unknown {
  uint64_t kind;
};

using Message = std::variant<Sync, Awareness, Token, Denied, Authenticated, QueryAwareness,
                             Stateless, BroadcastStateless, Close, SyncStatus, Ping, Pong, Unknown>;

struct Address {
  std::string_view full;  // as the peer wrote it, and wants to be answered
  std::string_view document;
  std::string_view session_id;  // empty if there is none
};

Address split_address(std::string_view full);

struct Frame {
  Address address;  // empty for a ping or pong without one
  Message message;
};

// Views point into the frame. Payloads are not looked into.
Result<Frame> read_frame(Bytes frame);

Buffer sync_frame(std::string_view address, SyncStep step, Bytes payload);
Buffer awareness_frame(std::string_view address, Bytes update);
Buffer token_frame(std::string_view address, std::string_view token, std::string_view version);
Buffer denied_frame(std::string_view address, std::string_view reason);
Buffer authenticated_frame(std::string_view address, bool can_write);
Buffer query_awareness_frame(std::string_view address);
Buffer stateless_frame(std::string_view address, std::string_view payload);
Buffer close_frame(std::string_view address, std::string_view reason);
Buffer sync_status_frame(std::string_view address, bool is_kept);
Buffer ping_frame();
Buffer pong_frame();

}  // namespace tidemark::sync::hocuspocus
