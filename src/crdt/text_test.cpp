#include "crdt/text.h"

#include <gtest/gtest.h>

#include "crdt/doc.h"

namespace tidemark::crdt {
namespace {

const Attributes kBold = {{"bold", Any(true)}};

std::string delta_of(const Text& text) { return to_json(delta_to_json(text.to_delta())); }

TEST(Text, counts_positions_in_utf16_units) {
  Doc doc;
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "a😀b"));
  EXPECT_EQ(text.length(), 4u);
  ASSERT_TRUE(text.insert(3, "-"));
  EXPECT_EQ(text.to_string(), "a😀-b");
  ASSERT_TRUE(text.erase(1, 2));
  EXPECT_EQ(text.to_string(), "a-b");
}

TEST(Text, goes_on_in_the_format_before_the_index) {
  Doc doc;
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "bold", kBold));
  ASSERT_TRUE(text.insert(4, "er"));
  ASSERT_TRUE(text.insert(6, " plain", {}));
  EXPECT_EQ(delta_of(text),
            R"([{"insert":"bolder","attributes":{"bold":true}},{"insert":" plain"}])");
}

TEST(Text, keeps_a_mark_across_a_split) {
  Doc doc;
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "onetwo", kBold));
  ASSERT_TRUE(text.insert(3, " and ", {}));
  EXPECT_EQ(delta_of(text), R"([{"insert":"one","attributes":{"bold":true}},{"insert":" and "},)"
                            R"({"insert":"two","attributes":{"bold":true}}])");
}

TEST(Text, takes_a_format_away_with_null) {
  Doc doc;
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "one two", kBold));
  ASSERT_TRUE(text.format(0, 3, {{"bold", Any(Null{})}}));
  EXPECT_EQ(delta_of(text), R"([{"insert":"one"},{"insert":" two","attributes":{"bold":true}}])");
}

TEST(Text, holds_embeds_and_types) {
  Doc doc;
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "ab"));
  ASSERT_TRUE(text.insert_embed(1, Any(std::string("image"))));
  const auto nested = text.insert_type(3, TypeRef::kMap);
  ASSERT_TRUE(nested);
  Map(nested->document(), nested->branch()).set("k", Any(1.0));
  EXPECT_EQ(text.length(), 4u);
  EXPECT_EQ(text.to_string(), "ab");
  EXPECT_EQ(delta_of(text),
            R"([{"insert":"a"},{"insert":"image"},{"insert":"b"},{"insert":{"k":1}}])");
}

TEST(Text, becomes_what_a_delta_says) {
  Doc doc;
  Doc copy({.client_id = 2});
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "Hello World"));
  Delta delta(4);
  delta[0].kind = DeltaOp::Kind::kRetain;
  delta[0].length = 5;
  delta[0].attributes = kBold;
  delta[1].kind = DeltaOp::Kind::kRemove;
  delta[1].length = 6;
  delta[2].text = "!";
  delta[3].content = {Value(Any(std::string("end")))};
  ASSERT_TRUE(text.apply_delta(delta));
  const std::string expected =
      R"([{"insert":"Hello","attributes":{"bold":true}},{"insert":"!"},{"insert":"end"}])";
  EXPECT_EQ(delta_of(text), expected);
  ASSERT_TRUE(copy.apply_update(doc.encode_state_as_update()));
  EXPECT_EQ(delta_of(copy.text("t")), expected);
}

TEST(Text, is_as_it_was_if_a_delta_is_refused) {
  const auto insert = [](std::vector<Value> content, std::string text = {}, bool is_list = false) {
    return DeltaOp{.text = std::move(text), .content = std::move(content), .is_list = is_list};
  };
  const auto retain = [](uint32_t length) {
    return DeltaOp{.kind = DeltaOp::Kind::kRetain, .length = length};
  };
  const Value one(Any(1.0));
  const std::vector<std::pair<Delta, ErrorCode>> refused = {
      {{insert({one, one})}, ErrorCode::kInvalid},
      {{insert({one}, "beside")}, ErrorCode::kInvalid},
      {{insert({one}, {}, true)}, ErrorCode::kInvalid},
      {{insert({}, "\xff")}, ErrorCode::kInvalid},
      {{retain(0xffffffff)}, ErrorCode::kTooLarge},
      {{retain(2), retain(Text::kMaxPadding + 2)}, ErrorCode::kTooLarge},
      {{retain(Text::kMaxPadding), insert({}, "x"), retain(4)}, ErrorCode::kTooLarge},
  };
  Doc doc;
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "abc"));
  const Buffer before = doc.encode_state_as_update();
  for (size_t i = 0; i < refused.size(); ++i) {
    SCOPED_TRACE(i);
    Delta delta = {insert({}, "first")};
    delta.insert(delta.end(), refused[i].first.begin(), refused[i].first.end());
    const Result<> applied = text.apply_delta(delta);
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, refused[i].second);
    EXPECT_EQ(doc.encode_state_as_update(), before);
  }
  DeltaOp removes{.kind = DeltaOp::Kind::kRemove, .length = 0xffffffff};
  ASSERT_TRUE(text.apply_delta(std::vector{retain(1), removes, retain(2)}));
  EXPECT_EQ(text.to_string(), "a\n\n");
  ASSERT_TRUE(text.apply_delta(std::vector{retain(Text::kMaxPadding)}));
  EXPECT_EQ(text.length(), Text::kMaxPadding);
}

