// A growing array of plain records for handles. It grows by realloc, which for large arrays moves
// pages rather than bytes; references into it do not survive growth.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <type_traits>
#include <utility>

#include "base/assert.h"

namespace tidemark::crdt {

template <typename T>
class Slab {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Slab() = default;
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;
  ~Slab() { std::free(records_); }

  T& operator[](uint32_t handle) { return records_[handle]; }
  const T& operator[](uint32_t handle) const { return records_[handle]; }
  // Null while there are none.
  T* begin() { return records_; }
  const T* begin() const { return records_; }
  T* end() { return records_ + size_; }
  const T* end() const { return records_ + size_; }
  uint32_t size() const { return size_; }
  size_t memory() const { return size_t{capacity_} * sizeof(T); }

  // The new record is not initialised.
  uint32_t add() {
    if (size_ == capacity_) grow(size_ + 1);
    return size_++;
  }
  // Room for `count` records, the new ones not initialised.
  void resize(uint32_t count) {
    if (count > capacity_) grow(count);
    size_ = count;
  }
  void reserve(uint32_t count) {
    if (count > capacity_) grow(count);
  }
  // Gives back the room for more.
  void fit() {
    if (capacity_ == size_) return;
    Slab exact;
    if (size_ > 0) {
      exact.move_to(std::exchange(records_, nullptr), size_);
      exact.size_ = size_;
    }
    swap(exact);
  }
  void swap(Slab& other) {
    std::swap(records_, other.records_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

 private:
  void grow(uint32_t least) {
    TM_ASSERT(least < 0xffffff00u);
    const uint64_t wanted = uint64_t{capacity_} + capacity_ / 2 + 8;
    uint64_t capacity = wanted < least ? least : wanted;
    if (capacity > 0xffffff00u) capacity = 0xffffff00u;
    move_to(records_, static_cast<uint32_t>(capacity));
  }

  void move_to(T* records, uint32_t capacity) {
    records_ = static_cast<T*>(
        std::realloc(static_cast<void*>(records), static_cast<size_t>(capacity) * sizeof(T)));
    TM_ASSERT(records_ != nullptr);
    capacity_ = capacity;
  }

  T* records_ = nullptr;
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;
};

}  // namespace tidemark::crdt
