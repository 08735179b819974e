#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "base/encoder.h"
#include "crdt/doc_copy.h"
#include "crdt/inspect.h"
#include "crdt/test_author.h"
#include "crdt/test_seeds.h"
#include "crdt/update.h"

namespace tidemark::crdt {
namespace {

constexpr std::array kFormats = {UpdateFormat::kV1, UpdateFormat::kV2};

// What each transaction of the edits emitted.
std::vector<Buffer> emitted(Doc& doc, UpdateFormat format, const std::function<void()>& edits) {
  std::vector<Buffer> updates;
  const auto keep = [&](const UpdateEvent& event) { updates.push_back(copy_of(event.update)); };
  const Subscription watching =
      format == UpdateFormat::kV1 ? doc.on_update(keep) : doc.on_update_v2(keep);
  edits();
  return updates;
}

Buffer merged(const std::vector<Buffer>& updates, UpdateFormat format) {
  const std::vector<Bytes> parts(updates.begin(), updates.end());
  return *merge_updates(parts, format);
}

uint64_t structs_of(Bytes update, UpdateFormat format) {
  return validate_update(update, format)->structs;
}

Buffer state_of(const Doc& doc, UpdateFormat format) {
  return format == UpdateFormat::kV1 ? doc.encode_state_as_update()
                                     : doc.encode_state_as_update_v2();
}

Result<> apply(Doc& doc, Bytes update, UpdateFormat format) {
  return format == UpdateFormat::kV1 ? doc.apply_update(update) : doc.apply_update_v2(update);
}

TEST(CompactUpdate, joins_what_was_typed_letter_by_letter) {
  for (const UpdateFormat format : kFormats) {
    Doc doc({.client_id = 7});
    const Buffer log =
        merged(emitted(doc, format,
                       [&] {
                         for (const char* letter : {"h", "\u00e9", "l", "\U0001F600"}) {
                           Text text = doc.text("t");
                           ASSERT_TRUE(text.insert(text.length(), letter));
                         }
                         Array list = doc.array("a");
                         const std::vector<Any> one = {Any(1.0)};
                         ASSERT_TRUE(list.insert(0, one));
                         ASSERT_TRUE(list.insert(1, one));
                       }),
               format);
    EXPECT_EQ(structs_of(log, format), 6u);
    const Buffer compact = *compact_update(log, format);
    EXPECT_EQ(compact, state_of(doc, format));
    EXPECT_EQ(structs_of(compact, format), 2u);
    EXPECT_EQ(*compact_update(compact, format), compact);
  }
}

TEST(CompactUpdate, keeps_apart_what_another_writer_would_be_told_apart) {
  Doc doc({.client_id = 7});
  const Buffer log = merged(emitted(doc, UpdateFormat::kV1,
                                    [&] {
                                      ASSERT_TRUE(doc.text("t").insert(0, "ac"));
                                      ASSERT_TRUE(doc.text("t").insert(1, "b"));
                                      ASSERT_TRUE(doc.text("u").insert(0, "x"));
                                    }),
                            UpdateFormat::kV1);
  EXPECT_EQ(structs_of(*compact_update(log, UpdateFormat::kV1), UpdateFormat::kV1), 3u);
}

TEST(CompactUpdate, leaves_a_map_its_values_one_by_one) {
  Doc doc({.client_id = 7, .gc = GcPolicy::never()});
  for (int i = 0; i < 4; ++i) doc.map("m").set("k", Any(static_cast<double>(i)));
  const Buffer state = *compact_update(doc.encode_state_as_update(), UpdateFormat::kV1);
  EXPECT_EQ(structs_of(state, UpdateFormat::kV1),
            2u);  // three former values and the one that counts
  Doc replica({.client_id = 8, .gc = GcPolicy::never()});
  ASSERT_TRUE(replica.apply_update(state));
  EXPECT_EQ(replica.delete_set(), doc.delete_set());
  EXPECT_EQ(replica.encode_state_as_update(), doc.encode_state_as_update());
}

TEST(CompactUpdate, gives_up_deleted_content_only_when_asked) {
  for (const UpdateFormat format : kFormats) {
    Doc doc({.client_id = 7, .gc = GcPolicy::never()});
    ASSERT_TRUE(doc.text("t").insert(0, "a secret \U0001F600 here"));
    ASSERT_TRUE(doc.text("t").erase(2, 7));
    doc.map("m").set("k", Any("also secret"));
    doc.map("m").set("k", Any("open"));
    const Buffer state = state_of(doc, format);
    const Buffer kept = *compact_update(state, format);
    const Buffer given_up = *compact_update(state, format, DeletedContent::kGivenUp);
    EXPECT_NE(as_text(kept).find("secret"), std::string_view::npos);
    EXPECT_EQ(as_text(given_up).find("secret"), std::string_view::npos);
    Doc collecting({.client_id = 7});
    ASSERT_TRUE(apply(collecting, state, format));
    EXPECT_EQ(structs_of(given_up, format), structs_of(state_of(collecting, format), format));
    Doc replica({.client_id = 8, .gc = GcPolicy::never()});
    ASSERT_TRUE(apply(replica, given_up, format));
    EXPECT_EQ(state_of(replica, format), state_of(collecting, format));
  }
}

TEST(CompactUpdate, drops_what_lies_behind_and_says_what_is_wrong) {
  Doc doc({.client_id = 7});
  ASSERT_TRUE(doc.text("t").insert(0, "abc"));
  Buffer longer = doc.encode_state_as_update();
  longer.push_back(1);
  EXPECT_EQ(*compact_update(longer, UpdateFormat::kV1), doc.encode_state_as_update());
  EXPECT_EQ(*compact_update(empty_update(UpdateFormat::kV2), UpdateFormat::kV2),
            copy_of(empty_update(UpdateFormat::kV2)));
  const Bytes half = Bytes(longer).first(6);
  EXPECT_EQ(compact_update(half, UpdateFormat::kV1).error().code, ErrorCode::kMalformed);
  EXPECT_EQ(compact_update(longer, UpdateFormat::kV1, DeletedContent::kKept, {.max_structs = 0})
                .error()
                .code,
            ErrorCode::kTooLarge);
}

// Sections in any order, twice for one client, with overlaps and Skips at both ends: nothing that
// Yjs writes, but bytes that somebody may send.
TEST(CompactUpdate, brings_odd_sections_into_order) {
  Encoder odd;
  const auto garbage = [&](uint64_t len) {
    odd.write_byte(0);
    odd.write_varuint(len);
  };
  const auto skip = [&](uint64_t len) {
    odd.write_byte(10);
    odd.write_varuint(len);
  };
  odd.write_varuint(4);
  odd.write_bytes(Buffer{3, 5, 0});  // client 5: Skip, garbage, Skip
  skip(2), garbage(3), skip(9);
  odd.write_bytes(Buffer{1, 9, 4});
  garbage(4);
  odd.write_bytes(Buffer{1, 9, 0});
  garbage(6);
  odd.write_bytes(Buffer{1, 5, 8});
  garbage(1);
  odd.write_varuint(0);
  const Buffer compact = *compact_update(odd.bytes(), UpdateFormat::kV1);
  EXPECT_EQ(to_hex(compact),
            "02"
            "010900"
            "0008"
            "030502"
            "0003"
            "0a03"
            "0001"
            "00");
}

// What three writers emit who hear of each other now and then.
std::vector<Buffer> log_of_a_crowd(Random& random, UpdateFormat format) {
  const GcPolicy gc = random.one_in(2) ? GcPolicy::never() : GcPolicy::always();
  std::vector<Doc> docs;
  for (uint64_t id = 5; id < 8; ++id) {
    docs.push_back(Doc({.client_id = id, .gc = gc, .cleans_formatting = false}));
  }
  std::vector<Buffer> log;
  for (int round = 0; round < 25; ++round) {
    Doc& doc = docs[random.below(docs.size())];
    Author author(doc, random);
    const auto made = emitted(doc, format, [&] {
      for (uint64_t i = random.below(6); i > 0; --i) author.edit();
    });
    log.insert(log.end(), made.begin(), made.end());
    Doc& reader = docs[random.below(docs.size())];
    EXPECT_TRUE(reader.apply_update(doc.encode_state_as_update(reader.state_vector())));
  }
  return log;
}

// One log, and how its replicas are compared.
struct Comparison {
  explicit Comparison(DeletedContent kept_or_given_up, UpdateFormat how)
      : deleted(kept_or_given_up), format(how) {
    options.gc = deleted == DeletedContent::kKept ? GcPolicy::never() : GcPolicy::always();
  }
  Buffer compact(const std::vector<Buffer>& part) const {
    return *compact_update(merged(part, format), format, deleted);
  }

