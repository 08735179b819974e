#include "sync/y_frame.h"

#include <gtest/gtest.h>

#include "sync/golden.h"

namespace tidemark::sync {
namespace {

template <typename T>
T read_as(Bytes frame) {
  const auto message = read_y_frame(frame);
  EXPECT_TRUE(message.has_value());
  EXPECT_TRUE(std::holds_alternative<T>(*message));
  return std::get<T>(*message);
}

TEST(YFrame, reads_and_writes_what_the_reference_wrote) {
  const Buffer vector = golden::frame("state_vector");
  const Buffer update = golden::frame("update");
  EXPECT_EQ(y_sync_frame(SyncStep::kStep1, vector), golden::frame("y_step1"));
  EXPECT_EQ(y_sync_frame(SyncStep::kStep2, update), golden::frame("y_step2"));
  EXPECT_EQ(y_sync_frame(SyncStep::kUpdate, update), golden::frame("y_update"));
  EXPECT_EQ(y_denied_frame("no"), golden::frame("y_denied"));

  const Buffer frame = golden::frame("y_step2");
  const auto sync = read_as<SyncMessage>(frame);
  EXPECT_EQ(sync.step, SyncStep::kStep2);
  EXPECT_TRUE(equal(sync.payload, update));
  const Buffer denied = golden::frame("y_denied");
  EXPECT_EQ(read_as<DeniedMessage>(denied).reason, "no");
  const Buffer told = golden::frame("y_awareness");
  EXPECT_EQ(y_awareness_frame(read_as<AwarenessMessage>(told).update), told);
  const Buffer query = y_query_awareness_frame();
  read_as<QueryAwarenessMessage>(query);
}

TEST(YFrame, passes_over_kinds_it_does_not_know) {
  const Buffer frame = {102, 1, 2, 3};
  EXPECT_EQ(read_as<UnknownMessage>(frame).kind, 102u);
}

TEST(YFrame, refuses_an_unknown_step_and_every_cut) {
  const Buffer unknown = {0, 3, 0};
  EXPECT_FALSE(read_y_frame(unknown));
  for (const auto* name : {"y_step1", "y_step2", "y_update", "y_denied", "y_awareness"}) {
    const Buffer whole = golden::frame(name);
    for (size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(read_y_frame(Bytes(whole).first(size))) << name << " cut to " << size;
    }
  }
}

TEST(YFrame, survives_every_flipped_bit) {
  for (const golden::Frame& known : golden::kFrames) {
    Buffer frame = golden::from_hex(known.hex);
    for (size_t bit = 0; bit < frame.size() * 8; ++bit) {
      frame[bit / 8] = static_cast<uint8_t>(frame[bit / 8] ^ 1 << bit % 8);
      const auto message = read_y_frame(frame);
      if (message && std::holds_alternative<SyncMessage>(*message)) {
        EXPECT_LE(std::get<SyncMessage>(*message).payload.size(), frame.size());
      }
      frame[bit / 8] = static_cast<uint8_t>(frame[bit / 8] ^ 1 << bit % 8);
    }
  }
}

}  // namespace
}  // namespace tidemark::sync
