#include "crdt/internal/pool.h"

namespace tidemark::crdt {

uint32_t Pool::join(uint32_t a, uint32_t a_bytes, uint32_t b, uint32_t b_bytes) {
  if (a + a_bytes == b) return a;
  for (Reserve& reserve : reserves_) {
    if (reserve.end != a + a_bytes || reserve.room < b_bytes) continue;
    std::memcpy(at(reserve.end), at(b), b_bytes);
    reserve.end += b_bytes;
    reserve.room -= b_bytes;
    // The room was counted as garbage when it was set aside; now `b` is garbage in its stead.
    return a;
  }
  if (b + b_bytes == size() && b_bytes >= a_bytes) {
    // A short run in front of a long one at the end is the rare prepend; no room is set aside.
    const uint32_t joined = append_own(a, a_bytes);
    append_own(b, b_bytes);
    garbage_ += a_bytes + b_bytes;
    return joined;
  }
  const uint32_t joined = append_own(a, a_bytes);
  append_own(b, b_bytes);
  const uint32_t room = (a_bytes + b_bytes) / 2 + 16;
  bytes_.resize(size() + room);
  std::memset(at(size() - room), 0, room);
  garbage_ += a_bytes + b_bytes + room;
  reserves_[next_reserve_] = {joined + a_bytes + b_bytes, room};
  next_reserve_ = (next_reserve_ + 1) % static_cast<uint32_t>(reserves_.size());
  return joined;
}

}  // namespace tidemark::crdt
