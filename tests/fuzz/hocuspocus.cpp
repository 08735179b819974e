// A Hocuspocus conversation as a stranger may lead it: conversation.h.
#include "sync/dialects/hocuspocus.h"
#include "conversation.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace tidemark;
  fuzz::converse({bytes, size}, {server::Dialect::kHocuspocus, {}},
                 [](Bytes message) { sync::hocuspocus::read_frame(message).has_value(); });
  return 0;
}
