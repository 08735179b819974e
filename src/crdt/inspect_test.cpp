#include "crdt/inspect.h"

#include <gtest/gtest.h>

#include "crdt/doc.h"

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
  doc.inspect([&](const Block& block) {
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
  doc.inspect(first_only);
  EXPECT_EQ(seen, 1);
  ASSERT_TRUE(inspect_update(doc.encode_state_as_update(), UpdateFormat::kV1, first_only));
  EXPECT_EQ(seen, 2);
}

TEST(Inspect, shortens_long_content_between_characters) {
  Doc doc({.client_id = 1});
  ASSERT_TRUE(doc.text("t").insert(0, "aäääääääää"));
  doc.inspect([](const Block& block) {
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
  const BlockStats stats = doc.stats();
  EXPECT_EQ(stats.clients, 1u);
  EXPECT_EQ(stats.of(BlockKind::kText).blocks, 2u);
  EXPECT_EQ(stats.of(BlockKind::kText).units, 3u);
  EXPECT_EQ(stats.of(BlockKind::kText).content_bytes, 3u);
  EXPECT_EQ(stats.of(BlockKind::kDeleted).units, 2u);
  EXPECT_EQ(stats.deleted_units, 2u);
  EXPECT_EQ(stats.deleted_ranges, 1u);
  EXPECT_EQ(stats.total().blocks, doc.stats().total().blocks);
  EXPECT_EQ(stats.total().units, 12u);
  const Result<BlockStats> of_update =
      stats_of_update(doc.encode_state_as_update_v2(), UpdateFormat::kV2);
  EXPECT_EQ(of_update->total().blocks, stats.total().blocks);
  EXPECT_EQ(of_update->deleted_units, 2u);
}

TEST(Inspect, says_what_memory_is_for) {
  Doc doc({.client_id = 1});
  ASSERT_TRUE(doc.text("t").insert(0, std::string(100'000, 'x')));
  const MemoryUse use = doc.memory();
  EXPECT_GE(use.content, 100'000u);
  EXPECT_EQ(use.total(), doc.memory().total());
}

ErrorCode refused(const Doc& doc, const DocLimits& limits) {
  const Result<> valid = doc.validate(limits);
  EXPECT_FALSE(valid);
  return valid ? ErrorCode::kInvalid : valid.error().code;
}

TEST(Validate, holds_a_document_to_each_limit) {
  Doc doc = doc_with_everything();
  ASSERT_TRUE(doc.validate({}));
  const BlockStats stats = doc.stats();
  const uint64_t blocks = stats.total().blocks;
  EXPECT_TRUE(doc.validate({.update = {.max_structs = blocks}, .max_clients = 1}));
  EXPECT_EQ(refused(doc, {.update = {.max_structs = blocks - 1}}), ErrorCode::kTooLarge);
  EXPECT_EQ(refused(doc, {.update = {.max_delete_ranges = stats.deleted_ranges - 1}}),
            ErrorCode::kTooLarge);
  EXPECT_EQ(refused(doc, {.update = {.max_root_name_bytes = 0}}), ErrorCode::kTooLarge);
  EXPECT_EQ(refused(doc, {.max_clients = 0}), ErrorCode::kTooLarge);
  EXPECT_EQ(refused(doc, {.max_content_bytes = stats.total().content_bytes - 1}),
            ErrorCode::kTooLarge);
  EXPECT_EQ(refused(doc, {.max_memory_bytes = 10}), ErrorCode::kTooLarge);
}

TEST(Validate, finds_values_and_types_that_nest_too_deep) {
  Doc doc;
  const Any nested(AnyArray{Any(AnyArray{Any(AnyArray{})})});
  doc.map("m").set("k", nested);
  EXPECT_TRUE(doc.validate({.update = {.max_nesting = 3}}));
  EXPECT_EQ(refused(doc, {.update = {.max_nesting = 2}}), ErrorCode::kTooLarge);
  SharedType inner = doc.map("m").set_type("t", TypeRef::kMap);
  for (int i = 0; i < 3; ++i)
    inner = Map(inner.document(), inner.branch()).set_type("t", TypeRef::kMap);
  EXPECT_TRUE(doc.validate({.max_type_depth = 4}));
  EXPECT_EQ(refused(doc, {.max_type_depth = 3}), ErrorCode::kTooLarge);
}

TEST(Validate, looks_at_what_waits) {
  Doc writer({.client_id = 5});
  ASSERT_TRUE(writer.text("t").insert(0, "a"));
  const StateVector early = writer.state_vector();
  const Any nested(AnyArray{Any(AnyArray{Any(AnyArray{})})});
  const std::vector<Any> values = {nested};
  ASSERT_TRUE(writer.array("a").insert(0, values));
  Doc doc;
  ASSERT_TRUE(doc.apply_update(writer.encode_state_as_update(early)));
  ASSERT_TRUE(doc.has_pending());
  EXPECT_EQ(doc.stats().pending_blocks, 1u);
  EXPECT_TRUE(doc.validate({.update = {.max_structs = 1}, .max_pending_bytes = 4096}));
  EXPECT_EQ(refused(doc, {.update = {.max_structs = 0}}), ErrorCode::kTooLarge);
  EXPECT_EQ(refused(doc, {.update = {.max_nesting = 2}}), ErrorCode::kTooLarge);
  EXPECT_EQ(refused(doc, {.max_pending_bytes = 1}), ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace tidemark::crdt
