// The memory of the wasm module: an allocator in a fifth of the code of libc's. Free blocks are
// kept by size in bins, eight to a power of two, and join their free neighbours at once; both
// directions take constant time (TLSF: Masmano, Ripoll, Crespo, Real, 2004).
//
//   block  header (4 bytes: size, kFree, kPreviousFree) payload
//   free   header, next and previous free block of the bin (4 each), ..., size (the last 4)
//
// Sizes are multiples of 8 and count the header; payloads lie at multiples of 8. Blocks are named
// by the distance of their header from the base; 0 is none.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tidemark::bindings {

class Heap {
 public:
  static constexpr uint32_t kAlignment = 8;

  // The base is a multiple of 8; there is no memory yet.
  void start(uint8_t* base);
  // The memory up to that distance from the base, a multiple of 8, is there now.
  void give(uint32_t limit);

  // Nothing if no free block is large enough.
  void* allocate(uint32_t size);
  void release(void* payload);

  // What has to be given at the least before so much can be allocated.
  static uint32_t block_bytes(uint32_t size);
  // What there is room for, at the least what was asked for.
  static uint32_t payload_bytes(const void* payload);

 private:
  static constexpr uint32_t kFree = 1;
  static constexpr uint32_t kPreviousFree = 2;
  static constexpr uint32_t kFlags = 7;
  static constexpr uint32_t kBins = 224;
  static constexpr uint32_t kWordBits = 32;

  static uint32_t bin_of(uint32_t size);
  uint32_t& word(uint32_t at) { return *reinterpret_cast<uint32_t*>(base_ + at); }
  uint32_t first_bin_from(uint32_t bin) const;
  void put(uint32_t block, uint32_t size);
  void take(uint32_t block, uint32_t size);
  void free_block(uint32_t block);

  uint8_t* base_ = nullptr;
  uint32_t end_ = 0;  // an empty block behind the last one
  uint32_t filled_[kBins / kWordBits] = {};
  uint32_t bins_[kBins] = {};
};

}  // namespace tidemark::bindings
