// A conversation as a stranger may lead it: messages, each behind two bytes of length, and a commit
// where the length is 0. The hub keeps its invariants, and what it stores it can load.
#pragma once

#include <algorithm>

#include "base/decoder.h"
#include "laws.h"
#include "server/hub.h"
#include "store/memory_store.h"

namespace tidemark::fuzz {

inline void commit(server::Hub& hub, Instant now) {
  hub.commit(0, now);
  for (const server::Action& action : hub.take_actions()) {
    const auto* send = std::get_if<server::Send>(&action);
    if (send != nullptr) hub.drained(send->connection, send->frame->size(), now);
  }
  hub.check();
}

// `read` is asked about every message too: a codec alone must bear it as well.
template <typename Read>
void converse(Bytes input, const server::Route& target, Read read) {
  store::MemoryStore store;
  Instant now{0};
  {
    server::Hub hub(store, {});
    hub.open(1, target, {}, now);
    hub.open(2, {server::Dialect::kYWebsocket, "doc"}, {}, now);
    Decoder in(input);
    while (!in.at_end()) {
      const size_t high = in.read_byte();
      const size_t size = std::min(high << 8 | in.read_byte(), in.remaining());
      const Bytes message = in.read_bytes(size);
      read(message);
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
  require(again.counters().load_failures == 0, "what is stored loads");
}

}  // namespace tidemark::fuzz
