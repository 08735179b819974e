#include "crdt/relative_position.h"

#include <gtest/gtest.h>

#include <array>

#include "base/random.h"
#include "crdt/undo.h"

namespace tidemark::crdt {
namespace {

constexpr uint64_t kLongClient = kMaxSafeInteger - 5;

Doc doc_of(uint64_t client, bool collects_garbage = true) {
  return Doc(DocOptions{.client_id = client,
                        .seed = client,
                        .gc = collects_garbage ? GcPolicy::always() : GcPolicy::never()});
}

std::string hex(const SharedType& type, uint32_t index, int64_t assoc) {
  const std::optional<RelativePosition> position = relative_position(type, index, assoc);
  return position ? to_hex(encode_relative_position(*position)) : "none";
}

std::string json(const SharedType& type, uint32_t index, int64_t assoc) {
  const std::optional<RelativePosition> position = relative_position(type, index, assoc);
  return position ? to_json(to_json(*position)) : "none";
}

// The index of a place in the text, or -1.
int64_t index_in(Doc& doc, const RelativePosition& position) {
  const std::optional<AbsolutePosition> place = absolute_position(doc, position);
  return place ? int64_t{place->index} : -1;
}

// The bytes and JSON in these two tests are those of npm yjs 13.6.33 for the same calls.
TEST(RelativePosition, has_the_bytes_of_yjs) {
  Doc doc = doc_of(kLongClient);
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "hello"));
  EXPECT_EQ(hex(text, 2, 0), "00faffffffffffff0f0200");
  EXPECT_EQ(hex(text, 2, -1), "00faffffffffffff0f0141");
  EXPECT_EQ(hex(text, 5, 0), "01017400");
  EXPECT_EQ(hex(text, 5, -1), "00faffffffffffff0f0441");
  EXPECT_EQ(hex(text, 0, -1), "01017441");
  EXPECT_EQ(hex(text, 99, 0), "01017400");
  EXPECT_EQ(hex(text, 99, -3), "00faffffffffffff0f0443");
  const SharedType nested = doc.map("m").set_type("k", TypeRef::kText);
  EXPECT_EQ(hex(nested, 0, 0), "02faffffffffffff0f0500");
  EXPECT_EQ(hex(nested, 0, -1), "02faffffffffffff0f0541");
  EXPECT_EQ(hex(doc.text(""), 0, 0), "010000");
  ASSERT_TRUE(text.erase(4, 1));
  EXPECT_EQ(hex(text, 4, -1), "00faffffffffffff0f0341");
  EXPECT_EQ(hex(text, 5, -1), "00faffffffffffff0f0441");
}

TEST(RelativePosition, has_the_json_of_yjs) {
  Doc doc = doc_of(kLongClient);
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "hello"));
  EXPECT_EQ(json(text, 2, -1),
            R"({"tname":"t","item":{"client":9007199254740986,"clock":1},"assoc":-1})");
  EXPECT_EQ(json(text, 5, 0), R"({"tname":"t","assoc":0})");
  const SharedType nested = doc.map("m").set_type("k", TypeRef::kText);
  EXPECT_EQ(json(nested, 0, 0), R"({"type":{"client":9007199254740986,"clock":5},"assoc":0})");
}

TEST(RelativePosition, keeps_its_place_while_others_edit) {
  Doc doc = doc_of(1);
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "abcd"));
  const RelativePosition after = *relative_position(text, 2, 0);
  const RelativePosition before = *relative_position(text, 2, -1);
  ASSERT_TRUE(text.insert(2, "--"));
  EXPECT_EQ(index_in(doc, after), 4);
  EXPECT_EQ(index_in(doc, before), 2);
  ASSERT_TRUE(text.insert(0, "+"));
  EXPECT_EQ(index_in(doc, after), 5);
  EXPECT_EQ(index_in(doc, before), 3);
}

TEST(RelativePosition, stays_where_its_deleted_unit_stood) {
  for (const bool collects_garbage : {true, false}) {
    Doc doc = doc_of(1, collects_garbage);
    Text text = doc.text("t");
    ASSERT_TRUE(text.insert(0, "abcdef"));
    const RelativePosition after = *relative_position(text, 3, 0);
    const RelativePosition before = *relative_position(text, 3, -1);
    ASSERT_TRUE(text.erase(1, 4));
    EXPECT_EQ(index_in(doc, after), 1);
    EXPECT_EQ(index_in(doc, before), 1);
    ASSERT_TRUE(text.erase(0, 2));
    EXPECT_EQ(index_in(doc, after), 0);
  }
}

