// Values and names that others could not read are refused by every call that writes them.
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crdt/doc.h"

namespace tidemark::crdt {
namespace {

Any nested(unsigned levels) {
  Any value(1.0);
  for (unsigned i = 0; i < levels; ++i) {
    value =
        i % 2 == 0 ? Any(AnyArray{std::move(value)}) : Any(AnyObject({{"k", std::move(value)}}));
  }
  return value;
}

// Every call that writes a value.
std::vector<std::function<Result<>(Doc&, const Any&)>> value_writers() {
  return {
      [](Doc& doc, const Any& value) { return doc.map("m").set("k", value); },
      [](Doc& doc, const Any& value) {
        return doc.map("m").set_subdocument("k", {.guid = "g", .options = value});
      },
      [](Doc& doc, const Any& value) { return doc.array("a").insert(0, std::vector{value}); },
      [](Doc& doc, const Any& value) {
        return doc.array("a").push(std::vector{Any(1.0), value});
      },
      [](Doc& doc, const Any& value) {
        return doc.array("a").insert_subdocument(0, {.guid = "g", .options = value});
      },
      [](Doc& doc, const Any& value) {
        return doc.array("a").push_subdocument({.guid = "g", .options = value});
      },
      [](Doc& doc, const Any& value) {
        return doc.text("t").insert(1, "new", {{"b", value}});
      },
      [](Doc& doc, const Any& value) { return doc.text("t").insert_embed(1, value); },
      [](Doc& doc, const Any& value) {
        return doc.text("t").insert_embed(1, Any(1.0), {{"b", value}});
      },
      [](Doc& doc, const Any& value) -> Result<> {
        const auto made = doc.text("t").insert_type(1, TypeRef::kMap, {}, {{"b", value}});
        if (!made) return tl::unexpected<Error>(made.error());
        return {};
      },
      [](Doc& doc, const Any& value) {
        return doc.text("t").format(0, 2, {{"b", value}});
      },
      [](Doc& doc, const Any& value) { return doc.text("t").set_attribute("b", value); },
      [](Doc& doc, const Any& value) {
        DeltaOp keeps{.kind = DeltaOp::Kind::kInsert};
        keeps.text = "x";
        DeltaOp embeds{.kind = DeltaOp::Kind::kInsert};
        embeds.content.emplace_back(value);
        return doc.text("t").apply_delta(std::vector{keeps, embeds});
      },
      [](Doc& doc, const Any& value) {
        DeltaOp formats{.kind = DeltaOp::Kind::kRetain};
        formats.length = 2;
        formats.attributes = {{"b", value}};
        return doc.text("t").apply_delta(std::vector{formats});
      },
      [](Doc& doc, const Any& value) { return doc.xml_element("x").set_attribute("b", value); },
  };
}

TEST(Writable, refuses_a_value_too_deep_for_others_and_changes_nothing) {
  const auto writers = value_writers();
  for (size_t i = 0; i < writers.size(); ++i) {
    SCOPED_TRACE(i);
    Doc doc;
    ASSERT_TRUE(doc.text("t").insert(0, "text"));
    const Buffer before = doc.encode_state_as_update_v2();
    const Result<> refused = writers[i](doc, nested(kMaxAnyDepth + 1));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
    EXPECT_FALSE(writers[i](doc, nested(2000)));
    EXPECT_EQ(writers[i](doc, Any("\xff")).error().code, ErrorCode::kInvalid);
    EXPECT_EQ(writers[i](doc, Any(AnyObject({{"\xc3", Any(1.0)}}))).error().code,
              ErrorCode::kInvalid);
    EXPECT_EQ(doc.encode_state_as_update_v2(), before);
    ASSERT_TRUE(writers[i](doc, nested(kMaxAnyDepth)));
    for (const bool is_v2 : {false, true}) {
      Doc reader({.client_id = 2});
      const Result<> read = is_v2 ? reader.apply_update_v2(doc.encode_state_as_update_v2())
                                  : reader.apply_update(doc.encode_state_as_update());
      EXPECT_TRUE(read) << read.error().detail;
    }
  }
}

TEST(Writable, refuses_names_that_are_not_utf8) {
  Doc doc;
  ASSERT_TRUE(doc.text("t").insert(0, "text"));
  const Buffer before = doc.encode_state_as_update();
  const std::string bad = "a\xff";
  EXPECT_FALSE(doc.map("m").set(bad, Any(1.0)));
  EXPECT_FALSE(doc.map("m").set_type(bad, TypeRef::kArray));
  EXPECT_FALSE(doc.map("m").set_type("k", TypeRef::kXmlElement, bad));
  EXPECT_FALSE(doc.map("m").set_subdocument("k", {.guid = bad}));
  EXPECT_FALSE(doc.array("a").push_type(TypeRef::kXmlElement, bad));
  EXPECT_FALSE(doc.array("a").insert_type(0, TypeRef::kXmlHook, bad));
  EXPECT_FALSE(doc.text("t").format(0, 1, {{bad, Any(true)}}));
  EXPECT_FALSE(doc.text("t").insert_type(0, TypeRef::kXmlElement, bad));
  EXPECT_FALSE(doc.xml_fragment("x").insert_element(0, bad));
  EXPECT_FALSE(doc.root(bad, TypeRef::kText));
  EXPECT_EQ(doc.encode_state_as_update(), before);
}

TEST(Writable, subdocuments_have_options_that_others_can_read) {
  const std::vector<Any> no_objects = {Any(),    Any(Null{}), Any(1.0),
                                       Any("x"), Any(true),   Any(AnyArray{})};
  Doc doc({.client_id = 1});
  const Buffer before = doc.encode_state_as_update();
  for (size_t i = 0; i < no_objects.size(); ++i) {
    SCOPED_TRACE(i);
    const Subdocument subdocument{.guid = "g", .options = no_objects[i]};
    EXPECT_EQ(doc.map("m").set_subdocument("k", subdocument).error().code, ErrorCode::kInvalid);
    EXPECT_EQ(doc.array("a").push_subdocument(subdocument).error().code, ErrorCode::kInvalid);
    EXPECT_EQ(doc.array("a").insert_subdocument(0, subdocument).error().code, ErrorCode::kInvalid);
  }
  EXPECT_EQ(doc.encode_state_as_update(), before);
  ASSERT_TRUE(doc.map("m").set_subdocument("k", {.guid = "g"}));
  // What npm yjs writes of new Y.Doc({guid: 'g'}).
  EXPECT_EQ(to_hex(doc.encode_state_as_update()), "010101002901016d016b0167760000");
  Doc reader({.client_id = 2});
  EXPECT_TRUE(reader.apply_update(doc.encode_state_as_update()));
  EXPECT_TRUE(reader.apply_update_v2(doc.encode_state_as_update_v2()));
  EXPECT_EQ(reader.subdocuments(), std::vector<std::string>{"g"});
}

TEST(Writable, refuses_kinds_that_there_are_not) {
  for (const TypeRef kind : {TypeRef::kUnknown, TypeRef{7}, TypeRef{9}}) {
    SCOPED_TRACE(static_cast<int>(kind));
    Doc doc;
    ASSERT_TRUE(doc.text("t").insert(0, "text"));
    const Buffer before = doc.encode_state_as_update_v2();
    const auto code_of = [](const Result<SharedType>& made) {
      return made ? std::nullopt : std::optional(made.error().code);
    };
    EXPECT_EQ(code_of(doc.array("a").insert_type(0, kind)), ErrorCode::kInvalid);
    EXPECT_EQ(code_of(doc.array("a").push_type(kind)), ErrorCode::kInvalid);
    EXPECT_EQ(code_of(doc.text("t").insert_type(0, kind)), ErrorCode::kInvalid);
    EXPECT_FALSE(doc.map("m").set_type("k", kind));
    EXPECT_FALSE(doc.text("t").set_attribute_type("k", kind));
    EXPECT_FALSE(doc.xml_element("e").set_attribute_type("k", kind));
    EXPECT_EQ(doc.encode_state_as_update_v2(), before);
  }
  Doc doc;
  EXPECT_FALSE(doc.root("r", TypeRef{9}));
  EXPECT_TRUE(doc.root("r", TypeRef::kUnknown));
  EXPECT_EQ(doc.root("r", TypeRef::kMap).kind(), TypeRef::kMap);
}

TEST(Writable, client_ids_up_to_the_last_are_read_back) {
  Doc doc({.client_id = 1});
  doc.change_client_id(kMaxClientId);
  ASSERT_TRUE(doc.text("t").insert(0, "text"));
  Doc reader({.client_id = kMaxClientId - 1});
  ASSERT_TRUE(reader.apply_update(doc.encode_state_as_update()));
  ASSERT_TRUE(reader.text("t").insert(4, "s"));
  ASSERT_TRUE(doc.apply_update_v2(reader.encode_state_as_update_v2()));
  EXPECT_EQ(doc.text("t").to_string(), "texts");
}

}  // namespace
}  // namespace tidemark::crdt
