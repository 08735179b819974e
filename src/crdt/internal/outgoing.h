// What the update of a transaction is put together in; kept from one to the next, so that emitting
// an update allocates nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "crdt/delete_set.h"
#include "crdt/internal/store/item.h"
#include "crdt/internal/update/writer.h"

namespace tidemark::crdt {

struct Outgoing {
  // The structs of a client from this clock on.
  struct Section {
    ClientIndex client;
    uint32_t clock;
  };

  UpdateWriterV1 writer;
  std::vector<Section> sections;
  DeleteSet deletes;
};

}  // namespace tidemark::crdt
