// What strangers may cost the network side before anybody decides whether they are welcome. Each
// number is an option of the same name; the table limit_options() carries the reasons, and flags
// and docs are made from it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tidemark::net {

struct Limits {
  // Messages.
  uint64_t max_frame_bytes = 16 << 20;
  uint64_t max_fragments = 512 << 10;
  uint64_t message_deadline_ms = 30'000;

  // Requests.
  uint64_t max_header_bytes = 16 << 10;
  uint64_t header_deadline_ms = 10'000;
  uint64_t keep_alive_ms = 15'000;

  // Connections.
  uint64_t max_connections = 20'000;
  uint64_t max_connections_per_address = 0;
  uint64_t ping_interval_ms = 25'000;
  uint64_t idle_deadline_ms = 60'000;
  uint64_t close_deadline_ms = 3'000;

  // Memory.
  uint64_t max_queued_bytes = 64 << 20;
  uint64_t max_backlog_bytes = 1 << 20;
  uint64_t max_backlog_total_bytes = 64 << 20;
};

struct LimitOption {
  std::string_view name;
  std::string_view unit;
  uint64_t Limits::*value;
  std::string_view reason;
  // What the option itself may be.
  uint64_t at_most = ~uint64_t{0};
  uint64_t at_least = 0;
};

std::span<const LimitOption> limit_options();

}  // namespace tidemark::net
