// What an update may cost whoever reads it. Peers get tight limits; bytes that we once accepted and
// stored are read back with wide ones.
#pragma once

#include <cstdint>

#include "crdt/value.h"

namespace tidemark::crdt {

struct UpdateLimits {
  // V2 columns are run-length coded: twenty bytes can claim 2^50 structs, each of which costs its
  // reader some 50 bytes. The largest known real document has 1.1 million.
  uint64_t max_structs = uint64_t{1} << 22;
  // A range takes two bytes on the wire and 16 in memory.
  uint64_t max_delete_ranges = uint64_t{1} << 24;
  // Root types stay for ever, and so do their names.
  uint64_t max_root_name_bytes = ~uint64_t{0};
  // Of arrays, objects and bytes within one value. Reading a value recurses, here and in its
  // peers' programs; what is above kMaxAnyDepth counts as that.
  uint64_t max_nesting = kMaxAnyDepth;
};

// What a document may hold and take, whoever has written to it. Nothing is limited by itself.
struct DocLimits {
  // What its state as one update, with what waits, may cost whoever reads it.
  UpdateLimits update = {.max_structs = ~uint64_t{0}, .max_delete_ranges = ~uint64_t{0}};
  uint64_t max_clients = ~uint64_t{0};        // that have written
  uint64_t max_content_bytes = ~uint64_t{0};  // text and values
  uint64_t max_memory_bytes = ~uint64_t{0};
  // Only a Doc knows these.
  uint64_t max_type_depth = ~uint64_t{0};  // types within types; a root alone is 0 deep
  uint64_t max_pending_bytes = ~uint64_t{0};
};

// For bytes that we accepted once and must always be able to read back.
inline constexpr UpdateLimits kOwnUpdateLimits{.max_structs = ~uint64_t{0},
                                               .max_delete_ranges = ~uint64_t{0}};

}  // namespace tidemark::crdt
