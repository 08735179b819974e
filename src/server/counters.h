// What a hub counts about itself, for the metrics page and for readiness. Gauges say how many there
// are now, totals only grow.
#pragma once

#include <array>
#include <cstdint>

#include "server/close_reason.h"

namespace tidemark::server {

struct Counters {
  // Gauges.
  uint64_t rooms = 0;
  uint64_t connections = 0;
  uint64_t sessions = 0;
  uint64_t awareness_states = 0;
  uint64_t queued_bytes = 0;

  // Totals.
  uint64_t messages_received = 0;
  uint64_t bytes_received = 0;
  uint64_t frames_sent = 0;
  uint64_t bytes_sent = 0;
  uint64_t updates_received = 0;
  uint64_t updates_empty = 0;    // told nothing new, so neither stored nor sent on
  uint64_t updates_refused = 0;  // malformed, over a limit, or without permission to write
  uint64_t commits = 0;
  uint64_t rows_appended = 0;
  uint64_t bytes_appended = 0;
  uint64_t append_failures = 0;
  uint64_t loads = 0;
  uint64_t load_failures = 0;
  uint64_t unloads = 0;
  uint64_t compactions = 0;
  uint64_t compaction_failures = 0;
  uint64_t acknowledgements = 0;
  uint64_t frames_withheld = 0;  // document frames that a full queue did not take
  uint64_t resyncs = 0;          // differences sent in their place
  uint64_t awareness_dropped = 0;
  std::array<uint64_t, kCloseReasonCount> closes = {};

  // False from a failed append until one succeeds.
  bool is_storage_healthy = true;
};

}  // namespace tidemark::server
