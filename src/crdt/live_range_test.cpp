#include "crdt/live_range.h"

#include <gtest/gtest.h>

#include <ranges>
#include <string>
#include <vector>

#include "base/random.h"
#include "crdt/doc.h"

namespace tidemark::crdt {
namespace {

static_assert(std::ranges::input_range<LiveRange<TextRuns>>);
static_assert(std::ranges::input_range<LiveRange<ListElements>>);
static_assert(std::ranges::input_range<LiveRange<MapEntries>>);
static_assert(std::ranges::input_range<LiveRange<XmlChildren>>);

// As to_delta() says it: neighbours with equal attributes are one.
Delta joined_runs(const Text& text) {
  Delta delta;
  Attributes before;
  for (const TextRun& run : text.runs()) {
    if (run.embed) {
      DeltaOp op;
      op.content = {*run.embed};
      op.attributes = run.attributes;
      delta.push_back(op);
      continue;
    }
    const bool joins =
        !delta.empty() && delta.back().content.empty() && delta.back().attributes == run.attributes;
    if (!joins) {
      delta.emplace_back();
      delta.back().attributes = run.attributes;
    }
    delta.back().text += run.text;
  }
  return delta;
}

// The delta begins a new piece at each format, also one that changes nothing.
Delta joined(const Delta& delta) {
  Delta out;
  for (const DeltaOp& op : delta) {
    const bool joins = !out.empty() && op.content.empty() && out.back().content.empty() &&
                       out.back().attributes == op.attributes;
    if (joins) {
      out.back().text += op.text;
    } else {
      out.push_back(op);
    }
  }
  return out;
}

TEST(LiveRange, shows_a_text_in_runs_with_their_places_and_attributes) {
  Doc doc;
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "plain "));
  ASSERT_TRUE(text.insert(6, "b\xC3\xB6ld", {{"bold", Any(true)}}));
  ASSERT_TRUE(text.insert_embed(10, Any("image")));
  ASSERT_TRUE(text.insert(11, "gone"));
  ASSERT_TRUE(text.erase(11, 4));
  std::string seen;
  for (const TextRun& run : text.runs()) {
    seen += std::to_string(run.index) + "+" + std::to_string(run.length) + " " +
            std::string(run.text) + (run.embed ? to_json(run.embed->to_json()) : "") +
            (run.attributes.empty() ? "" : " " + run.attributes[0].first) + "|";
  }
  EXPECT_EQ(seen, "0+6 plain |6+4 b\xC3\xB6ld bold|10+1 \"image\"|");
  EXPECT_EQ(delta_to_json(joined_runs(text)), delta_to_json(text.to_delta()));
}

TEST(LiveRange, says_of_random_texts_what_the_delta_says) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    Doc doc;
    Text text = doc.text("t");
    for (int i = 0; i < 60; ++i) {
      const uint32_t length = text.length();
      const auto at = static_cast<uint32_t>(random.below(length + 1));
      const auto rest = static_cast<uint32_t>(random.below(length - at + 1));
      switch (random.below(5)) {
        case 0: ASSERT_TRUE(text.erase(at, rest)); break;
        case 1:
          ASSERT_TRUE(text.format(at, rest, {{"b", random.one_in(2) ? Any(true) : Any(Null{})}}));
          break;
        case 2: ASSERT_TRUE(text.insert_embed(at, Any(1.0))); break;
        default: ASSERT_TRUE(text.insert(at, "word ")); break;
      }
    }
    EXPECT_EQ(to_json(delta_to_json(joined_runs(text))),
              to_json(delta_to_json(joined(text.to_delta()))));
  }
}

TEST(LiveRange, shows_every_element_of_a_list) {
  Doc doc;
  Array array = doc.array("a");
  const std::vector<Any> values = {Any(1.0), Any("two"), Any(Buffer{3}), Any(Null{})};
  ASSERT_TRUE(array.insert(0, values));
  ASSERT_TRUE(array.insert_type(2, TypeRef::kMap));
  ASSERT_TRUE(array.erase(0, 1));
  AnyArray seen;
  for (const Value& value : array.elements()) seen.push_back(value.to_json());
  EXPECT_EQ(to_json(Any(seen)), to_json(array.to_json()));
  EXPECT_EQ(seen.size(), array.length());
}

TEST(LiveRange, shows_live_entries_of_a_map_and_children_of_xml) {
  Doc doc;
  Map map = doc.map("m");
  map.set("a", Any(1.0));
  map.set("b", Any(2.0));
  map.set_type("c", TypeRef::kText);
  map.erase("a");
  std::string seen;
  for (const auto& [key, value] : map.entries())
    seen += std::string(key) + to_json(value.to_json());
  EXPECT_EQ(seen, "b2c\"\"");

  XmlFragment xml = doc.xml_fragment("x");
  ASSERT_TRUE(xml.insert_element(0, "p"));
  ASSERT_TRUE(xml.insert_text(1));
  ASSERT_TRUE(xml.insert_element(2, "h1"));
  ASSERT_TRUE(xml.erase(0, 1));
  std::vector<SharedType> children;
  for (const SharedType& child : xml.each_child()) children.push_back(child);
  EXPECT_EQ(children, xml.children());
  EXPECT_EQ(children.size(), 2u);
}

TEST(LiveRange, is_empty_for_types_that_are_empty_or_were_deleted) {
  Doc doc;
  for ([[maybe_unused]] const TextRun& run : doc.text("t").runs()) FAIL();
  for ([[maybe_unused]] const MapEntry& entry : doc.map("m").entries()) FAIL();
  const SharedType made = doc.map("m").set_type("k", TypeRef::kArray);
  const Array nested(made.document(), made.branch());
  ASSERT_TRUE(Array(nested).push(std::vector<Any>{Any(1.0)}));
  doc.map("m").erase("k");
  for ([[maybe_unused]] const Value& value : nested.elements()) FAIL();
}

}  // namespace
}  // namespace tidemark::crdt
