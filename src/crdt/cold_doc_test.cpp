#include "crdt/cold_doc.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "base/random.h"

namespace tidemark::crdt {
namespace {

constexpr std::array kFormats = {UpdateFormat::kV1, UpdateFormat::kV2};

Buffer state_of(const Doc& doc, UpdateFormat format, const StateVector& known = {}) {
  return format == UpdateFormat::kV1 ? doc.encode_state_as_update(known)
                                     : doc.encode_state_as_update_v2(known);
}

Doc note(uint64_t client, std::string_view text) {
  Doc doc({.client_id = client});
  EXPECT_TRUE(doc.text("t").insert(0, text));
  EXPECT_TRUE(doc.text("t").erase(1, 2));
  doc.map("m").set("k", Any("v"));
  return doc;
}

TEST(ColdDoc, answers_what_its_document_would) {
  Doc doc = note(7, "hello");
  const StateVector early = doc.state_vector();
  ASSERT_TRUE(doc.text("t").insert(3, "p me"));
  for (const UpdateFormat format : kFormats) {
    const ColdDoc cold = ColdDoc::of(doc, format);
    EXPECT_EQ(cold.format(), format);
    EXPECT_EQ(cold.state_vector(), doc.state_vector());
    EXPECT_EQ(cold.delete_set(), doc.delete_set());
    for (const UpdateFormat asked : kFormats) {
      EXPECT_EQ(cold.encode_state_as_update(asked), state_of(doc, asked));
      EXPECT_EQ(cold.encode_state_as_update(asked, early), state_of(doc, asked, early));
    }
    Doc thawed = *cold.thaw({.client_id = 8});
    EXPECT_EQ(thawed.text("t").to_string(), doc.text("t").to_string());
    EXPECT_EQ(thawed.client_id(), 8u);
    EXPECT_EQ(ColdDoc::of(thawed, format).update().size(), cold.update().size());
    uint64_t units = 0;
    cold.inspect([&](const Block& block) { return units += block.length, true; });
    EXPECT_EQ(units, doc.state_vector().clock_of(7));
    EXPECT_LT(cold.memory().total(), cold.update().size() + 200);
  }
}

TEST(ColdDoc, is_looked_into_and_compacted_like_a_document) {
  Doc doc({.client_id = 7, .gc = GcPolicy::never()});
  ColdDoc cold;
  const Subscription watching = doc.on_update([&](const UpdateEvent& event) {
    ASSERT_TRUE(cold.apply_update(event.update, UpdateFormat::kV1));
  });
  for (uint32_t i = 0; i < 20; ++i) ASSERT_TRUE(doc.text("t").insert(i, "x"));
  ASSERT_TRUE(doc.text("t").erase(5, 5));
  EXPECT_EQ(cold.stats().total().blocks, 20u);
  EXPECT_EQ(cold.stats().deleted_units, 5u);
  const auto refused = cold.validate({.update = {.max_structs = 3}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
  cold.compact();
  EXPECT_EQ(copy_of(cold.update()), doc.encode_state_as_update());
  EXPECT_TRUE(cold.validate({.update = {.max_structs = 3}}));
  cold.compact(DeletedContent::kGivenUp);
  EXPECT_EQ(cold.stats().of(BlockKind::kDeleted).units, 5u);
  EXPECT_EQ(cold.state_vector(), doc.state_vector());
  EXPECT_EQ(cold.thaw()->text("t").to_string(), std::string(15, 'x'));
}

TEST(ColdDoc, refuses_what_follows_another_integration_rule) {
  Doc yata({.client_id = 1});
  ASSERT_TRUE(yata.text("t").insert(0, "a"));
  Doc fugue({.client_id = 2, .rule = IntegrationRule::kFugueMax});
  ASSERT_TRUE(fugue.text("t").insert(0, "b"));
  for (const UpdateFormat format : kFormats) {
    ColdDoc cold = ColdDoc::of(fugue, format);
    EXPECT_EQ(cold.apply_update(state_of(yata, format), format).error().code, ErrorCode::kConflict);
    ASSERT_TRUE(fugue.text("t").insert(1, "c"));
    ASSERT_TRUE(cold.apply_update(state_of(fugue, format), format));
    cold.compact(DeletedContent::kGivenUp);
    EXPECT_EQ(cold.thaw()->text("t").to_string(), fugue.text("t").to_string());
    EXPECT_EQ(cold.thaw()->rule(), IntegrationRule::kFugueMax);
    const Buffer states[] = {state_of(yata, format), state_of(fugue, format)};
    const Bytes parts[] = {states[0], states[1]};
    EXPECT_EQ(ColdDoc::of(*merge_updates(parts, format), format).error().code,
              ErrorCode::kConflict);
  }
}

TEST(ColdDoc, keeps_the_rule_of_a_document_that_nobody_has_written_to) {
  const DocOptions yata = {.client_id = 4, .rule = IntegrationRule::kYata};
  const DocOptions fugue_max = {.client_id = 4, .rule = IntegrationRule::kFugueMax};
  for (const UpdateFormat format : kFormats) {
    ColdDoc cold = ColdDoc::of(Doc(fugue_max), format);
    EXPECT_EQ(cold.thaw(yata)->rule(), IntegrationRule::kFugueMax);
    cold.compact();
    EXPECT_EQ(cold.thaw(yata)->rule(), IntegrationRule::kFugueMax);
    EXPECT_EQ(ColdDoc::of(Doc(yata), format).thaw(fugue_max)->rule(), IntegrationRule::kYata);
    // Who wrote counts more.
    ASSERT_TRUE(cold.apply_update(state_of(note(1, "first"), format), format));
    EXPECT_EQ(cold.thaw(fugue_max)->rule(), IntegrationRule::kYata);
  }
  EXPECT_EQ(ColdDoc().thaw(fugue_max)->rule(), IntegrationRule::kFugueMax);
}

TEST(ColdDoc, starts_as_the_empty_document) {
  ColdDoc cold;
  EXPECT_TRUE(cold.state_vector().is_empty());
  EXPECT_EQ(cold.encode_state_as_update(UpdateFormat::kV2),
            copy_of(empty_update(UpdateFormat::kV2)));
  const Doc doc = note(1, "first");
  ASSERT_TRUE(cold.apply_update(doc.encode_state_as_update(), UpdateFormat::kV1));
  EXPECT_EQ(cold.thaw()->text("t").to_string(), "fst");
}

TEST(ColdDoc, refuses_what_is_no_update_and_stays_as_it_was) {
  const Doc doc = note(1, "first");
  ColdDoc cold = ColdDoc::of(doc);
  const Buffer before = copy_of(cold.update());
  const Buffer whole = note(2, "bad").encode_state_as_update();
  const Bytes bad = Bytes(whole).first(whole.size() - 3);
  EXPECT_EQ(cold.apply_update(bad, UpdateFormat::kV1).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(ColdDoc::of(bad, UpdateFormat::kV1).error().code, ErrorCode::kMalformed);
  const Buffer big = note(3, "big").encode_state_as_update();
  EXPECT_EQ(cold.apply_update(big, UpdateFormat::kV1, {.max_structs = 1}).error().code,
            ErrorCode::kTooLarge);
  EXPECT_EQ(copy_of(cold.update()), before);
}

TEST(ColdDoc, keeps_no_bytes_behind_the_end_of_an_update) {
  const Doc doc = note(1, "first");
  Buffer update = doc.encode_state_as_update();
  update.push_back(0);
  EXPECT_EQ(copy_of(ColdDoc::of(Bytes(update), UpdateFormat::kV1)->update()),
            doc.encode_state_as_update());
}

TEST(ColdDoc, takes_updates_in_any_order_as_a_document_does) {
  const auto first = static_cast<uint64_t>(GTEST_FLAG_GET(random_seed));
  for (uint64_t seed = first; seed < first + 100; ++seed) {
    SCOPED_TRACE("replay with --gtest_random_seed=" + std::to_string(seed));
    Random random(seed);
    std::vector<std::array<Buffer, 2>> updates;
    std::array docs = {Doc({.client_id = 1}), Doc({.client_id = 2})};
    for (Doc& doc : docs) doc.text("t");
    for (int i = 0; i < 30; ++i) {
      const uint64_t who = random.below(2);
      Doc& doc = docs[who];
      const StateVector known = doc.state_vector();
      Text text = doc.text("t");
      const auto at = static_cast<uint32_t>(random.below(text.length() + 1));
      if (at < text.length() && random.one_in(3)) {
        ASSERT_TRUE(text.erase(at, 1));
      } else {
        ASSERT_TRUE(text.insert(at, "ab"));
      }
      updates.push_back({doc.encode_state_as_update(known), doc.encode_state_as_update_v2(known)});
      if (random.one_in(4)) {
        ASSERT_TRUE(docs[1 - who].apply_update(doc.encode_state_as_update()));
      }
    }
    Doc doc({.client_id = 3});
    ColdDoc cold = *ColdDoc::of(empty_update(UpdateFormat::kV2), UpdateFormat::kV2);
    for (size_t i = updates.size(); i > 0; --i) {
      std::swap(updates[i - 1], updates[random.below(i)]);
      const uint64_t format = random.below(2);
      const Buffer& update = updates[i - 1][format];
      ASSERT_TRUE(cold.apply_update(update, kFormats[format]));
      ASSERT_TRUE(doc.apply_update(updates[i - 1][0]));
      const Doc thawed = *cold.thaw();
      ASSERT_EQ(thawed.state_vector(), doc.state_vector());
      ASSERT_EQ(thawed.delete_set(), doc.delete_set());
      ASSERT_EQ(thawed.has_pending(), doc.has_pending());
    }
    EXPECT_FALSE(doc.has_pending());
    for (const auto& update : updates) {
      EXPECT_TRUE(*cold.contains(update[0], UpdateFormat::kV1));
    }
    EXPECT_EQ(cold.thaw()->text("t").to_string(), doc.text("t").to_string());
    EXPECT_EQ(cold.state_vector(), doc.state_vector());
  }
}

}  // namespace
}  // namespace tidemark::crdt
