// Where elements of long runs of encoded values begin, remembered while somebody looks for them:
// without it the way to an element leads over all that are before it in its item.
//  (1) Marks ascend by client and clock, and each says where in the pool its unit's value begins.
//  (2) Splitting an item moves nothing, so marks go by unit and not by item.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/decoder.h"
#include "crdt/internal/store/item.h"

namespace tidemark::crdt {

class ElementMarks {
 public:
  // Fewer steps than this are walked without looking for a mark.
  static constexpr uint32_t kStride = 32;

  struct Unit {
    ClientIndex client;
    uint32_t clock;
    uint32_t offset;  // in the pool
  };
  // Decodes past one element.
  using Skip = void (*)(Decoder&);

  // Where the unit begins. `start` is the first of its item, whose payload is `bytes`.
  uint32_t find(const Unit& start, uint32_t clock, Bytes bytes, Skip skip);
  // The content of these units lies elsewhere now, this much further on (modulo 2^32).
  void move(const Unit& first, uint32_t end_clock, uint32_t to);

  size_t size() const { return marks_.size(); }
  size_t memory() const { return marks_.capacity() * sizeof(Unit); }

 private:
  size_t above(ClientIndex client, uint32_t clock) const;

  std::vector<Unit> marks_;
  std::vector<Unit> passed_;    // new marks of one walk, kept for its memory
  Unit last_{kNoClient, 0, 0};  // found last: who reads one by one takes one step
};

}  // namespace tidemark::crdt
