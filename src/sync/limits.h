// What a peer may ask of one conversation. Each number is an option of the same name; the table
// limit_options() carries the reasons, and the host's flags and the docs are made from it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "crdt/value.h"

namespace tidemark::sync {

// One line of a table of limits: the option's name, where its value lies, and why it exists.
template <typename Limits>
struct LimitOption {
  std::string_view name;
  std::string_view unit;
  uint64_t Limits::*value;
  std::string_view reason;
  // What the option itself may be.
  uint64_t at_most = ~uint64_t{0};
  uint64_t at_least = 0;
};

struct Limits {
  uint64_t max_update_structs = uint64_t{1} << 22;
  uint64_t max_root_name_bytes = 1024;
  uint64_t max_nesting = crdt::kMaxAnyDepth;
  uint64_t max_awareness_state_bytes = 64 << 10;
  uint64_t max_awareness_states_per_session = 64;
  uint64_t max_awareness_states_per_room = 4096;
  uint64_t max_awareness_bytes_per_room = 4 << 20;
  uint64_t awareness_timeout_ms = 30'000;
};

std::span<const LimitOption<Limits>> limit_options();

}  // namespace tidemark::sync
