// Frames of y-protocols and awareness as npm has them, both directions: what we write has the
// reference's bytes, and what the reference wrote says to us what it says to others.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "golden_lines.h"
#include "support/json_values.h"
#include "sync/awareness.h"
#include "sync/y_frame.h"

namespace tidemark::support {
namespace {

constexpr Instant kNow{1000};

// The recorded messages lack what says in a frame of y-websocket that they are of this kind.
Buffer framed(uint8_t kind, const Json& message) {
  Buffer frame = from_hex(text_of(message));
  frame.insert(frame.begin(), kind);
  return frame;
}

std::optional<sync::SyncStep> sync_step(std::string_view name) {
  if (name == "sync step 1") return sync::SyncStep::kStep1;
  if (name == "sync step 2") return sync::SyncStep::kStep2;
  if (name == "update") return sync::SyncStep::kUpdate;
  return std::nullopt;
}

void compare_sync(const Json& line, sync::SyncStep step) {
  const Json& recorded = line[step == sync::SyncStep::kStep1 ? "vector" : "update"];
  const Buffer payload = from_hex(text_of(recorded));
  const Buffer frame = framed(0, line["bytes"]);
  EXPECT_EQ(to_hex(sync::y_sync_frame(step, payload)), to_hex(frame));
  const Result<sync::YMessage> read = sync::read_y_frame(frame);
  ASSERT_TRUE(read);
  const auto* message = std::get_if<sync::SyncMessage>(&*read);
  ASSERT_NE(message, nullptr);
  EXPECT_EQ(message->step, step);
  EXPECT_EQ(to_hex(message->payload), text_of(recorded));
}

void compare_denied(const Json& line) {
  const Buffer frame = framed(2, line["bytes"]);
  EXPECT_EQ(to_hex(sync::y_denied_frame(text_of(line["reason"]))), to_hex(frame));
  const Result<sync::YMessage> read = sync::read_y_frame(frame);
  ASSERT_TRUE(read);
  const auto* message = std::get_if<sync::DeniedMessage>(&*read);
  ASSERT_NE(message, nullptr);
  EXPECT_EQ(message->reason, text_of(line["reason"]));
}

TEST(Frames, have_the_bytes_of_y_protocols_and_read_back) {
  const std::vector<std::string> lines = lines_with("{\"frame\"");
  EXPECT_GE(lines.size(), 9u);
  for (const std::string& text : lines) {
    SCOPED_TRACE(text);
    const rapidjson::Document line = parse(text);
    if (const auto step = sync_step(text_of(line["frame"]))) {
      compare_sync(line, *step);
    } else {
      ASSERT_EQ(text_of(line["frame"]), "permission denied");
      compare_denied(line);
    }
  }
}

std::string list_of(const std::vector<uint64_t>& clients) {
  std::string text;
  for (const uint64_t client : clients) text += (text.empty() ? "" : ",") + std::to_string(client);
  return "[" + text + "]";
}

// The events of the reference: "change" for what a screen would show, "update" for any news.
std::string events_of(const sync::AwarenessChange& change, const std::string& origin) {
  const auto event = [&](const std::string& name, const std::vector<uint64_t>& updated) {
    return "[\"" + name + "\"," + list_of(change.added) + "," + list_of(updated) + "," +
           list_of(change.removed) + ",\"" + origin + "\"]";
  };
  std::string text;
  if (change.is_visible()) text += event("change", change.changed);
  if (!change.is_empty()) text += (text.empty() ? "" : ",") + event("update", change.refreshed);
  return "[" + text + "]";
}

sync::AwarenessChange play_step(sync::Awareness& awareness, const Json& step) {
  if (step.HasMember("apply")) {
    const Result<sync::AwarenessChange> change =
        awareness.apply(from_hex(text_of(step["apply"])), kNow);
    EXPECT_TRUE(change);
    return change.value_or(sync::AwarenessChange());
  }
  if (step["set"].IsNull()) return awareness.set_local_state(std::nullopt, kNow);
  return awareness.set_local_state(print(step["set"]), kNow);
}

void compare_held(const sync::Awareness& awareness, const Json& step) {
  std::vector<uint64_t> clients;
  for (const Json& held : step["holds"].GetArray()) {
    const uint64_t client = held[0].GetUint64();
    clients.push_back(client);
    EXPECT_EQ(awareness.clock_of(client), held[1].GetUint64());
    const auto state = awareness.state_of(client);
    EXPECT_TRUE(parse(std::string(state.value_or("null"))) == held[2]) << state.value_or("absent");
  }
  EXPECT_EQ(to_hex(awareness.encode(clients)), text_of(step["bytes"]));
}

// What the reference wrote, read and written again.
void compare_read(const Json& step) {
  const Buffer bytes = from_hex(text_of(step["bytes"]));
  const auto entries = sync::read_awareness(bytes, sync::Limits{});
  ASSERT_TRUE(entries);
  EXPECT_EQ(to_hex(sync::write_awareness(*entries)), text_of(step["bytes"]));
  ASSERT_EQ(entries->size(), step["holds"].Size());
  for (rapidjson::SizeType i = 0; i < step["holds"].Size(); ++i) {
    const sync::AwarenessEntry& entry = (*entries)[i];
    const Json& held = step["holds"][i];
    EXPECT_EQ(entry.client, held[0].GetUint64());
    EXPECT_EQ(entry.clock, held[1].GetUint64());
    EXPECT_EQ(entry.is_gone(), held[2].IsNull());
    EXPECT_TRUE(parse(std::string(entry.state)) == held[2]) << entry.state;
  }
}

TEST(AwarenessStories, are_told_as_by_y_protocols) {
  const std::vector<std::string> lines = lines_with("{\"awareness\"");
  EXPECT_GE(lines.size(), 4u);
  for (const std::string& text : lines) {
    const rapidjson::Document line = parse(text);
    SCOPED_TRACE(line["awareness"].GetString());
    sync::Awareness awareness(line["id"].GetUint64(), sync::Limits{}, kNow);
    for (const Json& step : line["story"].GetArray()) {
      SCOPED_TRACE(print(step));
      const sync::AwarenessChange change = play_step(awareness, step);
      EXPECT_EQ(events_of(change, step.HasMember("set") ? "local" : "remote"),
                print(step["heard"]));
      compare_held(awareness, step);
      compare_read(step);
      awareness.check();
    }
  }
}

}  // namespace
}  // namespace tidemark::support
