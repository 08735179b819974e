#include "crdt/update.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <vector>

#include "base/random.h"
#include "crdt/doc.h"
#include "crdt/value.h"

namespace tidemark::crdt {
namespace {

using Words = std::vector<std::string>;

uint8_t hex_digit(char c) { return static_cast<uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); }

Buffer from_hex(std::string_view text) {
  Buffer bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(hex_digit(text[i]) << 4 | hex_digit(text[i + 1])));
  }
  return bytes;
}

// The programs run anywhere inside the repository.
std::ifstream golden_file() {
  if (const char* chosen = std::getenv("TM_GOLDEN_UPDATES")) return std::ifstream(chosen);
  std::string path = "tests/golden/updates/yjs13_updates.txt";
  for (int up = 0; up < 8; ++up, path.insert(0, "../")) {
    if (std::ifstream file(path); file.good()) return file;
  }
  return {};
}

// What npm yjs answered; tests/golden/updates/make.mjs made the file. TM_GOLDEN_UPDATES names
// another one, for larger runs by hand.
const std::vector<Words>& golden_lines() {
  static const std::vector<Words> lines = [] {
    std::ifstream file = golden_file();
    std::vector<Words> read;
    for (std::string line; std::getline(file, line);) {
      Words words;
      std::istringstream stream(line);
      for (std::string word; stream >> word;) words.push_back(word);
      read.push_back(std::move(words));
    }
    return read;
  }();
  return lines;
}

UpdateFormat format_of(const Words& words) {
  return words[1] == "v1" ? UpdateFormat::kV1 : UpdateFormat::kV2;
}

