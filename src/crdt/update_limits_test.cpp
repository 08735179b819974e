// Who reads an update says by the code of the error whether its bytes are wrong or too many.
#include "crdt/update_limits.h"

#include <gtest/gtest.h>

#include <array>

#include "crdt/cold_doc.h"
#include "crdt/doc_copy.h"
#include "crdt/obfuscate.h"
#include "crdt/snapshot.h"

namespace tidemark::crdt {
namespace {

constexpr UpdateFormat kFormats[] = {UpdateFormat::kV1, UpdateFormat::kV2};
constexpr UpdateLimits kTwoRanges = {.max_delete_ranges = 2};
constexpr UpdateLimits kThreeRanges = {.max_delete_ranges = 3};

Buffer state_of(const Doc& doc, UpdateFormat format) {
  return format == UpdateFormat::kV1 ? doc.encode_state_as_update()
                                     : doc.encode_state_as_update_v2();
}

Doc doc_with_three_deleted_ranges() {
  Doc doc({.client_id = 5});
  EXPECT_TRUE(doc.text("t").insert(0, "abcdefg"));
  for (const uint32_t index : {5u, 3u, 1u}) EXPECT_TRUE(doc.text("t").erase(index, 1));
  return doc;
}

template <typename T>
void expect_too_large(const Result<T>& result) {
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kTooLarge) << result.error().detail;
}

class DeleteRanges : public testing::TestWithParam<UpdateFormat> {
 protected:
  const UpdateFormat format = GetParam();
  const Buffer update = state_of(doc_with_three_deleted_ranges(), format);
};
INSTANTIATE_TEST_SUITE_P(Formats, DeleteRanges, testing::ValuesIn(kFormats));

Result<> apply(Doc& doc, Bytes update, UpdateFormat format, const UpdateLimits& limits) {
  return format == UpdateFormat::kV1 ? doc.apply_update(update, 0, limits)
                                     : doc.apply_update_v2(update, 0, limits);
}

TEST_P(DeleteRanges, beyond_the_limit_are_too_large_for_a_document) {
  Doc empty({.client_id = 6});
  Doc used({.client_id = 7});
  ASSERT_TRUE(used.text("t").insert(0, "x"));
  for (Doc* doc : {&empty, &used}) {
    const Buffer before = state_of(*doc, format);
    expect_too_large(apply(*doc, update, format, kTwoRanges));
    EXPECT_EQ(state_of(*doc, format), before);
    EXPECT_TRUE(apply(*doc, update, format, kThreeRanges));
  }
  expect_too_large(doc_from_update(update, format, {}, kTwoRanges));
  EXPECT_TRUE(doc_from_update(update, format, {}, kThreeRanges));
}

TEST_P(DeleteRanges, beyond_the_limit_are_too_large_for_an_idle_document) {
  expect_too_large(ColdDoc::of(update, format, kTwoRanges));
  ColdDoc cold;
  expect_too_large(cold.apply_update(update, format, kTwoRanges));
  expect_too_large(cold.contains(update, format, kTwoRanges));
  ASSERT_TRUE(cold.apply_update(update, format, kThreeRanges));
  EXPECT_TRUE(*cold.contains(update, format, kThreeRanges));
  expect_too_large(cold.validate({.update = kTwoRanges}));
  EXPECT_TRUE(cold.validate({.update = kThreeRanges}));
}

TEST_P(DeleteRanges, beyond_the_limit_are_too_large_for_what_works_on_bytes) {
  const auto visit = [](const Block&) { return true; };
  for (const UpdateLimits& limits : {kTwoRanges, kThreeRanges}) {
    const bool is_allowed = limits.max_delete_ranges == 3;
    const auto expect = [&](const auto& result) {
      if (!is_allowed) return expect_too_large(result);
      EXPECT_TRUE(result);
    };
    const Bytes one[] = {update};
    const Bytes two[] = {update, update};
    expect(merge_updates(one, format, limits));
    expect(merge_updates(two, format, limits));
    expect(diff_update(update, {}, format, limits));
    expect(format == UpdateFormat::kV1 ? convert_v1_to_v2(update, limits)
                                       : convert_v2_to_v1(update, limits));
    expect(validate_update(update, format, limits));
    expect(contains_update({}, {}, update, format, limits));
    expect(snapshot_contains_update({}, update, format, limits));
    expect(compact_update(update, format, DeletedContent::kKept, limits));
    expect(obfuscate_update(update, format, {}, limits));
    expect(inspect_update(update, format, visit, limits));
    expect(stats_of_update(update, format, limits));
  }
}

TEST_P(DeleteRanges, cut_off_are_malformed_within_any_limit) {
  const Bytes cut = Bytes(update).first(update.size() - 1);
  EXPECT_EQ(validate_update(cut, format, kThreeRanges).error().code, ErrorCode::kMalformed);
}

// One deletion alone, and what comes before what it depends on, take shortcuts into a document.
TEST_P(DeleteRanges, beyond_the_limit_are_too_large_for_shortcuts_too) {
  Doc writer({.client_id = 5});
  ASSERT_TRUE(writer.text("t").insert(0, "abc"));
  Doc reader({.client_id = 6});
  ASSERT_TRUE(apply(reader, state_of(writer, format), format, {}));
  const StateVector known = writer.state_vector();
  ASSERT_TRUE(writer.text("t").erase(1, 1));
  const Buffer deletion = format == UpdateFormat::kV1 ? writer.encode_state_as_update(known)
                                                      : writer.encode_state_as_update_v2(known);
  Doc waiting({.client_id = 8});
  for (Doc* doc : {&reader, &waiting}) {
    expect_too_large(apply(*doc, deletion, format, {.max_delete_ranges = 0}));
    EXPECT_TRUE(apply(*doc, deletion, format, {.max_delete_ranges = 1}));
  }
  EXPECT_EQ(reader.text("t").to_string(), "ac");
}

}  // namespace
}  // namespace tidemark::crdt
