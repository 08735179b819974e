// A y-websocket conversation as a stranger may lead it: conversation.h.
#include "conversation.h"
#include "sync/y_frame.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace tidemark;
  fuzz::converse({bytes, size}, {server::Dialect::kYWebsocket, "doc"},
                 [](Bytes message) { sync::read_y_frame(message).has_value(); });
  return 0;
}
