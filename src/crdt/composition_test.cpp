#include "crdt/composition.h"

#include <gtest/gtest.h>

#include "crdt/doc.h"

namespace tidemark::crdt {
namespace {

TEST(Composition, counts_blocks_by_content) {
  Doc doc({.client_id = 7});
  ASSERT_TRUE(doc.text("t").insert(0, "hello"));
  ASSERT_TRUE(doc.text("t").erase(1, 2));
  doc.map("m").set("k", Any(1.0));
  for (const UpdateFormat format : {UpdateFormat::kV1, UpdateFormat::kV2}) {
    const Buffer update = format == UpdateFormat::kV1 ? doc.encode_state_as_update()
                                                      : doc.encode_state_as_update_v2();
    const auto counted = composition_of(update, format);
    ASSERT_TRUE(counted) << counted.error().detail;
    EXPECT_EQ(counted->clients, 1u);
    EXPECT_EQ(counted->blocks, 4u);
    EXPECT_EQ(counted->units, 6u);
    EXPECT_EQ(counted->deleted_units, 2u);
    EXPECT_EQ(counted->parts[4].content, "string");
    EXPECT_EQ(counted->parts[4].units, 3u);
    EXPECT_EQ(counted->parts[8].blocks, 1u);
    EXPECT_GT(counted->parts[4].bytes, 6u);
  }
}

TEST(Composition, refuses_what_is_no_update) {
  const uint8_t rubbish[] = {9, 9, 9};
  EXPECT_FALSE(composition_of(rubbish, UpdateFormat::kV1));
  EXPECT_FALSE(composition_of({}, UpdateFormat::kV1));
}

}  // namespace
}  // namespace tidemark::crdt
