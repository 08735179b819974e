// Plays the golden sessions on our kernel and compares everything with what npm yjs said: bytes of
// every update in V1 and V2, states, events, contents, byte utilities. make.mjs
// writes yjs13.jsonl.
#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <vector>

#include "crdt/value.h"
#include "golden_lines.h"
#include "support/json_values.h"
#include "support/player.h"

namespace tidemark::support {
namespace {

class Sessions : public testing::TestWithParam<std::string> {};

// Member order of objects does not count, everything else does.
TEST_P(Sessions, play_as_on_yjs) {
  const rapidjson::Document line = parse(GetParam());
  SCOPED_TRACE(line["session"].GetString());
  const Trace trace = play_program(line["program"]);
  ASSERT_EQ(trace.error, "") << "at step " << trace.failed_step;
  const rapidjson::Document actual = parse(trace.json);
  const Json& expected = line["trace"];
  ASSERT_EQ(actual.Size(), expected.Size());
  for (rapidjson::SizeType i = 0; i < expected.Size(); ++i) {
    EXPECT_TRUE(actual[i] == expected[i])
        << "step " << i << ": " << print(line["program"]["steps"][i])
        << "\n  yjs:  " << print(expected[i]) << "\n  ours: " << print(actual[i]);
  }
}

std::string name_of_session(const testing::TestParamInfo<std::string>& parameter) {
  const rapidjson::Document line = parse(parameter.param);
  std::string name = std::to_string(parameter.index) + "_";
  for (const char c : text_of(line["session"])) {
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Golden, Sessions, testing::ValuesIn(lines_with("{\"session\"")),
                         name_of_session);

TEST(Values, have_the_bytes_and_json_text_of_lib0) {
  const std::vector<std::string> lines = lines_with("{\"value\"");
  EXPECT_GT(lines.size(), 300u);
  for (const std::string& text : lines) {
    SCOPED_TRACE(text);
    const rapidjson::Document line = parse(text);
    const crdt::Any value = any_of(line["value"]);
    const Buffer bytes = from_hex(text_of(line["any"]));
    Encoder encoder;
    crdt::encode_any(encoder, value);
    EXPECT_EQ(to_hex(encoder.bytes()), text_of(line["any"]));
    crdt::Any read;
    Decoder decoder(bytes);
    EXPECT_TRUE(crdt::decode_any(decoder, read));
    Encoder again;
    crdt::encode_any(again, read);
    EXPECT_EQ(to_hex(again.bytes()), text_of(line["any"]));
    if (line.HasMember("json")) {
      EXPECT_EQ(crdt::to_json(value), text_of(line["json"]));
    }
  }
}

}  // namespace
}  // namespace tidemark::support
