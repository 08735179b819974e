// What an update is made of, counted from its bytes: how many structs of which content, and how
// much of the update each kind takes.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "crdt/update.h"

namespace tidemark::crdt {

struct Composition {
  struct Part {
    std::string_view content;  // "string", "deleted", "gc", ...
    uint64_t blocks = 0;
    uint64_t units = 0;  // clock ticks
    uint64_t bytes = 0;  // in V1
  };
  std::array<Part, 11> parts;  // by number on the wire; those that do not occur stay 0
  uint64_t clients = 0;
  uint64_t blocks = 0;  // without gaps
  uint64_t units = 0;
  uint64_t deleted_ranges = 0;
  uint64_t deleted_units = 0;
};

Result<Composition> composition_of(Bytes update, UpdateFormat format,
                                   const UpdateLimits& limits = {});

}  // namespace tidemark::crdt
