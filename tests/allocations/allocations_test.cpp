// Typing allocates nothing: what a keystroke needs is there already. Memory for the text itself
// grows by half of itself now and then, so that of many keystrokes a few dozen allocate.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "crdt/doc.h"

namespace {

uint64_t allocations = 0;

}  // namespace

// The linker sends what the kernel asks of the allocator through here; the last is operator new.
// NOLINTBEGIN: these names are the linker's.
extern "C" {
void* __real_malloc(size_t size);
void* __real_realloc(void* memory, size_t size);
void* __real__Znwm(size_t size);
void* __wrap_malloc(size_t size) {
  ++allocations;
  return __real_malloc(size);
}
void* __wrap_realloc(void* memory, size_t size) {
  ++allocations;
  return __real_realloc(memory, size);
}
void* __wrap__Znwm(size_t size) {
  ++allocations;
  return __real__Znwm(size);
}
}
// NOLINTEND

namespace tidemark::crdt {
namespace {

constexpr uint32_t kSteps = 20'000;

// Of so many steps, how many allocate anything.
uint64_t allocating_steps(const std::function<void(uint32_t)>& step) {
  uint64_t count = 0;
  for (uint32_t i = 0; i < kSteps; ++i) {
    const uint64_t before = allocations;
    step(i);
    if (allocations != before) ++count;
  }
  return count;
}

// How often buffers grow while this much comes in.
constexpr uint64_t kGrowths = 24;

struct Writer {
  Doc doc{{.client_id = 1}};
  Text text = doc.text("t");
  size_t told = 0;
  Subscription telling =
      doc.on_update([this](const UpdateEvent& event) { told += event.update.size(); });
};

TEST(Allocations, none_when_typing_on) {
  Writer writer;
  EXPECT_LE(allocating_steps([&](uint32_t i) { (void)writer.text.insert(i, "a"); }), kGrowths);
  EXPECT_EQ(writer.text.length(), kSteps);
  EXPECT_GT(writer.told, kSteps);
}

TEST(Allocations, none_when_erasing_backwards_and_forwards) {
  Writer writer;
  ASSERT_TRUE(writer.text.insert(0, std::string(3 * kSteps, 'a')));
  uint32_t at = 2 * kSteps;
  EXPECT_LE(allocating_steps([&](uint32_t) { (void)writer.text.erase(--at, 1); }), kGrowths);
  EXPECT_LE(allocating_steps([&](uint32_t) { (void)writer.text.erase(0, 1); }), kGrowths);
  EXPECT_EQ(writer.text.length(), kSteps);
}

// Each burst of letters begins somewhere else: a cut there makes items. Their buffer grows by half;
// what finds them by clock and by position comes in chunks for some hundred items each.
TEST(Allocations, hardly_any_when_typing_elsewhere_each_time) {
  constexpr uint64_t kChunks = kSteps / 80;
  Writer writer;
  ASSERT_TRUE(writer.text.insert(0, std::string(kSteps, 'a')));
  uint32_t at = 0;
  const uint64_t grown = allocating_steps([&](uint32_t i) {
    if (i % 5 == 0) at = (at + 7919) % kSteps;
    (void)writer.text.insert(at++, "b");
  });
  EXPECT_LE(grown, kChunks);
  EXPECT_EQ(writer.text.length(), 2 * kSteps);
  const uint64_t erased = allocating_steps([&](uint32_t i) {
    if (i % 5 == 0) at = (at + 7919) % (kSteps - i / 2) + 5;
    (void)writer.text.erase(--at, 1);
  });
  EXPECT_LE(erased, kChunks);
}

TEST(Allocations, none_when_a_peer_types_and_somebody_listens) {
  Writer writer;
  std::vector<Buffer> updates;
  const Subscription keeping = writer.doc.on_update(
      [&](const UpdateEvent& event) { updates.push_back(copy_of(event.update)); });
  for (uint32_t i = 0; i < kSteps; ++i) ASSERT_TRUE(writer.text.insert(i, "a"));
  Writer reader;
  reader.doc.change_client_id(2);
  EXPECT_LE(allocating_steps([&](uint32_t i) { (void)reader.doc.apply_update(updates[i]); }),
            kGrowths);
  EXPECT_EQ(reader.text.length(), kSteps);
  EXPECT_GT(reader.told, kSteps);
}

TEST(Allocations, none_when_a_peer_types) {
  Writer writer;
  std::vector<Buffer> updates;
  const Subscription keeping = writer.doc.on_update(
      [&](const UpdateEvent& event) { updates.push_back(copy_of(event.update)); });
  for (uint32_t i = 0; i < kSteps; ++i) ASSERT_TRUE(writer.text.insert(i, "a"));
  Doc reader({.client_id = 2});
  reader.text("t");
  EXPECT_LE(allocating_steps([&](uint32_t i) { (void)reader.apply_update(updates[i]); }), kGrowths);
  EXPECT_EQ(reader.text("t").length(), kSteps);
}

TEST(Allocations, none_when_reading_the_runs_of_a_plain_text) {
  Writer writer;
  for (uint32_t i = 0; i < 200; ++i) ASSERT_TRUE(writer.text.insert(0, "word "));
  size_t units = 0;
  const uint64_t before = allocations;
  for (const TextRun& run : writer.text.runs()) units += run.length;
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(units, writer.text.length());
}

}  // namespace
}  // namespace tidemark::crdt
