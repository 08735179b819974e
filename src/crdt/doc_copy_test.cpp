#include "crdt/doc_copy.h"

#include <gtest/gtest.h>

namespace tidemark::crdt {
namespace {

TEST(DocCopy, holds_what_an_update_says) {
  Doc doc({.client_id = 1});
  ASSERT_TRUE(doc.text("t").insert(0, "hello"));
  for (const UpdateFormat format : {UpdateFormat::kV1, UpdateFormat::kV2}) {
    const Buffer state = format == UpdateFormat::kV1 ? doc.encode_state_as_update()
                                                     : doc.encode_state_as_update_v2();
    Result<Doc> copy = doc_from_update(state, format, {.client_id = 2});
    ASSERT_TRUE(copy);
    EXPECT_EQ(copy->text("t").to_string(), "hello");
    EXPECT_EQ(copy->client_id(), 2u);
    EXPECT_FALSE(doc_from_update(Bytes(state).first(3), format));
  }
}

TEST(DocCopy, of_a_document_is_equal_to_it_and_on_its_own) {
  Doc doc({.client_id = 1});
  ASSERT_TRUE(doc.text("t").insert(0, "hello", {{"b", Any(true)}}));
  doc.map("m").set("k", Any(1.0));
  doc.map("m").erase("k");
  doc.array("empty");
  Doc clone = clone_of(doc, {.client_id = 2});
  EXPECT_EQ(clone.encode_state_as_update(), doc.encode_state_as_update());
  EXPECT_EQ(to_json(clone.to_json()), to_json(doc.to_json()));
  EXPECT_EQ(clone.root_kind("empty"), TypeRef::kArray);
  EXPECT_EQ(clone.check(), "");
  ASSERT_TRUE(clone.text("t").erase(0, 5));
  EXPECT_EQ(doc.text("t").to_string(), "hello");
}

TEST(DocCopy, takes_along_what_waits) {
  Doc writer({.client_id = 1});
  ASSERT_TRUE(writer.text("t").insert(0, "a"));
  const StateVector before = writer.state_vector();
  ASSERT_TRUE(writer.text("t").insert(1, "b"));
  Doc waiting({.client_id = 2});
  ASSERT_TRUE(waiting.apply_update(writer.encode_state_as_update(before)));
  Doc clone = clone_of(waiting, {.client_id = 3});
  EXPECT_TRUE(clone.has_pending());
  ASSERT_TRUE(clone.apply_update(writer.encode_state_as_update()));
  EXPECT_EQ(clone.text("t").to_string(), "ab");
}

}  // namespace
}  // namespace tidemark::crdt
