// A Hocuspocus conversation as a stranger may lead it: messages, each behind two bytes of length,
// and a commit where the length is 0. The hub keeps its invariants, and what it stores it can load.
#include <algorithm>
#include <cstdlib>

#include "base/decoder.h"
#include "server/hub.h"
#include "store/memory_store.h"
#include "sync/dialects/hocuspocus.h"

namespace tidemark {
namespace {

constexpr auto kDialect = server::Dialect::kHocuspocus;

void require(bool holds) {
  if (!holds) std::abort();
}

void commit(server::Hub& hub, Instant now) {
  hub.commit(0, now);
  for (const server::Action& action : hub.take_actions()) {
    const auto* send = std::get_if<server::Send>(&action);
    if (send != nullptr) hub.drained(send->connection, send->frame->size(), now);
  }
  hub.check();
}

void run(Bytes input) {
  store::MemoryStore store;
  Instant now{0};
  {
    server::Hub hub(store, {});
    hub.open(1, {kDialect, {}}, {}, now);
    hub.open(2, {server::Dialect::kYWebsocket, "doc"}, {}, now);
    Decoder in(input);
    while (!in.at_end()) {
      const size_t high = in.read_byte();
      const size_t size = std::min(high << 8 | in.read_byte(), in.remaining());
      const Bytes message = in.read_bytes(size);
      sync::hocuspocus::read_frame(message).has_value();
      if (size == 0) commit(hub, now);
      if (size != 0) hub.receive(1, message, now);
      now = now + 1;
    }
    commit(hub, now);
    hub.closed(1, now);
    commit(hub, now);
  }
  server::Hub again(store, {});
  const auto names = store.list({}, 100);
  for (server::ConnectionId id = 10; const auto& each : *names) {
    again.open(id++, {server::Dialect::kYWebsocket, each.name}, {}, now);
  }
  require(again.counters().load_failures == 0);
}

}  // namespace
}  // namespace tidemark

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  tidemark::run({bytes, size});
  return 0;
}
