#include "sync/limits.h"

namespace tidemark::sync {

namespace {

constexpr uint64_t kNoMost = ~uint64_t{0};
// Below a second people would blink.
constexpr uint64_t kLeastTimeoutMs = 1'000;

constexpr LimitOption<Limits> kOptions[] = {
    {"max-update-structs", "structs", &Limits::max_update_structs,
     "Run-length columns let twenty bytes claim 2^50 structs, each of which costs memory. The "
     "largest "
     "known real document has 1.1 million."},
    {"max-root-name-bytes", "bytes", &Limits::max_root_name_bytes,
     "Root types cannot be deleted, so a name given once is kept, sent and listed for ever. Any "
     "valid UTF-8 may be one, as in Yjs."},
    {"max-nesting", "levels", &Limits::max_nesting,
     "Arrays and objects inside one another within one value. Reading them recurses, here and in "
     "every peer; 256 levels fit the stack of every build, so that more cannot be allowed.",
     crdt::kMaxAnyDepth},
    {"max-awareness-state-bytes", "bytes", &Limits::max_awareness_state_bytes,
     "A state is a name, a colour and a cursor, and every peer of the room hears each change."},
    {"max-awareness-states-per-session", "states", &Limits::max_awareness_states_per_session,
     "One connection speaks for one editor, or for the few tabs behind one browser."},
    {"max-awareness-states-per-room", "states", &Limits::max_awareness_states_per_room,
     "Every newcomer is told all of them at once."},
    {"max-awareness-bytes-per-room", "bytes", &Limits::max_awareness_bytes_per_room,
     "Bounds what the room holds and what a newcomer is sent."},
    {"awareness-timeout-ms", "ms", &Limits::awareness_timeout_ms,
     "Clients renew their state every 15 s and take 30 s of silence for absence; so does the "
     "room.",
     kNoMost, kLeastTimeoutMs},
};

}  // namespace

std::span<const LimitOption<Limits>> limit_options() { return kOptions; }

}  // namespace tidemark::sync
