#include "crdt/obfuscate.h"

#include <gtest/gtest.h>

#include <array>

#include "crdt/doc.h"
#include "crdt/test_hex.h"

namespace tidemark::crdt {
namespace {

// The bytes here are those of npm yjs 13.6.33: a state with every kind of content, and what
// obfuscateUpdate makes of it.
constexpr std::string_view kState =
    "0113050004010174016884050002c3a984050104f09f988046050004626f6c640474727565c605000501"
    "04626f6c64046e756c6cc6050005050163077b2278223a317dc6050105020163046e756c6cc605070502"
    "04626f6c64046e756c6c450504077b2275223a317d2801016d016b0175027d017d02a3050a0301020328"
    "01016d00017e08010161027d0177017889050e0673656372657476010267637907010178030170870510"
    "05017087051103017187051206040005130173010503000105010a01";
constexpr std::string_view kObfuscated =
    "0113050004010174013084050001318405010232324605000133077b2269223a337dc605000501013304"
    "6e756c6cc6050005050135077b2269223a357dc6050105020135046e756c6cc6050705020133046e756c"
    "6c450504027b7d2801016d0139017d0983050a010a2801016d00017d0b08010161027d0c7d0c89050e02"
    "313376000701017803076e6f64652d313487051005076e6f64652d313487051103076e6f64652d313687"
    "051206040005130138010503000105010a01";
constexpr std::string_view kObfuscatedV2 =
    "00030003050245110b00024200020c06080403010600020846000419040084014600c603450028008300"
    "28000800890007008702043427743031323233333535336d396d613133786e6f64652d31346e6f64652d"
    "31346e6f64652d3136384101024106000102014701010301040004030503060341000201130076010169"
    "7d037e760101697d057e7e76007d09010a7d0b7d0c7d0c7600010503000004000400";
constexpr std::string_view kMoreKept =
    "01130500040101740130840500013184050102323246050004626f6c640474727565c60500050104626f"
    "6c64046e756c6cc6050005050163077b2278223a317dc6050105020163046e756c6cc60507050204626f"
    "6c64046e756c6c450504027b7d2801016d0139017d0983050a010a2801016d00017d0b08010161027d0c"
    "7d0c89050e06736563726574760102676379070101780301708705100501708705110301718705120604"
    "0005130138010503000105010a01";

TEST(Obfuscate, makes_the_bytes_that_yjs_makes) {
  const Buffer state = from_hex(kState);
  EXPECT_EQ(to_hex(obfuscate_update(state, UpdateFormat::kV1).value()), kObfuscated);
  const Buffer state_v2 = convert_v1_to_v2(state).value();
  EXPECT_EQ(to_hex(obfuscate_update(state_v2, UpdateFormat::kV2).value()), kObfuscatedV2);
}

TEST(Obfuscate, keeps_what_it_is_told_to_keep) {
  const ObfuscateOptions options = {.formatting = false, .subdocuments = false, .xml_names = false};
  EXPECT_EQ(to_hex(obfuscate_update(from_hex(kState), UpdateFormat::kV1, options).value()),
            kMoreKept);
}

TEST(Obfuscate, leaves_a_document_of_the_same_shape) {
  Doc doc({.client_id = 1});
  ASSERT_TRUE(doc.apply_update(obfuscate_update(from_hex(kState), UpdateFormat::kV1).value()));
  Doc original({.client_id = 1});
  ASSERT_TRUE(original.apply_update(from_hex(kState)));
  EXPECT_EQ(doc.check(), "");
  EXPECT_EQ(doc.state_vector(), original.state_vector());
  EXPECT_EQ(doc.delete_set(), original.delete_set());
  EXPECT_EQ(doc.text("t").length(), original.text("t").length());
  EXPECT_EQ(doc.text("t").to_string(), "122");
}

// NaN, 0 and -0 each are one value to a JavaScript Map; containers never are.
TEST(Obfuscate, keeps_equal_scalars_equal) {
  Doc doc({.client_id = 1});
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "abcd"));
  const std::array values = {Any(0.0), Any(-0.0), Any(AnyArray{}), Any(AnyArray{})};
  for (uint32_t i = 0; i < values.size(); ++i) {
    ASSERT_TRUE(text.format(i, 1, {{std::string(1, static_cast<char>('k' + i)), values[i]}}));
  }
  Doc shown({.client_id = 2});
  ASSERT_TRUE(shown.apply_update_v2(
      obfuscate_update(doc.encode_state_as_update_v2(), UpdateFormat::kV2).value()));
  const Delta delta = shown.text("t").to_delta();
  ASSERT_EQ(delta.size(), 4u);
  EXPECT_EQ(delta[0].attributes[0].second, delta[1].attributes[0].second);
  EXPECT_NE(delta[2].attributes[0].second, delta[3].attributes[0].second);
}

TEST(Obfuscate, refuses_what_is_no_update) {
  Buffer state = from_hex(kState);
  EXPECT_EQ(obfuscate_update(state, UpdateFormat::kV1, {}, {.max_structs = 3}).error().code,
            ErrorCode::kTooLarge);
  state.resize(state.size() / 2);
  EXPECT_EQ(obfuscate_update(state, UpdateFormat::kV1).error().code, ErrorCode::kMalformed);
  EXPECT_FALSE(obfuscate_update({}, UpdateFormat::kV2));
}

}  // namespace
}  // namespace tidemark::crdt
