// Why the server ends a conversation, as a WebSocket close code. The ranges are what clients act
// on: a y-websocket client stops for good at 4400-4499 and tries again later at everything else; a
// Hocuspocus client reconnects whatever the code is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tidemark::server {

enum class CloseReason : uint8_t {
  kNormal,              // 1000  the peer is done
  kGoingAway,           // 1001  the server stops; come back
  kReset,               // 4205  too much before authentication
  kMalformed,           // 4400  the bytes do not follow their grammar
  kDenied,              // 4403  the grant does not permit it
  kAuthDeadline,        // 4408  nobody authenticated in time
  kOverLimit,           // 4413  a documented limit is exceeded
  kDocumentDamaged,     // 4500  what is stored does not load; it is left untouched
  kStorageUnavailable,  // 4503  nothing can be stored at the moment; nothing was lost, come back
  kSlowReader,          // 4508  the peer did not take what was sent to it
  kCrowded,             // 4529  too many rooms or sessions; come back later
};
inline constexpr size_t kCloseReasonCount = 11;

uint16_t code_of(CloseReason reason);

// One lower-case word, for logs, metrics and the text in the close frame: "storage_unavailable".
std::string_view name_of(CloseReason reason);

}  // namespace tidemark::server
