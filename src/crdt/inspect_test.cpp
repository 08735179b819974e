#include "crdt/inspect.h"

#include <gtest/gtest.h>

namespace tidemark::crdt {
namespace {

// One block of each kind that an application can make, and a deletion.
Doc doc_with_everything() {
  Doc doc(DocOptions{.client_id = 7});
  Text text = doc.text("t");
  EXPECT_TRUE(text.insert(0, "hello"));
  EXPECT_TRUE(text.format(0, 1, {{"b", Any(true)}}));
  EXPECT_TRUE(text.insert_embed(5, Any(AnyObject({{"e", Any(1.0)}}))));
  EXPECT_TRUE(text.erase(1, 2));
  Map map = doc.map("m");
  map.set("n", Any(1.5));
  map.set("b", Any(Buffer{1, 255}));
  map.set_subdocument("d", {.guid = "inside", .options = Any(AnyObject())});
  EXPECT_TRUE(doc.xml_fragment("x").insert_element(0, "p"));
  return doc;
}

constexpr std::string_view kEverything = R"(7:0+1 text in "t" "h"
7:1+2 deleted in "t" after 7:0
7:3+2 text in "t" after 7:2 "lo"
7:5+1 format in "t" before 7:0 "b" true
7:6+1 format in "t" after 7:0 before 7:1 "b" null
7:7+1 embed in "t" after 7:4 {"e":1}
7:8+1 values in "m" at "n" 1.5
7:9+1 binary in "m" at "b" 01ff
7:10+1 subdocument in "m" at "d" "inside" {}
7:11+1 type in "x" xmlelement "p"
)";

std::string lines_of(const Doc& doc) {
  std::string lines;
  inspect_doc(doc, [&](const Block& block) {
    lines += describe(block) + "\n";
    return true;
  });
  return lines;
}

TEST(Inspect, tells_of_every_block_of_a_document) {
  EXPECT_EQ(lines_of(doc_with_everything()), kEverything);
}

TEST(Inspect, tells_the_same_of_both_formats) {
  const Doc doc = doc_with_everything();
  std::string v1;
  std::string v2;
  const auto into = [](std::string& lines) {
    return [&lines](const Block& block) {
      lines += describe(block) + "\n";
      return true;
    };
  };
  const Result<DeleteSet> deletes =
      inspect_update(doc.encode_state_as_update(), UpdateFormat::kV1, into(v1));
  EXPECT_EQ(deletes.value(), doc.delete_set());
  ASSERT_TRUE(inspect_update(doc.encode_state_as_update_v2(), UpdateFormat::kV2, into(v2)));
  EXPECT_EQ(v1, v2);
  EXPECT_NE(v1.find("7:7+1 embed after 7:4 {\"e\":1}\n"), std::string::npos) << v1;
}

TEST(Inspect, ends_when_the_visitor_has_seen_enough) {
  const Doc doc = doc_with_everything();
  int seen = 0;
  const auto first_only = [&](const Block&) { return ++seen < 1; };
  inspect_doc(doc, first_only);
  EXPECT_EQ(seen, 1);
  ASSERT_TRUE(inspect_update(doc.encode_state_as_update(), UpdateFormat::kV1, first_only));
  EXPECT_EQ(seen, 2);
}

TEST(Inspect, shortens_long_content_between_characters) {
  Doc doc({.client_id = 1});
  ASSERT_TRUE(doc.text("t").insert(0, "aäääääääää"));
  inspect_doc(doc, [](const Block& block) {
    EXPECT_EQ(describe(block, 3), "1:0+10 text in \"t\" \"aä...");
    return true;
  });
}

TEST(Inspect, refuses_what_is_no_update) {
  const Buffer state = doc_with_everything().encode_state_as_update();
  const auto all = [](const Block&) { return true; };
  EXPECT_FALSE(inspect_update(Bytes(state).first(20), UpdateFormat::kV1, all));
  EXPECT_EQ(stats_of_update(state, UpdateFormat::kV1, {.max_structs = 2}).error().code,
            ErrorCode::kTooLarge);
}

TEST(Inspect, counts_blocks_units_and_bytes_by_kind) {
  const Doc doc = doc_with_everything();
  const BlockStats stats = stats_of_doc(doc);
  EXPECT_EQ(stats.clients, 1u);
  EXPECT_EQ(stats.of(BlockKind::kText).blocks, 2u);
  EXPECT_EQ(stats.of(BlockKind::kText).units, 3u);
  EXPECT_EQ(stats.of(BlockKind::kText).content_bytes, 3u);
  EXPECT_EQ(stats.of(BlockKind::kDeleted).units, 2u);
  EXPECT_EQ(stats.deleted_units, 2u);
  EXPECT_EQ(stats.deleted_ranges, 1u);
  EXPECT_EQ(stats.total().blocks, doc.stats().items);
  EXPECT_EQ(stats.total().units, 12u);
  const Result<BlockStats> of_update =
      stats_of_update(doc.encode_state_as_update_v2(), UpdateFormat::kV2);
  EXPECT_EQ(of_update->total().blocks, stats.total().blocks);
  EXPECT_EQ(of_update->deleted_units, 2u);
}

TEST(Inspect, says_what_memory_is_for) {
  Doc doc({.client_id = 1});
  ASSERT_TRUE(doc.text("t").insert(0, std::string(100'000, 'x')));
  const MemoryUse use = memory_of(doc);
  EXPECT_GE(use.content, 100'000u);
  EXPECT_EQ(use.total(), doc.stats().memory_bytes);
}

}  // namespace
}  // namespace tidemark::crdt
