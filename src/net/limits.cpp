#include "net/limits.h"

namespace tidemark::net {

namespace {

constexpr uint64_t kNoMost = ~uint64_t{0};
// Less than this, and peers on a slow line are turned away, or timers do nothing else.
constexpr uint64_t kLeastMs = 100;

constexpr LimitOption kOptions[] = {
    {"max-frame-bytes", "bytes", &Limits::max_frame_bytes,
     "One WebSocket message, whole or in fragments; longer ones are refused by their header. The "
     "first sync of a device that was offline is one message, so this is also the largest change "
     "it can bring at once."},
    {"max-fragments", "frames", &Limits::max_fragments,
     "Fragments of a message may be empty and cost a header each; full messages in fragments of "
     "64 bytes still pass."},
    {"message-deadline-ms", "ms", &Limits::message_deadline_ms,
     "A message that was begun holds memory until it ends.", kNoMost, kLeastMs},
    {"max-header-bytes", "bytes", &Limits::max_header_bytes,
     "Request line and headers together: cookies and tokens fit, a request without end does not."},
    {"header-deadline-ms", "ms", &Limits::header_deadline_ms,
     "A peer that sends its request byte by byte holds a socket for nothing. The TLS handshake has "
     "the same time.",
     kNoMost, kLeastMs},
    {"keep-alive-ms", "ms", &Limits::keep_alive_ms,
     "How long an HTTP connection may be idle, or a response make no progress.", kNoMost, kLeastMs},
    {"max-connections", "connections", &Limits::max_connections,
     "All sockets together; each costs about a kilobyte, with TLS some forty."},
    {"max-connections-per-address", "connections", &Limits::max_connections_per_address,
     "From one address (one /64 for IPv6). 0 means 1024 for remote addresses and no limit on "
     "loopback, where a reverse proxy brings everybody in."},
    {"ping-interval-ms", "ms", &Limits::ping_interval_ms,
     "Who was silent for so long is pinged: it finds peers that vanished, and keeps middle boxes "
     "from forgetting the others.",
     kNoMost, kLeastMs},
    {"idle-deadline-ms", "ms", &Limits::idle_deadline_ms,
     "Who was silent for so long, pings included, is gone.", kNoMost, kLeastMs},
    {"close-deadline-ms", "ms", &Limits::close_deadline_ms,
     "How long a peer may take to answer our goodbye before the socket is dropped.", kNoMost,
     kLeastMs},
    {"max-queued-bytes", "bytes", &Limits::max_queued_bytes,
     "Bytes that wait for one slow reader before it is dropped. Rooms act long before, at "
     "queue-hard-bytes; this is the wall behind it. A message of more than half of it, which is a "
     "whole document, does not count."},
    {"max-backlog-bytes", "bytes", &Limits::max_backlog_bytes,
     "Messages of one connection that wait for their turn; above it nothing more is read from it."},
    {"max-backlog-total-bytes", "bytes", &Limits::max_backlog_total_bytes,
     "The same over all connections, for when the disk is slower than the network."},
};

}  // namespace

std::span<const LimitOption> limit_options() { return kOptions; }

}  // namespace tidemark::net
