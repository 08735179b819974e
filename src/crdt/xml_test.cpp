#include "crdt/xml.h"

#include <gtest/gtest.h>

#include "crdt/doc.h"

namespace tidemark::crdt {
namespace {

TEST(Xml, prints_elements_with_their_attributes_and_children) {
  Doc doc;
  XmlFragment fragment = doc.xml_fragment("x");
  auto paragraph = fragment.insert_element(0, "p");
  ASSERT_TRUE(paragraph);
  paragraph->set_attribute("id", Any(std::string("first")));
  paragraph->set_attribute("align", Any(std::string("left")));
  auto text = paragraph->insert_text(0);
  ASSERT_TRUE(text);
  ASSERT_TRUE(text->insert(0, "one "));
  ASSERT_TRUE(text->insert(4, "two", {{"b", Any(AnyObject())}}));
  ASSERT_TRUE(fragment.insert_element(1, "hr"));
  EXPECT_EQ(fragment.to_string(), "<p align=\"left\" id=\"first\">one <b>two</b></p><hr></hr>");
  EXPECT_EQ(paragraph->node_name(), "p");
  EXPECT_EQ(fragment.length(), 2u);
}

TEST(Xml, walks_its_children) {
  Doc doc;
  XmlFragment fragment = doc.xml_fragment("x");
  ASSERT_TRUE(fragment.insert_text(0));
  ASSERT_TRUE(fragment.insert_element(0, "h1"));
  const auto hook = fragment.insert_hook(2, "embed");
  ASSERT_TRUE(hook);
  EXPECT_EQ(hook->hook_name(), "embed");
  std::vector<TypeRef> kinds;
  for (const SharedType& child : fragment.children()) kinds.push_back(child.kind());
  EXPECT_EQ(kinds, (std::vector{TypeRef::kXmlElement, TypeRef::kXmlText, TypeRef::kXmlHook}));
  EXPECT_EQ(fragment.child(2)->kind(), TypeRef::kXmlHook);
  EXPECT_FALSE(fragment.child(3));
  ASSERT_TRUE(fragment.erase(0, 2));
  EXPECT_EQ(fragment.length(), 1u);
}

TEST(Xml, has_attributes_that_are_values_or_types) {
  Doc doc;
  XmlElement element = *doc.xml_fragment("x").insert_element(0, "img");
  element.set_attribute("width", Any(20.0));
  element.set_attribute("gone", Any(true));
  element.remove_attribute("gone");
  const SharedType note = element.set_attribute_type("note", TypeRef::kText);
  ASSERT_TRUE(Text(note.document(), note.branch()).insert(0, "hi"));
  EXPECT_EQ(element.attribute("width"), Any(20.0));
  EXPECT_FALSE(element.attribute("gone"));
  Doc copy({.client_id = 2});
  ASSERT_TRUE(copy.apply_update(doc.encode_state_as_update()));
  EXPECT_EQ(copy.encode_state_as_update(), doc.encode_state_as_update());
  EXPECT_EQ(copy.xml_fragment("x").to_string(), doc.xml_fragment("x").to_string());
}

TEST(Xml, refuses_places_beyond_its_end) {
  Doc doc;
  XmlFragment fragment = doc.xml_fragment("x");
  EXPECT_FALSE(fragment.insert_element(1, "p"));
  EXPECT_FALSE(fragment.insert_text(1));
  EXPECT_FALSE(fragment.erase(0, 1));
  EXPECT_TRUE(fragment.erase(7, 0));
  EXPECT_EQ(doc.encode_state_as_update(), (Buffer{0, 0}));
}

TEST(Xml, is_a_root_of_each_kind) {
  Doc doc;
  doc.xml_element("e").set_attribute("a", Any(1.0));
  ASSERT_TRUE(doc.xml_text("t").insert(0, "text"));
  Doc copy({.client_id = 2});
  ASSERT_TRUE(copy.apply_update(doc.encode_state_as_update()));
  EXPECT_EQ(copy.xml_text("t").to_string(), "text");
  EXPECT_EQ(copy.xml_element("e").attribute("a"), Any(1.0));
}

}  // namespace
}  // namespace tidemark::crdt