TEST(Text, tells_a_change_as_a_delta) {
  Doc doc;
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "one two"));
  std::string told;
  const auto subscription =
      text.observe([&](const Event& event) { told = to_json(delta_to_json(event.delta())); });
  doc.transact([&] {
    ASSERT_TRUE(text.erase(0, 4));
    ASSERT_TRUE(text.insert(3, "!"));
    ASSERT_TRUE(text.format(0, 1, kBold));
  });
  EXPECT_EQ(
      told,
      R"([{"delete":4},{"retain":1,"attributes":{"bold":true}},{"retain":2},{"insert":"!"}])");
}

TEST(Text, has_attributes_of_its_own) {
  Doc doc;
  Text text = doc.text("t");
  text.set_attribute("lang", Any(std::string("en")));
  text.set_attribute("gone", Any(1.0));
  text.remove_attribute("gone");
  const SharedType note = text.set_attribute_type("note", TypeRef::kText);
  ASSERT_TRUE(Text(note.document(), note.branch()).insert(0, "see below"));
  EXPECT_EQ(text.attribute("lang"), Any(std::string("en")));
  EXPECT_FALSE(text.attribute("gone"));
  Doc copy({.client_id = 2});
  ASSERT_TRUE(copy.apply_update(doc.encode_state_as_update()));
  EXPECT_EQ(copy.text("t").attribute("lang"), Any(std::string("en")));
  EXPECT_EQ(copy.encode_state_as_update(), doc.encode_state_as_update());
}

TEST(Text, refuses_what_is_no_text) {
  Doc doc;
  Text text = doc.text("t");
  EXPECT_FALSE(text.insert(0, "\xFF"));
  EXPECT_FALSE(text.insert(1, "a"));
  EXPECT_FALSE(text.erase(0, 1));
  EXPECT_FALSE(text.format(0, 1, kBold));
  EXPECT_EQ(text.length(), 0u);
  EXPECT_EQ(doc.encode_state_as_update(), (Buffer{0, 0}));
}

TEST(Text, does_nothing_for_a_length_of_0) {
  Doc doc;
  Text text = doc.text("t");
  EXPECT_TRUE(text.erase(7, 0));
  EXPECT_TRUE(text.format(7, 0, kBold));
  EXPECT_EQ(doc.encode_state_as_update(), (Buffer{0, 0}));
}

TEST(Text, refuses_formats_and_embeds_that_json_has_no_words_for) {
  Doc doc;
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "abc"));
  const Buffer before = doc.encode_state_as_update();
  const Any big(int64_t{9007199254740993});
  for (const Any& value : {Any(), big, Any(AnyArray{big}), Any(AnyObject({{"a", big}}))}) {
    const Attributes attributes = {{"b", value}};
    EXPECT_FALSE(text.format(0, 1, attributes));
    EXPECT_FALSE(text.insert(1, "x", attributes));
    EXPECT_FALSE(text.insert_embed(1, value));
    EXPECT_FALSE(text.insert_embed(1, Any("x"), attributes));
    EXPECT_FALSE(text.apply_delta(std::vector<DeltaOp>{{.content = {Value(value)}}}));
    EXPECT_FALSE(text.apply_delta(std::vector<DeltaOp>{
        {.kind = DeltaOp::Kind::kRetain, .length = 1, .attributes = attributes}}));
  }
  EXPECT_EQ(doc.encode_state_as_update(), before);
}

}  // namespace
}  // namespace tidemark::crdt
