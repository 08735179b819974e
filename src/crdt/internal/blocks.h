// Structs as they are shown to others, and counted.
#pragma once

#include "crdt/inspect.h"
#include "crdt/internal/update/struct_view.h"

namespace tidemark::crdt {

Block block_of(const StructView& view);

// Counts blocks that come client by client.
class BlockCounter {
 public:
  void count(const Block& block) {
    if (stats_.clients == 0 || block.first.client != client_) ++stats_.clients;
    client_ = block.first.client;
    BlockStats::Kind& kind = stats_.kinds[static_cast<size_t>(block.kind)];
    ++kind.blocks;
    if (block.is_deleted) ++stats_.deleted_blocks;
    kind.units += block.length;
    kind.content_bytes += block.text.size() + block.payload.size();
  }

  BlockStats with(const DeleteSet& deletes) {
    stats_.deleted_ranges = deletes.range_count();
    for (const DeleteSet::Client& client : deletes.clients()) {
      for (const ClockRange& range : client.ranges) stats_.deleted_units += range.len();
    }
    return stats_;
  }

 private:
  BlockStats stats_;
  uint64_t client_ = 0;
};

}  // namespace tidemark::crdt
