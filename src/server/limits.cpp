#include "server/limits.h"

#include "store/limits.h"

namespace tidemark::server {

namespace {

using Option = sync::LimitOption<Limits>;

constexpr uint64_t kNoMost = ~uint64_t{0};
// Less than this, and peers on a slow line are turned away, or timers do nothing else.
constexpr uint64_t kLeastMs = 100;

constexpr Option kOptions[] = {
    {"max-room-name-bytes", "bytes", &Limits::max_room_name_bytes,
     "A name is a key in the store, which takes 1024 bytes, and part of every Hocuspocus frame.",
     store::kMaxNameBytes},
    {"max-rooms", "rooms", &Limits::max_rooms, "Each open room holds its document in memory."},
    {"max-sessions-per-room", "sessions", &Limits::max_sessions_per_room,
     "Each edit costs one frame for each of them."},
    {"max-documents-per-connection", "documents", &Limits::max_documents_per_connection,
     "One socket may carry many documents, and each keeps a room in memory."},
    {"auth-deadline-ms", "ms", &Limits::auth_deadline_ms,
     "From the opening of a Hocuspocus socket to its first authenticated document; traffic does "
     "not "
     "extend it.",
     kNoMost, kLeastMs},
    {"max-unauthenticated-bytes", "bytes", &Limits::max_unauthenticated_bytes,
     "Clients speak before they are authenticated, and what they say waits in memory. Until then a "
     "single message may not be longer either."},
    {"max-unauthenticated-messages", "messages", &Limits::max_unauthenticated_messages,
     "As above, for small messages, which cost more than their bytes."},
    {"max-unauthenticated-documents", "documents", &Limits::max_unauthenticated_documents,
     "As above, for many documents with a queue each."},
    {"max-token-bytes", "bytes", &Limits::max_token_bytes,
     "Tokens are a few kilobytes; longer ones are work for nothing."},
    {"queue-soft-bytes", "bytes", &Limits::queue_soft_bytes,
     "Above it a reader gets no more updates; once it has read, it gets one difference instead."},
    {"queue-hard-bytes", "bytes", &Limits::queue_hard_bytes,
     "What cannot be withheld, such as acknowledgements, may fill this and no more."},
    {"stall-deadline-ms", "ms", &Limits::stall_deadline_ms,
     "A reader that takes nothing for so long while bytes wait is closed.", kNoMost, kLeastMs},
    {"quiet-interval-ms", "ms", &Limits::quiet_interval_ms,
     "Clients reconnect after 30 s without a message; an empty one is sent well before.", kNoMost,
     kLeastMs},
    {"room-idle-ms", "ms", &Limits::room_idle_ms,
     "Reloading a page should not reload the document; keeping it longer only costs memory.",
     kNoMost, 1},
    {"max-pending-bytes", "bytes", &Limits::max_pending_bytes,
     "Edits whose predecessors have not come wait in memory; a peer may never send the missing "
     "ones."},
    {"storage-retry-ms", "ms", &Limits::storage_retry_ms,
     "After a failed append nobody is let in for so long, so that clients back off instead of "
     "storming a full disk.",
     kNoMost, 1},
    {"compact-after-rows", "rows", &Limits::compact_after_rows,
     "A long tail makes the next load slow; a short one is not worth a rewrite."},
    {"compact-after-bytes", "bytes", &Limits::compact_after_bytes,
     "As above, for few but large rows."},
};

}  // namespace

std::span<const Option> limit_options() { return kOptions; }

}  // namespace tidemark::server