TEST(RelativePosition, at_the_end_stays_at_the_end) {
  Doc doc = doc_of(1);
  Text text = doc.text("t");
  const RelativePosition end = *relative_position(text, 0, 0);
  const RelativePosition start = *relative_position(text, 0, -1);
  ASSERT_TRUE(text.insert(0, "abc"));
  EXPECT_EQ(index_in(doc, end), 3);
  EXPECT_EQ(index_in(doc, start), 0);
}

TEST(RelativePosition, follows_what_undo_brings_back) {
  Doc doc = doc_of(1);
  UndoStack undo(doc);
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "abcdef"));
  const RelativePosition position = *relative_position(text, 4, 0);
  undo.stop_capturing();
  ASSERT_TRUE(text.erase(2, 3));
  EXPECT_EQ(index_in(doc, position), 2);
  ASSERT_TRUE(undo.undo());
  EXPECT_EQ(text.to_string(), "abcdef");
  EXPECT_EQ(index_in(doc, position), 4);
  EXPECT_EQ(absolute_position(doc, position, false)->index, 5u);
}

TEST(RelativePosition, follows_a_type_that_undo_brings_back) {
  Doc doc = doc_of(1);
  UndoStack undo(doc);
  Map map = doc.map("m");
  const RelativePosition end = *relative_position(map.set_type("k", TypeRef::kText), 0);
  undo.stop_capturing();
  map.erase("k");
  ASSERT_TRUE(undo.undo());
  EXPECT_EQ(absolute_position(doc, end)->type, *map.at("k")->type());
}

TEST(RelativePosition, names_no_root_that_no_document_can_have) {
  Doc doc;
  EXPECT_FALSE(absolute_position(doc, RelativePosition{.root = "\xff"}));
  EXPECT_TRUE(doc.root_names().empty());
  EXPECT_FALSE(relative_position_from_json(Any(AnyObject({{"tname", Any("\xff")}}))));
}

// Whether by its name or by the one unit that lies there.
TEST(RelativePosition, names_no_reserved_root) {
  const std::string reserved(kFugueMaxRoot);
  Doc doc;
  EXPECT_FALSE(absolute_position(doc, RelativePosition{.root = reserved}));
  EXPECT_TRUE(absolute_position(doc, RelativePosition{.root = "t"}));
  Doc fugue_max({.client_id = 3, .rule = IntegrationRule::kFugueMax});
  ASSERT_TRUE(fugue_max.text("t").insert(0, "abc"));
  EXPECT_FALSE(absolute_position(fugue_max, RelativePosition{.root = reserved}));
  EXPECT_FALSE(absolute_position(fugue_max, RelativePosition{.item = Id{3, 0}}));
  EXPECT_EQ(index_in(fugue_max, RelativePosition{.item = Id{3, 2}}), 1);
}

TEST(RelativePosition, keeps_the_side_of_any_number) {
  for (const int64_t assoc : {INT64_MIN, int64_t{-1}, int64_t{0}, INT64_MAX}) {
    const auto read =
        decode_relative_position(encode_relative_position({.root = "t", .assoc = assoc}));
    ASSERT_TRUE(read) << assoc;
    EXPECT_EQ(read->assoc < 0, assoc < 0);
    EXPECT_TRUE(relative_position_from_json(to_json(*read)));
  }
}

TEST(RelativePosition, waits_for_what_the_document_has_not_seen) {
  Doc writer = doc_of(kLongClient);
  Doc reader = doc_of(2);
  ASSERT_TRUE(writer.text("t").insert(0, "abc"));
  const RelativePosition position = *relative_position(writer.text("t"), 1, 0);
  EXPECT_EQ(absolute_position(reader, position), std::nullopt);
  ASSERT_TRUE(reader.apply_update(writer.encode_state_as_update()));
  EXPECT_EQ(index_in(reader, position), 1);
  EXPECT_EQ(absolute_position(reader, {.item = Id{kLongClient, 3}}), std::nullopt);
  EXPECT_EQ(absolute_position(reader, {.item = Id{kLongClient, uint64_t{1} << 40}}), std::nullopt);
}

