#include "bindings/c/heap.h"

#include <algorithm>
#include <bit>

namespace tidemark::bindings {
namespace {

constexpr uint32_t kHeader = 4;
constexpr uint32_t kNext = 4;
constexpr uint32_t kPrevious = 8;
constexpr uint32_t kLeastBlock = 16;
// Below it each size has a bin of its own.
constexpr uint32_t kFine = 128;
constexpr uint32_t kFineBits = 7;
constexpr uint32_t kStepBits = 3;

uint32_t log_of(uint32_t size) { return 31 - static_cast<uint32_t>(std::countl_zero(size)); }

}  // namespace

void Heap::start(uint8_t* base) {
  base_ = base;
  end_ = kHeader;
}

void Heap::give(uint32_t limit) {
  const uint32_t block = end_;
  end_ = limit - kHeader;
  const uint32_t flags = block > kHeader ? word(block) : 0;
  word(block) = (end_ - block) | (flags & kPreviousFree);
  word(end_) = 0;
  free_block(block);
}

uint32_t Heap::block_bytes(uint32_t size) {
  return std::max((size + kHeader + kAlignment - 1) & ~(kAlignment - 1), kLeastBlock);
}

uint32_t Heap::payload_bytes(const void* payload) {
  const auto* header = reinterpret_cast<const uint32_t*>(payload) - 1;
  return (*header & ~kFlags) - kHeader;
}

uint32_t Heap::bin_of(uint32_t size) {
  if (size < kFine) return size / kAlignment;
  const uint32_t log = log_of(size);
  return kFine / kAlignment + ((log - kFineBits) << kStepBits) +
         ((size >> (log - kStepBits)) & ((1u << kStepBits) - 1));
}

uint32_t Heap::first_bin_from(uint32_t bin) const {
  uint32_t at = bin / kWordBits;
  uint32_t bits = filled_[at] & (~0u << bin % kWordBits);
  while (bits == 0) {
    if (++at == kBins / kWordBits) return kBins;
    bits = filled_[at];
  }
  return at * kWordBits + static_cast<uint32_t>(std::countr_zero(bits));
}

void Heap::put(uint32_t block, uint32_t size) {
  word(block) = size | kFree;
  word(block + size - kHeader) = size;
  const uint32_t bin = bin_of(size);
  const uint32_t next = bins_[bin];
  word(block + kNext) = next;
  word(block + kPrevious) = 0;
  if (next != 0) word(next + kPrevious) = block;
  bins_[bin] = block;
  filled_[bin / kWordBits] |= 1u << bin % kWordBits;
}

void Heap::take(uint32_t block, uint32_t size) {
  const uint32_t next = word(block + kNext);
  const uint32_t previous = word(block + kPrevious);
  if (next != 0) word(next + kPrevious) = previous;
  if (previous != 0) {
    word(previous + kNext) = next;
    return;
  }
  const uint32_t bin = bin_of(size);
  bins_[bin] = next;
  if (next == 0) filled_[bin / kWordBits] &= ~(1u << bin % kWordBits);
}

void* Heap::allocate(uint32_t size) {
  const uint32_t needed = block_bytes(size);
  // Every block of the bin fits if it is not that of the size but the first above.
  const uint32_t round = needed < kFine ? 0 : (1u << (log_of(needed) - kStepBits)) - 1;
  const uint32_t bin = first_bin_from(bin_of(needed + round));
  if (bin == kBins) return nullptr;
  const uint32_t block = bins_[bin];
  const uint32_t found = word(block) & ~kFlags;
  take(block, found);
  if (found - needed >= kLeastBlock) {
    word(block) = needed;
    put(block + needed, found - needed);
  } else {
    word(block) = found;
    word(block + found) &= ~kPreviousFree;
  }
  return base_ + block + kHeader;
}

void Heap::release(void* payload) {
  free_block(static_cast<uint32_t>(static_cast<uint8_t*>(payload) - base_) - kHeader);
}

void Heap::free_block(uint32_t block) {
  uint32_t size = word(block) & ~kFlags;
  const uint32_t next = word(block + size);
  if ((next & kFree) != 0) {
    take(block + size, next & ~kFlags);
    size += next & ~kFlags;
  }
  if ((word(block) & kPreviousFree) != 0) {
    const uint32_t before = word(block - kHeader);
    block -= before;
    take(block, before);
    size += before;
  }
  put(block, size);
  word(block + size) |= kPreviousFree;
}

}  // namespace tidemark::bindings
