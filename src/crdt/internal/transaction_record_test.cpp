#include "crdt/internal/transaction_record.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tidemark::crdt {
namespace {

// What observers run in turn takes no more room than what waits at one time.
TEST(TransactionQueue, uses_records_again_while_others_wait) {
  TransactionQueue queue;
  queue.add().epoch = 0;
  for (uint32_t epoch = 1; epoch < 1000; ++epoch) {
    queue.add().epoch = epoch;
    EXPECT_EQ(queue.size(), 2u);
    EXPECT_EQ(queue[0].epoch, epoch - 1);
    EXPECT_EQ(queue[1].epoch, epoch);
    queue.drop_first();
  }
  EXPECT_EQ(queue.capacity(), 2u);
  queue.drop_first();
  EXPECT_TRUE(queue.is_empty());
}

TEST(TransactionQueue, keeps_the_order_and_the_place_of_what_waits) {
  TransactionQueue queue;
  uint32_t added = 0;
  uint32_t dropped = 0;
  size_t most = 0;
  // Grows and shrinks in waves, so that room is found in front of what waits in every way.
  for (size_t wave = 1; wave <= 60; ++wave) {
    for (size_t i = 0; i < wave % 17 + 3; ++i) queue.add().epoch = added++;
    most = std::max(most, queue.size());
    const TransactionRecord* const newest = &queue[queue.size() - 1];
    for (size_t i = 0; i < wave % 13 + 1 && queue.size() > 1; ++i) {
      EXPECT_EQ(queue[0].epoch, dropped++);
      queue.drop_first();
    }
    queue.add().epoch = added++;
    EXPECT_EQ(&queue[queue.size() - 2], newest);
  }
  EXPECT_EQ(queue.size(), added - dropped);
  for (size_t i = 0; i < queue.size(); ++i) EXPECT_EQ(queue[i].epoch, dropped + i);
  EXPECT_LE(queue.capacity(), 2 * most + 2);
}

}  // namespace
}  // namespace tidemark::crdt
