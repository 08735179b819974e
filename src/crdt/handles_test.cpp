// What handles to shared types do when what they stand for is gone.
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "crdt/doc.h"

namespace tidemark::crdt {
namespace {

TEST(Handles, say_whether_their_document_is_there) {
  std::optional<Doc> doc(std::in_place);
  Text text = doc->text("t");
  SharedType copy;
  copy = text;
  EXPECT_TRUE(text);
  EXPECT_EQ(copy, text);
  doc.reset();
  EXPECT_FALSE(text);
  EXPECT_FALSE(copy);
  EXPECT_FALSE(SharedType());
  EXPECT_EQ(SharedType(), Text());
}

TEST(Handles, stay_with_a_document_that_moves) {
  Doc first;
  Text text = first.text("t");
  Doc second = std::move(first);
  ASSERT_TRUE(text.insert(0, "a"));
  EXPECT_EQ(second.text("t").to_string(), "a");
  EXPECT_EQ(second.text("t"), text);
  // What it replaces is gone for those who hold it.
  Doc third;
  const Text replaced = third.text("t");
  third = std::move(second);
  EXPECT_FALSE(replaced);
  EXPECT_TRUE(text);
}

TEST(Handles, of_one_document_are_not_those_of_another_in_its_place) {
  std::optional<Doc> doc(std::in_place);
  const Text before = doc->text("t");
  doc.emplace();
  EXPECT_NE(doc->text("t"), before);
  EXPECT_FALSE(before);
}

TEST(Handles, of_a_deleted_type_are_not_live_and_refuse_edits) {
  Doc doc;
  const SharedType made = doc.map("m").set_type("k", TypeRef::kText);
  Text text(made.document(), made.branch());
  ASSERT_TRUE(text.insert(0, "a"));
  EXPECT_TRUE(text.is_live());
  doc.map("m").erase("k");
  EXPECT_FALSE(text.is_live());
  EXPECT_TRUE(text);
  EXPECT_EQ(text.length(), 0u);
  EXPECT_EQ(text.to_string(), "");
  const Result<> inserted = text.insert(0, "b");
  ASSERT_FALSE(inserted);
  EXPECT_EQ(inserted.error().code, ErrorCode::kInvalid);
  EXPECT_FALSE(text.erase(0, 1));
  EXPECT_FALSE(text.format(0, 1, {}));
}

TEST(Handles, of_elements_outlive_what_they_were_read_from) {
  std::optional<Value> value;
  {
    Doc doc;
    (void)doc.array("a").push_type(TypeRef::kMap);
    value = doc.array("a").at(0);
    EXPECT_TRUE(*value->type());
  }
  EXPECT_FALSE(*value->type());
}

TEST(Handles, become_those_of_their_kind_and_of_no_other) {
  Doc doc;
  const SharedType text = doc.text("t");
  const SharedType array = doc.array("a");
  const SharedType map = doc.map("m");
  const SharedType fragment = doc.xml_fragment("f");
  const SharedType element = doc.xml_element("e");
  const SharedType xml_text = doc.xml_text("x");
  const SharedType hook = *doc.xml_fragment("f").insert_hook(0, "h");
  ASSERT_TRUE(text.as<Text>());
  EXPECT_EQ(*text.as<Text>(), text);
  EXPECT_TRUE(array.as<Array>());
  EXPECT_TRUE(map.as<Map>());
  EXPECT_TRUE(fragment.as<XmlFragment>());
  EXPECT_TRUE(element.as<XmlElement>());
  EXPECT_TRUE(xml_text.as<XmlText>());
  EXPECT_TRUE(hook.as<XmlHook>());
  // What has more than the kind asked for.
  EXPECT_TRUE(xml_text.as<Text>());
  EXPECT_TRUE(element.as<XmlFragment>());
  EXPECT_TRUE(hook.as<Map>());
  EXPECT_FALSE(text.as<XmlText>());
  EXPECT_FALSE(fragment.as<XmlElement>());
  EXPECT_FALSE(map.as<XmlHook>());
  for (const SharedType& type : {array, map, fragment, element, hook})
    EXPECT_FALSE(type.as<Text>());
  for (const SharedType& type : {text, map, element, xml_text}) EXPECT_FALSE(type.as<Array>());
  for (const SharedType& type : {text, array, element, xml_text}) EXPECT_FALSE(type.as<Map>());
  EXPECT_FALSE(SharedType().as<Text>());
  // A refused edit answers an empty handle, which becomes nothing.
  EXPECT_FALSE(doc.map("m").set_type("\xff", TypeRef::kText).as<Text>());
  ASSERT_TRUE(doc.map("m").set_type("k", TypeRef::kText).as<Text>()->insert(0, "a"));
  EXPECT_EQ(to_json(doc.map("m").to_json()), R"({"k":"a"})");
  Doc reader({.client_id = 2});
  ASSERT_TRUE(reader.apply_update(doc.encode_state_as_update()));
  EXPECT_FALSE(reader.root("m", TypeRef::kUnknown).as<Map>());
}

}  // namespace
}  // namespace tidemark::crdt
