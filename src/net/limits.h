// What strangers may cost the network side before anybody decides whether they are welcome. Every
// number is an option of `serve`; the reason stands beside it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tidemark::net {

struct Limits {
  // One WebSocket message, whole or in fragments, refused by its header before anything is
  // buffered. It must hold the first synchronisation of the largest document.
  size_t max_message_bytes = size_t{16} << 20;
  // Fragments cost a header each and may be empty; 64-byte fragments of a full message still pass.
  uint32_t max_fragments = uint32_t{1} << 19;
  // A message that was begun must end, or its buffer is held for nothing.
  int64_t message_deadline_ms = 30'000;

  // Request line and headers together. Browsers with many cookies stay below 8 KiB.
  size_t max_header_bytes = size_t{16} << 10;
  // From the first byte, or from accepting, to the end of the headers (and of the TLS handshake).
  int64_t header_deadline_ms = 10'000;
  // How long a kept-alive HTTP connection may be idle between requests.
  int64_t keep_alive_ms = 15'000;

  // All sockets together; each costs about a kilobyte, with TLS forty.
  uint32_t max_connections = 20'000;
  // From one address (one /64 for IPv6). 0 means 1,024 for remote addresses and no limit on
  // loopback, where a reverse proxy brings everybody in.
  uint32_t max_connections_per_address = 0;

  // The server pings a WebSocket peer from which it heard nothing for this long ...
  int64_t ping_ms = 25'000;
  // ... and drops it after this long. Half-open connections end here.
  int64_t idle_deadline_ms = 60'000;
  // How long a peer may take to answer our close frame before the socket is dropped.
  int64_t close_deadline_ms = 3'000;

  // Bytes waiting for one slow reader. The hub acts long before; this is the wall behind it.
  size_t max_queued_bytes = size_t{64} << 20;
  // Messages of one connection that wait for their turn; above this, reading from it pauses.
  size_t max_unconsumed_bytes = size_t{1} << 20;
  // The same over all connections.
  size_t max_unconsumed_total_bytes = size_t{64} << 20;
};

}  // namespace tidemark::net
