// What peers may ask of a server. Each number is an option of the same name; the table
// limit_options() carries the reasons, and the host's flags and the docs are made from it. The hub
// keeps those that concern rooms, the network those that concern sockets.
#pragma once

#include <cstdint>
#include <span>

#include "sync/limits.h"

namespace tidemark::server {

struct Limits {
  sync::Limits sync;

  // Of the network: bytes and sockets.
  uint64_t max_frame_bytes = 16 << 20;
  uint64_t max_header_bytes = 16 << 10;
  uint64_t header_deadline_ms = 10'000;
  uint64_t max_connections = 20'000;
  uint64_t max_connections_per_address = 1'000;
  uint64_t ping_interval_ms = 30'000;
  uint64_t idle_timeout_ms = 75'000;
  uint64_t close_deadline_ms = 2'000;

  // Of the hub: what connections may hold.
  uint64_t max_room_name_bytes = 512;
  uint64_t max_rooms = 100'000;
  uint64_t max_sessions_per_room = 10'000;
  uint64_t max_documents_per_connection = 256;
  uint64_t auth_deadline_ms = 10'000;
  uint64_t max_unauthenticated_bytes = 5 << 20;
  uint64_t max_unauthenticated_messages = 1'000;
  uint64_t max_unauthenticated_documents = 100;
  uint64_t max_token_bytes = 16 << 10;

  // Of the hub: slow readers.
  uint64_t queue_soft_bytes = 1 << 20;
  uint64_t queue_hard_bytes = 4 << 20;
  uint64_t stall_deadline_ms = 60'000;
  uint64_t quiet_interval_ms = 15'000;

  // Of the hub: rooms and the store.
  uint64_t room_idle_ms = 30'000;
  uint64_t max_turn_bytes = 8 << 20;
  uint64_t storage_retry_ms = 2'000;
  uint64_t compact_after_rows = 500;
  uint64_t compact_after_bytes = 1 << 20;
};

std::span<const sync::LimitOption<Limits>> limit_options();

}  // namespace tidemark::server
