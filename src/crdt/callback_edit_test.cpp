// Edits that callbacks make are transactions that wait for their turn. They are many here: where
// each one looks at all that wait or have waited, these tests take minutes.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "crdt/doc.h"

namespace tidemark::crdt {
namespace {

constexpr uint32_t kMany = 100000;

// What a callback does in a loop is told of when the callback is over, one by one.
TEST(CallbackEdit, takes_many_edits_of_one_callback) {
  Doc doc;
  Text text = doc.text("t");
  Text other = doc.text("o");
  bool is_first = true;
  bool is_in_callback = false;
  uint32_t told = 0;
  const Subscription edits = text.observe([&](const Event&) {
    if (!std::exchange(is_first, false)) return;
    is_in_callback = true;
    for (uint32_t i = 0; i < kMany; ++i) ASSERT_TRUE(other.insert(i, "a"));
    EXPECT_EQ(told, 0u);
    is_in_callback = false;
  });
  const Subscription hears = other.observe([&](const Event&) {
    EXPECT_FALSE(is_in_callback);
    // All of them are there by then.
    EXPECT_EQ(other.length(), kMany);
    ++told;
  });
  ASSERT_TRUE(text.insert(0, "x"));
  EXPECT_EQ(told, kMany);
  EXPECT_EQ(doc.check(), "");
}

// A callback that answers each event with one edit more.
TEST(CallbackEdit, takes_a_long_chain_of_answers) {
  Doc doc;
  Text text = doc.text("t");
  uint32_t told = 0;
  uint32_t updates = 0;
  bool is_in_order = true;
  const Subscription answers = text.observe([&](const Event&) {
    is_in_order = is_in_order && updates == told && text.length() == told + 1;
    if (++told == kMany) return;
    ASSERT_TRUE(text.insert(told, "a"));
  });
  const Subscription hears = doc.on_update([&](const UpdateEvent&) { ++updates; });
  ASSERT_TRUE(text.insert(0, "a"));
  EXPECT_EQ(told, kMany);
  EXPECT_EQ(updates, kMany);
  EXPECT_TRUE(is_in_order);
  EXPECT_EQ(doc.check(), "");
}

// Transactions that wait count as their own what others add to the same client meanwhile, whoever
// touched the client first, as in Yjs.
TEST(CallbackEdit, tells_each_that_waits_of_clients_that_later_ones_touch) {
  std::vector<Buffer> strangers;
  for (uint64_t id = 2; id < 6; ++id) {
    Doc stranger({.client_id = id});
    stranger.map("m").set("k" + std::to_string(id), Any(1.0));
    strangers.push_back(stranger.encode_state_as_update());
  }
  Doc doc;
  Text text = doc.text("t");
  std::vector<Buffer> heard;
  const Subscription updates = doc.on_update([&](const UpdateEvent& event) {
    heard.emplace_back(event.update.begin(), event.update.end());
  });
  bool is_first = true;
  const Subscription edits = text.observe([&](const Event&) {
    if (!std::exchange(is_first, false)) return;
    for (const Buffer& stranger : strangers) {
      ASSERT_TRUE(text.insert(0, "b"));
      ASSERT_TRUE(doc.apply_update(stranger));
    }
  });
  ASSERT_TRUE(text.insert(0, "a"));
  ASSERT_EQ(heard.size(), 9u);
  // The first is told of last but holds all, so that each update is a replica's whole lack.
  Doc replica({.client_id = 9});
  ASSERT_TRUE(replica.apply_update(heard[0]));
  EXPECT_EQ(replica.encode_state_as_update(), doc.encode_state_as_update());
  // One that began when two strangers had come holds the two that came after.
  Doc late({.client_id = 9});
  ASSERT_TRUE(late.apply_update(heard[5]));
  EXPECT_EQ(late.map("m").keys(), (std::vector<std::string>{"k5", "k4"}));
}

}  // namespace
}  // namespace tidemark::crdt