TEST(RelativePosition, in_a_nested_type_names_it_until_it_is_collected) {
  for (const bool collects_garbage : {true, false}) {
    Doc doc = doc_of(1, collects_garbage);
    Array nested = Array(doc.document(), doc.map("m").set_type("k", TypeRef::kArray).branch());
    const std::array<Any, 3> values = {Any("a"), Any("b"), Any("c")};
    ASSERT_TRUE(nested.insert(0, values));
    const RelativePosition inside = *relative_position(nested, 2, 0);
    const RelativePosition end = *relative_position(nested, 3, 0);
    EXPECT_EQ(absolute_position(doc, inside)->type, nested);
    EXPECT_EQ(absolute_position(doc, end)->type, nested);
    EXPECT_EQ(absolute_position(doc, end)->index, 3u);
    doc.map("m").erase("k");
    EXPECT_EQ(index_in(doc, inside), collects_garbage ? -1 : 0);
    EXPECT_EQ(index_in(doc, end), collects_garbage ? -1 : 0);
    EXPECT_EQ(relative_position(nested, 0).has_value(), !collects_garbage);
  }
}

TEST(RelativePosition, may_name_the_value_of_a_map) {
  Doc doc = doc_of(1);
  doc.map("m").set("k", Any("old"));
  doc.map("m").set("k", Any("new"));
  const std::optional<AbsolutePosition> place =
      absolute_position(doc, {.item = Id{1, 1}, .assoc = -1});
  ASSERT_TRUE(place);
  EXPECT_EQ(place->type, doc.map("m"));
  EXPECT_EQ(place->index, 1u);
  EXPECT_EQ(index_in(doc, {.item = Id{1, 0}}), 0);
}

TEST(RelativePosition, comes_back_from_bytes_and_json) {
  for (const RelativePosition& position : {
           RelativePosition{.item = Id{kMaxSafeInteger, kMaxSafeInteger}, .assoc = -1},
           RelativePosition{.root = "naïve", .assoc = 7},
           RelativePosition{.root = ""},
           RelativePosition{.type = Id{0, 0}, .assoc = -64},
       }) {
    const Buffer bytes = encode_relative_position(position);
    EXPECT_EQ(decode_relative_position(bytes).value(), position) << to_hex(bytes);
    EXPECT_EQ(relative_position_from_json(to_json(position)).value(), position) << to_hex(bytes);
  }
}

TEST(RelativePosition, of_old_bytes_counts_the_unit_after_it) {
  const std::array<uint8_t, 3> bytes = {0, 5, 1};
  EXPECT_EQ(decode_relative_position(bytes).value(), (RelativePosition{.item = Id{5, 1}}));
}

TEST(RelativePosition, refuses_bytes_and_json_that_name_nothing) {
  for (const Buffer& bytes : {Buffer{}, Buffer{3}, Buffer{0}, Buffer{0, 1}, Buffer{1, 2, 'a'},
                              Buffer{2, 0x80}, Buffer{1, 1, 0xFF}, Buffer{0, 1, 1, 0x80}}) {
    const Result<RelativePosition> position = decode_relative_position(bytes);
    ASSERT_FALSE(position) << to_hex(bytes);
    EXPECT_EQ(position.error().code, ErrorCode::kMalformed);
  }
  for (const char* text :
       {"null", "{}", "[]", R"({"assoc":0})", R"({"item":3})", R"({"item":{"client":1}})",
        R"({"item":{"client":1.5,"clock":0}})", R"({"item":{"client":-1,"clock":0}})",
        R"({"item":{"client":1e300,"clock":0}})", R"({"tname":4})",
        R"({"tname":"t","assoc":"left"})", R"({"type":"t","tname":"t"})"}) {
    const Result<RelativePosition> position = relative_position_from_json(*parse_json(text));
    ASSERT_FALSE(position) << text;
    EXPECT_EQ(position.error().code, ErrorCode::kInvalid);
  }
}

// Long lists are looked up through the position index: every place must be found again, before and
// after edits elsewhere.
TEST(RelativePosition, is_found_again_in_long_lists) {
  Random random(7);
  Doc doc = doc_of(1);
  Text text = doc.text("t");
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(text.insert(static_cast<uint32_t>(random.below(text.length() + 1)), "ab"));
    if (!random.one_in(3)) continue;
    ASSERT_TRUE(text.erase(static_cast<uint32_t>(random.below(text.length())), 1));
  }
  std::vector<RelativePosition> positions;
  for (uint32_t index = 0; index <= text.length(); ++index) {
    for (const int64_t assoc : {0, -1}) {
      positions.push_back(*relative_position(text, index, assoc));
      EXPECT_EQ(index_in(doc, positions.back()), index) << "assoc " << assoc;
    }
  }
  ASSERT_TRUE(text.insert(0, "front"));
  for (size_t i = 1; i < positions.size(); ++i) {
    EXPECT_EQ(index_in(doc, positions[i]), i == 1 ? 0 : static_cast<int64_t>(i / 2) + 5) << i;
  }
}

}  // namespace
}  // namespace tidemark::crdt