// Calls the check with every line of a kind and fails if there is none.
void for_each_golden(std::string_view kind, const std::function<void(const Words&)>& check) {
  size_t count = 0;
  for (const Words& words : golden_lines()) {
    if (words[0] != kind) continue;
    ++count;
    check(words);
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(count, 0u);
}

std::string hex_or_error(const Result<Buffer>& bytes) {
  return bytes ? to_hex(*bytes) : bytes.error().detail;
}

Result<Buffer> merge(const std::vector<Buffer>& updates, UpdateFormat format) {
  const std::vector<Bytes> views(updates.begin(), updates.end());
  return merge_updates(views, format);
}

Result<Buffer> diff(const Buffer& update, const StateVector& known, UpdateFormat format) {
  return diff_update(update, known, format);
}

// Every update in the golden file, once.
std::vector<std::pair<Buffer, UpdateFormat>> golden_updates() {
  std::map<std::string, UpdateFormat> all;
  for (const Words& words : golden_lines()) {
    if (words[0] == "state") all.emplace(words[3], format_of(words));
    if (words[0] != "merge") continue;
    for (size_t i = 2; i < words.size(); ++i) all.emplace(words[i], format_of(words));
  }
  std::vector<std::pair<Buffer, UpdateFormat>> updates;
  updates.reserve(all.size());
  for (const auto& [hex, format] : all) updates.emplace_back(from_hex(hex), format);
  return updates;
}

TEST(Update, merges_to_the_bytes_of_yjs) {
  for_each_golden("merge", [](const Words& words) {
    std::vector<Buffer> inputs;
    for (size_t i = 3; i < words.size(); ++i) inputs.push_back(from_hex(words[i]));
    ASSERT_EQ(hex_or_error(merge(inputs, format_of(words))), words[2]);
  });
}

TEST(Update, differs_from_a_state_by_the_bytes_of_yjs) {
  for_each_golden("diff", [](const Words& words) {
    const Result<StateVector> known = decode_state_vector(from_hex(words[4]));
    ASSERT_TRUE(known.has_value());
    ASSERT_EQ(hex_or_error(diff(from_hex(words[3]), *known, format_of(words))), words[2]);
  });
}

TEST(Update, tells_the_state_vector_that_yjs_tells) {
  for_each_golden("state", [](const Words& words) {
    const Result<StateVector> state = state_vector_of_update(from_hex(words[3]), format_of(words));
    ASSERT_TRUE(state.has_value());
    ASSERT_EQ(to_hex(encode_state_vector(*state)), words[2]);
  });
}

TEST(Update, converts_to_the_bytes_of_yjs) {
  for_each_golden("convert", [](const Words& words) {
    const Buffer update = from_hex(words[3]);
    const bool is_v1 = format_of(words) == UpdateFormat::kV1;
    ASSERT_EQ(hex_or_error(is_v1 ? convert_v1_to_v2(update) : convert_v2_to_v1(update)), words[2]);
  });
}

TEST(Update, tells_where_each_client_begins_and_ends_as_yjs_does) {
  for_each_golden("meta", [](const Words& words) {
    std::vector<std::string> spans;
    const Result<UpdateMeta> meta = update_meta(from_hex(words[3]), format_of(words));
    ASSERT_TRUE(meta.has_value());
    for (const auto& [client, clock] : meta->from.entries()) {
      spans.push_back(std::to_string(client) + ":" + std::to_string(clock) + ":" +
                      std::to_string(meta->to.clock_of(client)));
    }
    std::sort(spans.begin(), spans.end());
    std::string text;
    for (const std::string& span : spans) text += (text.empty() ? "" : ",") + span;
    ASSERT_EQ(text.empty() ? "-" : text, words[2]);
  });
}

TEST(Update, is_contained_in_a_snapshot_when_yjs_says_so) {
  for_each_golden("contains", [](const Words& words) {
    const Result<StateVector> state = decode_state_vector(from_hex(words[3]));
    const Buffer deleted_bytes = from_hex(words[4]);
    Decoder decoder{Bytes(deleted_bytes)};
    DeleteSet deleted;
    ASSERT_TRUE(state.has_value() && decode_delete_set_v1(decoder, deleted));
    const Buffer update = from_hex(words[5]);
    ASSERT_EQ(*contains_update(*state, deleted, update, UpdateFormat::kV1), words[2] == "yes");
  });
}

TEST(Any, has_the_bytes_and_the_json_of_yjs) {
  for_each_golden("any", [](const Words& words) {
    const Buffer bytes = from_hex(words[1]);
    const Buffer json = from_hex(words[2]);
    std::string text;
    ASSERT_TRUE(any_to_json(bytes, text));
    ASSERT_EQ(text, as_text(json));
    Decoder decoder{Bytes(bytes)};
    Any value;
    ASSERT_TRUE(decode_any(decoder, value));
    Encoder encoder;
    encode_any(encoder, value);
    ASSERT_EQ(to_hex(encoder.bytes()), words[1]);
    const Result<Any> parsed = parse_json(as_text(json));
    ASSERT_TRUE(parsed.has_value());
    ASSERT_EQ(to_json(*parsed), text);
  });
}

TEST(Json, prints_and_reads_numbers_as_node_does) {
  for_each_golden("number", [](const Words& words) {
    uint64_t bits = 0;
    std::from_chars(words[1].data(), words[1].data() + words[1].size(), bits, 16);
    const auto value = std::bit_cast<double>(bits);
    ASSERT_EQ(to_json(Any(value)), words[2]);
    ASSERT_EQ(*parse_json(words[2])->as_number(), value);
  });
}

// The update as the byte functions pass it on, without the key bits that Yjs drops.
Buffer normal(const Buffer& update, UpdateFormat format) {
  const Result<Buffer> merged = merge({update, copy_of(empty_update(format))}, format);
  EXPECT_TRUE(merged.has_value());
  return merged ? *merged : Buffer();
}

TEST(Update, survives_the_way_to_the_other_format_and_back) {
  for (const auto& [update, format] : golden_updates()) {
    const bool is_v1 = format == UpdateFormat::kV1;
    const Result<Buffer> other = is_v1 ? convert_v1_to_v2(update) : convert_v2_to_v1(update);
    ASSERT_TRUE(other.has_value());
    const Result<Buffer> back = is_v1 ? convert_v2_to_v1(*other) : convert_v1_to_v2(*other);
    ASSERT_EQ(hex_or_error(back), to_hex(normal(update, format)));
  }
}

TEST(Update, merges_to_itself_with_itself_and_with_nothing) {
  for (const auto& [update, format] : golden_updates()) {
    const Buffer once = normal(update, format);
    ASSERT_EQ(to_hex(normal(once, format)), to_hex(once));
    ASSERT_EQ(hex_or_error(merge({update, update}, format)), to_hex(once));
  }
  EXPECT_EQ(to_hex(*merge({}, UpdateFormat::kV1)), "0000");
  EXPECT_EQ(hex_or_error(merge({}, UpdateFormat::kV2)), to_hex(empty_update(UpdateFormat::kV2)));
}

// Cuts each update at random clocks into what is below and what is beyond. What is below cannot be
// asked for, so the whole stands for it.
TEST(Update, is_whole_again_after_a_split_at_any_state_vector) {
  uint64_t seed = 0;
  for (const auto& [update, format] : golden_updates()) {
    Random random(++seed);
    const Result<UpdateMeta> meta = update_meta(update, format);
    ASSERT_TRUE(meta.has_value());
    StateVector known;
    for (const auto& [client, clock] : meta->to.entries()) {
      known.set(client, random.below(clock + 1));
    }
    const Result<Buffer> beyond = diff(update, known, format);
    ASSERT_TRUE(beyond.has_value()) << "seed " << seed;
    const Result<Buffer> whole = merge({update, *beyond}, format);
    ASSERT_EQ(hex_or_error(whole), to_hex(normal(update, format))) << "seed " << seed;
    // Nothing is left beyond what the update reaches.
    const Result<Buffer> rest = diff(update, meta->to, format);
    ASSERT_TRUE(rest.has_value());
    EXPECT_EQ(validate_update(*rest, format)->structs, 0u);
  }
}

TEST(Update, merges_in_any_grouping_to_the_same_clocks_and_deletions) {
  for_each_golden("merge", [](const Words& words) {
    if (words.size() < 6) return;
    const UpdateFormat format = format_of(words);
    std::vector<Buffer> inputs;
    for (size_t i = 3; i < words.size(); ++i) inputs.push_back(from_hex(words[i]));
    const std::vector<Buffer> left(inputs.begin(), inputs.begin() + 2);
    const std::vector<Buffer> right(inputs.begin() + 2, inputs.end());
    const Result<Buffer> grouped = merge({*merge(left, format), *merge(right, format)}, format);
    ASSERT_TRUE(grouped.has_value());
    const Buffer flat = from_hex(words[2]);
    EXPECT_EQ(update_meta(*grouped, format)->from, update_meta(flat, format)->from);
    EXPECT_EQ(update_meta(*grouped, format)->to, update_meta(flat, format)->to);
    EXPECT_EQ(*state_vector_of_update(*grouped, format), *state_vector_of_update(flat, format));
    EXPECT_EQ(validate_update(*grouped, format)->deleted_ranges,
              validate_update(flat, format)->deleted_ranges);
  });
}

// Everything that can be asked of bytes, for the sanitizers to watch.
void ask_everything(const Buffer& update, UpdateFormat format) {
  const UpdateLimits limits{.max_structs = 10000};
  const bool is_valid = validate_update(update, format, limits).has_value();
  const std::vector<Bytes> twice = {update, update};
  EXPECT_EQ(merge_updates(twice, format, limits).has_value(), is_valid);
  EXPECT_EQ(diff_update(update, StateVector({{1, 2}, {7, 1}}), format, limits).has_value(),
            is_valid);
  const Result<Buffer> other = format == UpdateFormat::kV1 ? convert_v1_to_v2(update, limits)
                                                           : convert_v2_to_v1(update, limits);
  EXPECT_EQ(other.has_value(), is_valid);
  if (!is_valid) return;
  const UpdateFormat other_format =
      format == UpdateFormat::kV1 ? UpdateFormat::kV2 : UpdateFormat::kV1;
  EXPECT_TRUE(validate_update(*other, other_format, limits).has_value()) << to_hex(update);
}

TEST(Update, tells_gaps_between_two_sections_of_one_client) {
  // Garbage of client 7 at the clocks 0 and 1, then at 5; and the same, the later clock first.
  const Buffer update = {2, 1, 7, 0, 0, 2, 1, 7, 5, 0, 1, 0};
  EXPECT_EQ(hex_or_error(diff(update, {}, UpdateFormat::kV1)), to_hex(update));
  EXPECT_EQ(*state_vector_of_update(update, UpdateFormat::kV1), StateVector({{7, 2}}));
  EXPECT_EQ(update_meta(update, UpdateFormat::kV1)->to, StateVector({{7, 6}}));
  const Buffer turned = {2, 1, 7, 5, 0, 1, 1, 7, 0, 0, 2, 0};
  EXPECT_EQ(update_meta(turned, UpdateFormat::kV1)->to, StateVector({{7, 6}}));
  EXPECT_EQ(contains_update(StateVector({{7, 2}}), {}, turned, UpdateFormat::kV1), false);
}

// The document takes in what another section has brought the rest of.
TEST(Update, knows_the_state_of_a_document_made_of_sections_in_any_order) {
  const std::vector<Buffer> updates = {
      {2, 1, 7, 2, 0, 1, 1, 7, 0, 0, 2, 0},                 // the later clock first
      {2, 2, 7, 0, 0, 1, 0, 1, 1, 7, 0, 0, 5, 0},           // the second has more
      {2, 1, 7, 0, 0, 5, 1, 7, 0, 0, 2, 0},                 // the first has more
      {3, 1, 7, 0, 0, 2, 1, 3, 0, 0, 1, 1, 7, 1, 0, 3, 0},  // another client between them
      {3, 1, 7, 4, 0, 1, 1, 7, 1, 0, 1, 1, 7, 0, 0, 1, 0},  // a gap is left
      {2, 3, 7, 0, 0, 1, 10, 2, 0, 1, 1, 7, 1, 0, 2, 0},    // what a Skip leaves out comes
  };
  for (const Buffer& update : updates) {
    SCOPED_TRACE(to_hex(update));
    Doc doc;
    ASSERT_TRUE(doc.apply_update(update).has_value());
    EXPECT_EQ(*state_vector_of_update(update, UpdateFormat::kV1), doc.state_vector());
    const UpdateMeta meta = *update_meta(update, UpdateFormat::kV1);
    EXPECT_EQ(meta.from.clock_of(7), 0u);
    EXPECT_EQ(meta.to.clock_of(7), doc.has_pending() ? 5u : doc.state_vector().clock_of(7));
  }
}

TEST(Update, refuses_every_proper_prefix) {
  for (const auto& [update, format] : golden_updates()) {
    if (update.size() > 400) continue;
    for (size_t size = 0; size < update.size(); ++size) {
      const Buffer cut(update.begin(), update.begin() + static_cast<std::ptrdiff_t>(size));
      ASSERT_FALSE(validate_update(cut, format).has_value()) << to_hex(update) << " at " << size;
    }
  }
}

TEST(Update, gives_a_typed_answer_to_flipped_bits) {
  uint64_t seed = 0;
  for (const auto& [update, format] : golden_updates()) {
    Random random(++seed);
    SCOPED_TRACE(seed);
    for (int i = 0; i < 24; ++i) {
      Buffer flipped = update;
      for (uint64_t flips = random.below(3) + 1; flips > 0; --flips) {
        uint8_t& byte = flipped[random.below(flipped.size())];
        byte = static_cast<uint8_t>(byte ^ (1u << random.below(8)));
      }
      ask_everything(flipped, format);
    }
  }
}

TEST(Update, refuses_what_yjs_never_writes) {
  const std::map<std::string, std::string> bad_ones = {
      {"an empty string", "0101010004010161000000"},
      {"a GC of length 0",
       "010101000000"
       "00"},
      {"a skip of length 0",
       "01010100"
       "0a00"
       "00"},
      {"a deletion of length 0",
       "01010100"
       "01010161"
       "00"
       "00"},
      {"an unknown content",
       "01010100"
       "0b010161"
       "00"},
      {"an unknown type",
       "01010100"
       "0701016107"
       "00"},
      {"text that is not UTF-8",
       "01010100"
       "04010161"
       "01ff"
       "00"},
      {"a value that is not JSON",
       "01010100"
       "05010161"
       "017b"
       "00"},
      {"options that are no object",
       "01010100"
       "09010161"
       "0178"
       "7e"
       "00"},
      {"a clock beyond 2^53",
       "010101ffffffffffffff0f"
       "0001"
       "00"},
      {"more structs than bytes",
       "01ffff7f0100"
       "0001"
       "00"},
      {"more sections than bytes",
       "ffff7f"
       "010100"
       "0001"
       "00"},
      {"no delete set",
       "01010100"
       "0001"}};
  for (const auto& [what, hex] : bad_ones) {
    const Result<UpdateCounts> counts = validate_update(from_hex(hex), UpdateFormat::kV1);
    ASSERT_FALSE(counts.has_value()) << what;
    EXPECT_EQ(counts.error().code, ErrorCode::kMalformed) << what;
  }
}

// client 1, 2^50 GC structs of length 1, by two columns that repeat.
TEST(Update, is_not_valid_if_no_document_can_hold_it) {
  // Each: one string of client 7; the first at clock 2^32, the second after its own second letter.
  for (const std::string_view hex : {"0101078080808010040101740161"
                                     "00",
                                     "01010700840701026162"
                                     "00"}) {
    const Buffer update = from_hex(hex);
    EXPECT_FALSE(validate_update(update, UpdateFormat::kV1));
    Doc doc;
    EXPECT_FALSE(doc.apply_update(update));
  }
}

TEST(Update, refuses_a_run_of_structs_beyond_the_limit) {
  Encoder lengths;
  lengths.write_varint(SignedInt{1, true});
  lengths.write_varuint((uint64_t{1} << 50) - 2);
  Encoder update;
  update.write_bytes(from_hex("000001010000010001000000"));
  update.write_varbytes(lengths.bytes());
  update.write_varuint(1);
  update.write_varuint(uint64_t{1} << 50);
  update.write_varuint(0);
  update.write_varuint(0);
  const Result<UpdateCounts> counts = validate_update(update.bytes(), UpdateFormat::kV2);
  ASSERT_FALSE(counts.has_value());
  EXPECT_EQ(counts.error().code, ErrorCode::kTooLarge);
}

TEST(Update, refuses_a_root_name_beyond_the_limit) {
  Doc doc;
  ASSERT_TRUE(doc.text("123456789").insert(0, "a"));
  const Buffer v1 = doc.encode_state_as_update();
  const Buffer v2 = doc.encode_state_as_update_v2();
  for (const auto& [update, format] :
       {std::pair(Bytes(v1), UpdateFormat::kV1), std::pair(Bytes(v2), UpdateFormat::kV2)}) {
    EXPECT_TRUE(validate_update(update, format, {.max_root_name_bytes = 9}));
    const auto refused = validate_update(update, format, {.max_root_name_bytes = 8});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
    EXPECT_TRUE(validate_update(update, format, kOwnUpdateLimits));
  }
}

// A document with one element, as Yjs wrote them long ago.
Buffer nested_json_update(unsigned depth) {
  Encoder update;
  update.write_bytes(from_hex("0101010002010161"));
  update.write_varuint(1);
  update.write_varstring(std::string(depth, '[') + std::string(depth, ']'));
  update.write_varuint(0);
  return update.take();
}

Buffer nested_any_update(unsigned depth) {
  Encoder update;
  update.write_bytes(from_hex("010101000801016101"));
  for (unsigned i = 1; i < depth; ++i) update.write_bytes(from_hex("7501"));
  update.write_bytes(from_hex("7500"));
  update.write_varuint(0);
  return update.take();
}

// Documents with one value of each kind that nests `depth` arrays, JSON elements included.
std::vector<Buffer> nested_updates(unsigned depth) {
  const auto value = [depth] {
    Any nested{AnyArray()};
    for (unsigned i = 1; i < depth; ++i) nested = Any(AnyArray{std::move(nested)});
    return nested;
  };
  std::vector<Buffer> updates;
  const auto add = [&](const std::function<void(Doc&)>& edit) {
    Doc doc;
    edit(doc);
    updates.push_back(doc.encode_state_as_update());
  };
  add([&](Doc& doc) { ASSERT_TRUE(doc.array("a").insert(0, std::vector<Any>{value()})); });
  add([&](Doc& doc) { doc.map("m").set("k", value()); });
  add([&](Doc& doc) { ASSERT_TRUE(doc.text("t").insert_embed(0, value())); });
  add([&](Doc& doc) { ASSERT_TRUE(doc.text("t").insert(0, "x", {{"f", value()}})); });
  updates.push_back(nested_json_update(depth));
  return updates;
}

TEST(Update, refuses_values_that_nest_beyond_the_limit) {
  const auto expect_refused = [](const auto& result) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kTooLarge);
    EXPECT_NE(result.error().detail.find("max-nesting"), std::string::npos);
  };
  for (const Buffer& v1 : nested_updates(5)) {
    const Result<Buffer> v2 = convert_v1_to_v2(v1);
    ASSERT_TRUE(v2);
    for (const auto& [update, format] :
         {std::pair(Bytes(v1), UpdateFormat::kV1), std::pair(Bytes(*v2), UpdateFormat::kV2)}) {
      EXPECT_TRUE(validate_update(update, format, {.max_nesting = 5}));
      expect_refused(validate_update(update, format, {.max_nesting = 4}));
      EXPECT_TRUE(validate_update(update, format, kOwnUpdateLimits));
    }
    Doc doc;
    expect_refused(doc.apply_update(v1, 0, {.max_nesting = 4}));
    expect_refused(doc.apply_update_v2(*v2, 0, {.max_nesting = 4}));
    EXPECT_TRUE(doc.state_vector().is_empty());
    EXPECT_TRUE(doc.apply_update(v1, 0, {.max_nesting = 5}));
  }
}

