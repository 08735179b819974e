// What peers may ask of a hub: rooms, sessions, memory. Each number is an option of the same name;
// the table limit_options() carries the reasons, and the host's flags and the docs are made from
// it. What concerns sockets and bytes on the wire is in net/limits.h.
#pragma once

#include <cstdint>
#include <span>

#include "sync/limits.h"

namespace tidemark::server {

struct Limits {
  sync::Limits sync;

  // What connections may hold.
  uint64_t max_room_name_bytes = 512;
  uint64_t max_rooms = 100'000;
  uint64_t max_sessions_per_room = 10'000;
  uint64_t max_documents_per_connection = 256;
  uint64_t auth_deadline_ms = 10'000;
  uint64_t max_unauthenticated_bytes = 5 << 20;
  uint64_t max_unauthenticated_messages = 1'000;
  uint64_t max_unauthenticated_documents = 100;
  uint64_t max_token_bytes = 16 << 10;

  // Slow readers.
  uint64_t queue_soft_bytes = 1 << 20;
  uint64_t queue_hard_bytes = 4 << 20;
  uint64_t stall_deadline_ms = 60'000;
  uint64_t quiet_interval_ms = 15'000;

  // Rooms and the store.
  uint64_t room_idle_ms = 30'000;
  uint64_t max_pending_bytes = 16 << 20;
  uint64_t storage_retry_ms = 2'000;
  uint64_t compact_after_rows = 500;
  uint64_t compact_after_bytes = 1 << 20;
};

std::span<const sync::LimitOption<Limits>> limit_options();

}  // namespace tidemark::server
