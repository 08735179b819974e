// An awareness update from a stranger, told to a participant and to a room: neither breaks its
// invariants, both stay within their limits, and what they tell on is read again.
#include "sync/awareness.h"

#include <cstdlib>

#include "server/presence.h"

namespace tidemark {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void run(Bytes input) {
  sync::Limits limits;
  limits.max_awareness_states_per_room = 16;
  limits.max_awareness_states_per_session = 8;
  limits.max_awareness_bytes_per_room = 4'096;

  sync::Awareness awareness(7, limits, Instant{0});
  awareness.apply(input, Instant{1}).has_value();
  awareness.check();
  require(awareness.local_state().has_value());
  require(sync::read_awareness(sync::write_awareness(awareness.states()), limits).has_value());

  server::Presence presence(limits, Instant{2});
  presence.apply(1, input, Instant{1}).has_value();
  presence.apply(2, input, Instant{2}).has_value();
  presence.leave(1);
  presence.apply(3, input, Instant{3}).has_value();
  presence.check();
  for (server::Presence::SessionId session = 1; session <= 3; ++session) {
    const auto question = presence.take_question(session);
    if (question) require(sync::read_awareness(*question, limits).has_value());
  }
  require(!presence.has_questions());
  if (presence.has_changes()) {
    require(sync::read_awareness(presence.take_changes(), limits).has_value());
  }
  presence.leave(2);
  presence.leave(3);
  require(presence.count() == 0);
  presence.check();
}

}  // namespace
}  // namespace tidemark

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  tidemark::run({bytes, size});
  return 0;
}