TEST(Update, has_a_wall_behind_the_limit_of_nesting) {
  for (const Buffer& v1 : nested_updates(kMaxAnyDepth)) {
    EXPECT_TRUE(validate_update(v1, UpdateFormat::kV1, kOwnUpdateLimits));
    const Result<Buffer> v2 = convert_v1_to_v2(v1);
    ASSERT_TRUE(v2);
    EXPECT_TRUE(validate_update(*v2, UpdateFormat::kV2, kOwnUpdateLimits));
  }
  EXPECT_TRUE(validate_update(nested_any_update(kMaxAnyDepth), UpdateFormat::kV1));
  for (const unsigned depth : {kMaxAnyDepth + 1, 100'000u}) {
    for (const Buffer& v1 : {nested_json_update(depth), nested_any_update(depth)}) {
      const auto refused = validate_update(v1, UpdateFormat::kV1, {.max_nesting = ~uint64_t{0}});
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
    }
  }
}

TEST(Update, keeps_skips_and_53_bit_clients) {
  // Client 2^53 - 1: a GC, a skip, a GC.
  const Buffer update = from_hex(
      "0103ffffffffffffff0f00"
      "0002"
      "0a03"
      "0001"
      "00");
  EXPECT_EQ(hex_or_error(merge({update, update}, UpdateFormat::kV1)), to_hex(update));
  EXPECT_EQ(state_vector_of_update(update, UpdateFormat::kV1)->clock_of(kMaxSafeInteger), 2u);
  const Result<Buffer> v2 = convert_v1_to_v2(update);
  ASSERT_TRUE(v2.has_value());
  EXPECT_EQ(hex_or_error(convert_v2_to_v1(*v2)), to_hex(update));
}

TEST(Update, forgets_the_key_bit_of_an_item_that_inherits_its_parent) {
  // An item with origin and the bit for parentSub, as Yjs writes map entries from its store.
  const Buffer update = from_hex(
      "01010101"
      "a4"
      "0100"
      "0162"
      "00");
  EXPECT_EQ(hex_or_error(merge({update, update}, UpdateFormat::kV1)),
            "01010101"
            "84"
            "0100"
            "0162"
            "00");
}

TEST(Update, keeps_its_clocks_where_one_client_has_two_sections) {
  // Two sections of client 7: garbage at clock 3, and garbage at clock 51.
  const Buffer v1 = {2, 1, 7, 3, 0, 1, 1, 7, 51, 0, 4, 0};
  const Result<Buffer> v2 = convert_v1_to_v2(v1, kOwnUpdateLimits);
  ASSERT_TRUE(v2);
  ASSERT_TRUE(validate_update(*v2, UpdateFormat::kV2));
  EXPECT_EQ(update_meta(*v2, UpdateFormat::kV2)->to, update_meta(v1, UpdateFormat::kV1)->to);
  const Result<Buffer> back = convert_v2_to_v1(*v2, kOwnUpdateLimits);
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, v1);
}

TEST(Update, counts_bytes_after_its_end) {
  const Result<UpdateCounts> counts = validate_update(from_hex("0000ff"), UpdateFormat::kV1);
  ASSERT_TRUE(counts.has_value());
  EXPECT_EQ(counts->trailing_bytes, 1u);
}

}  // namespace
}  // namespace tidemark::crdt