  DeletedContent deleted;
  UpdateFormat format;
  DocOptions options = {.client_id = 1, .cleans_formatting = false};
};

void expect_equal_at_once(const std::vector<Buffer>& log, const Doc& plain,
                          const Comparison& comparison) {
  const UpdateFormat format = comparison.format;
  const Buffer whole = comparison.compact(log);
  EXPECT_EQ(*compact_update(whole, format, comparison.deleted), whole);
  EXPECT_EQ(*state_vector_of_update(whole, format), plain.state_vector());
  Doc at_once = *doc_from_update(whole, format, comparison.options);
  EXPECT_EQ(at_once.check(), "");
  EXPECT_EQ(at_once.encode_state_as_update(), plain.encode_state_as_update());
}

void expect_equal_content(Doc& doc, Doc& plain) {
  for (const char* name : {"t", "u"}) {
    EXPECT_EQ(to_json(delta_to_json(doc.text(name).to_delta())),
              to_json(delta_to_json(plain.text(name).to_delta())));
  }
  EXPECT_EQ(to_json(doc.array("a").to_json()), to_json(plain.array("a").to_json()));
}

// The later half arrives first.
void expect_equal_in_pieces(const std::vector<Buffer>& log, size_t cut, Doc& plain,
                            const Comparison& comparison) {
  const auto middle = log.begin() + static_cast<std::ptrdiff_t>(cut);
  Doc doc(comparison.options);
  for (const auto& part : {std::vector(middle, log.end()), std::vector(log.begin(), middle)}) {
    if (part.empty()) continue;
    ASSERT_TRUE(apply(doc, comparison.compact(part), comparison.format));
  }
  EXPECT_EQ(doc.check(), "");
  EXPECT_FALSE(doc.has_pending());
  EXPECT_EQ(doc.state_vector(), plain.state_vector());
  EXPECT_EQ(doc.delete_set(), plain.delete_set());
  expect_equal_content(doc, plain);
}

void expect_equal_replicas(const std::vector<Buffer>& log, size_t cut,
                           const Comparison& comparison) {
  const UpdateFormat format = comparison.format;
  Doc plain = *doc_from_update(merged(log, format), format, comparison.options);
  expect_equal_at_once(log, plain, comparison);
  expect_equal_in_pieces(log, cut, plain, comparison);
}

TEST(CompactUpdate, means_the_same_to_every_replica) {
  for_each_seed(60, [](uint64_t seed) {
    Random random(seed);
    const UpdateFormat format = kFormats[random.below(2)];
    const std::vector<Buffer> log = log_of_a_crowd(random, format);
    if (log.empty()) return;
    const size_t cut = random.below(log.size());
    expect_equal_replicas(log, cut, Comparison(DeletedContent::kKept, format));
    expect_equal_replicas(log, cut, Comparison(DeletedContent::kGivenUp, format));
  });
}

}  // namespace
}  // namespace tidemark::crdt
