#include "bindings/c/heap.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

namespace tidemark::bindings {
namespace {

struct Piece {
  uint8_t* at;
  uint32_t size;
  uint8_t mark;
};

// Memory as the machine gives it: more at the end when it is asked for.
class Memory {
 public:
  Memory() { heap_.start(bytes_.data()); }

  Piece allocate(uint32_t size, uint8_t mark) {
    void* at = heap_.allocate(size);
    if (at == nullptr) {
      given_ += (2 * Heap::block_bytes(size) + 4096) & ~7u;
      EXPECT_LE(given_, bytes_.size());
      heap_.give(given_);
      at = heap_.allocate(size);
    }
    EXPECT_NE(at, nullptr);
    EXPECT_EQ((static_cast<uint8_t*>(at) - bytes_.data()) % 8, 0);
    std::memset(at, mark, size);
    return {static_cast<uint8_t*>(at), size, mark};
  }
  void release(const Piece& piece) {
    for (uint32_t i = 0; i < piece.size; ++i) ASSERT_EQ(piece.at[i], piece.mark);
    heap_.release(piece.at);
  }
  uint32_t given() const { return given_; }

 private:
  Heap heap_;
  std::vector<uint8_t> bytes_ = std::vector<uint8_t>(8 << 20);
  uint32_t given_ = 0;
};

TEST(Heap, gives_pieces_that_never_overlap) {
  for (const uint64_t seed : {1u, 2u, 3u}) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    Memory memory;
    std::vector<Piece> pieces;
    for (int i = 0; i < 20000; ++i) {
      if (pieces.size() < 200 || random() % 2 == 0) {
        const uint32_t most = 1u << (random() % 13);
        pieces.push_back(memory.allocate(static_cast<uint32_t>(random()) % most,
                                         static_cast<uint8_t>(random())));
      }
      if (pieces.size() > 400 || (!pieces.empty() && random() % 2 == 0)) {
        std::swap(pieces[random() % pieces.size()], pieces.back());
        memory.release(pieces.back());
        pieces.pop_back();
      }
    }
    for (const Piece& piece : pieces) memory.release(piece);
    // Everything is one free block again.
    const uint32_t before = memory.given();
    memory.allocate(before - before / 8, 0);
    EXPECT_EQ(memory.given(), before);
  }
}

TEST(Heap, has_nothing_before_it_is_given) {
  Heap heap;
  alignas(8) uint8_t bytes[64];
  heap.start(bytes);
  EXPECT_EQ(heap.allocate(0), nullptr);
  heap.give(sizeof bytes);
  EXPECT_EQ(heap.allocate(sizeof bytes), nullptr);
  EXPECT_NE(heap.allocate(40), nullptr);
}

}  // namespace
}  // namespace tidemark::bindings
