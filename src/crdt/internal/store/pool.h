// The bytes of all content of a document, in one growing array. A run of bytes belongs to one item;
// what items give up is garbage until the document repacks the pool.
#pragma once

#include <cstring>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "crdt/internal/store/slab.h"

namespace tidemark::crdt {

class Pool {
 public:
  uint32_t size() const { return bytes_.size(); }
  size_t memory() const { return bytes_.memory() + reserves_.capacity() * sizeof(Reserve); }
  uint32_t garbage() const { return garbage_; }
  const uint8_t* at(uint32_t offset) const { return bytes_.begin() + offset; }
  uint8_t* at(uint32_t offset) { return bytes_.begin() + offset; }
  std::string_view text(uint32_t offset, uint32_t bytes) const {
    return {reinterpret_cast<const char*>(at(offset)), bytes};
  }
  Bytes view(uint32_t offset, uint32_t bytes) const { return {at(offset), bytes}; }

  // Whether it has so many bytes from where this text of it begins.
  bool reaches(std::string_view text, size_t bytes) const {
    return size() >= bytes &&
           reinterpret_cast<const uint8_t*>(text.data()) <= bytes_.begin() + (size() - bytes);
  }

  // The bytes must not lie in this pool.
  uint32_t append(Bytes bytes) {
    const uint32_t offset = bytes_.size();
    bytes_.resize(offset + static_cast<uint32_t>(bytes.size()));
    copy_short(at(offset), bytes.data(), bytes.size());
    return offset;
  }
  uint32_t append_own(uint32_t from, uint32_t count) {
    const uint32_t offset = bytes_.size();
    bytes_.resize(offset + count);
    copy_short(at(offset), at(from), count);
    return offset;
  }
  // Prolongs the writer's run that ends here, if there is room for it; the bytes must not lie in
  // this pool.
  bool extend(uint32_t writer, uint32_t end, Bytes bytes) {
    if (end == size()) return append(bytes), true;
    const auto count = static_cast<uint32_t>(bytes.size());
    if (!has_room(writer, end, count)) return false;
    copy_short(at(end), bytes.data(), count);
    take_room(reserves_[writer], count);
    // The room was counted as garbage when it was set aside.
    garbage_ -= count;
    return true;
  }
  bool extend(uint32_t writer, uint32_t end, char byte) {
    if (end != size()) {
      return extend(writer, end, Bytes(reinterpret_cast<const uint8_t*>(&byte), 1));
    }
    bytes_.resize(end + 1);
    *at(end) = static_cast<uint8_t>(byte);
    return true;
  }
  void fit() {
    bytes_.fit();
    reserves_ = {};
  }
  void reserve(uint32_t bytes) { bytes_.reserve(bytes); }
  void discard(uint32_t bytes) { garbage_ += bytes; }

  // Makes the writer's run `a` directly followed by the run `b` one run and yields where it starts.
  // A run that grows away from the end gets room to grow, one for each writer, so that the turns of
  // however many cost amortised constant time.
  uint32_t join(uint32_t writer, uint32_t a, uint32_t a_bytes, uint32_t b, uint32_t b_bytes);

  void swap(Pool& other) {
    bytes_.swap(other.bytes_);
    std::swap(garbage_, other.garbage_);
    std::swap(reserves_, other.reserves_);
  }

 private:
  struct Reserve {
    uint32_t end = 0xffffffff;  // where the run that may grow ends
    uint32_t room = 0;
  };

  bool has_room(uint32_t writer, uint32_t end, uint32_t count) const {
    return writer < reserves_.size() && reserves_[writer].end == end &&
           reserves_[writer].room >= count;
  }
  static void take_room(Reserve& reserve, uint32_t count) {
    reserve.end += count;
    reserve.room -= count;
  }

  Slab<uint8_t> bytes_;
  uint32_t garbage_ = 0;
  std::vector<Reserve> reserves_;  // by writer
};

inline uint32_t Pool::join(uint32_t writer, uint32_t a, uint32_t a_bytes, uint32_t b,
                           uint32_t b_bytes) {
  if (a + a_bytes == b) return a;
  if (has_room(writer, a + a_bytes, b_bytes)) {
    copy_short(at(a + a_bytes), at(b), b_bytes);
    take_room(reserves_[writer], b_bytes);
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
  if (writer >= reserves_.size()) reserves_.resize(writer + 1);
  reserves_[writer] = {joined + a_bytes + b_bytes, room};
  return joined;
}

}  // namespace tidemark::crdt
