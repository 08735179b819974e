#include "crdt/value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/random.h"

namespace tidemark::crdt {
namespace {

std::string hex_of(const Any& value) {
  Encoder encoder;
  encode_any(encoder, value);
  return to_hex(encoder.bytes());
}

Any parsed(std::string_view json) {
  const Result<Any> value = parse_json(json);
  EXPECT_TRUE(value.has_value()) << json;
  return value ? *value : Any();
}

std::string number_text(double value) { return to_json(Any(value)); }

TEST(Any, is_written_byte_for_byte_as_lib0_writes_it) {
  EXPECT_EQ(hex_of(Any()), "7f");
  EXPECT_EQ(hex_of(Any(Null{})), "7e");
  EXPECT_EQ(hex_of(Any(true)), "78");
  EXPECT_EQ(hex_of(Any(false)), "79");
  EXPECT_EQ(hex_of(Any(0.0)), "7d00");
  EXPECT_EQ(hex_of(Any(-0.0)), "7d40");
  EXPECT_EQ(hex_of(Any(-64.0)), "7dc001");
  EXPECT_EQ(hex_of(Any(2147483647.0)), "7dbfffffff0f");
  EXPECT_EQ(hex_of(Any(-2147483647.0)), "7dffffffff0f");
  EXPECT_EQ(hex_of(Any(2147483648.0)), "7c4f000000");
  EXPECT_EQ(hex_of(Any(2147483649.0)), "7b41e0000000200000");
  EXPECT_EQ(hex_of(Any(0.5)), "7c3f000000");
  EXPECT_EQ(hex_of(Any(0.1)), "7b3fb999999999999a");
  EXPECT_EQ(hex_of(Any(std::nan(""))), "7b7ff8000000000000");
  EXPECT_EQ(hex_of(Any(-std::nan(""))), "7b7ff8000000000000");
  EXPECT_EQ(hex_of(Any(std::numeric_limits<double>::infinity())), "7c7f800000");
  EXPECT_EQ(hex_of(Any(int64_t{-2})), "7afffffffffffffffe");
  EXPECT_EQ(hex_of(Any("a")), "770161");
  EXPECT_EQ(hex_of(Any(Buffer{1, 2})), "74020102");
  EXPECT_EQ(hex_of(Any(AnyArray{Any(1.0), Any()})), "75027d017f");
  EXPECT_EQ(hex_of(parsed(R"({"b":1,"a":null})")), "760201627d0101617e");
  EXPECT_EQ(hex_of(Any(AnyObject())), "7600");
}

TEST(Any, survives_its_bytes) {
  const Any value = parsed(R"({"10":[],"2":{"a":[true,false,null,"x\u00e9",-1.5,1e300]},"k":""})");
  Encoder encoder;
  encode_any(encoder, value);
  Decoder decoder(encoder.bytes());
  Any back;
  ASSERT_TRUE(decode_any(decoder, back));
  EXPECT_EQ(back, value);
  Decoder skipper(encoder.bytes());
  EXPECT_TRUE(skip_any(skipper) && skipper.at_end());
}

TEST(Any, refuses_unknown_tags_and_cut_values) {
  const std::vector<Buffer> bad_ones = {{},          {115},      {128},         {119, 2, 'a'},
                                        {117, 1},    {118, 1},   {118, 1, 0},   {124, 0, 0, 0},
                                        {125, 0x80}, {116, 200}, {119, 1, 0xFF}};
  for (const Buffer& bad : bad_ones) {
    Decoder decoder{Bytes(bad)};
    Any value;
    EXPECT_FALSE(decode_any(decoder, value)) << to_hex(bad);
    Decoder skipper{Bytes(bad)};
    EXPECT_FALSE(skip_any(skipper)) << to_hex(bad);
  }
}

Buffer nested_arrays(unsigned depth, uint8_t innermost) {
  Buffer bytes;
  for (unsigned i = 0; i < depth; ++i) bytes.insert(bytes.end(), {117, 1});
  bytes.push_back(innermost);
  return bytes;
}

TEST(Any, nests_up_to_the_limit_in_both_forms) {
  Buffer deepest = nested_arrays(kMaxAnyDepth - 1, 116);
  deepest.insert(deepest.end(), {1, 7});
  std::string json;
  ASSERT_TRUE(any_to_json(deepest, json));
  EXPECT_TRUE(is_valid_json(json));
  Buffer back;
  EXPECT_TRUE(json_to_any(json, back));

  const Buffer too_deep = nested_arrays(kMaxAnyDepth + 1, 126);
  Decoder decoder{Bytes(too_deep)};
  EXPECT_FALSE(skip_any(decoder));
  EXPECT_FALSE(any_to_json(too_deep, json));
  EXPECT_FALSE(is_valid_json(std::string(kMaxAnyDepth + 1, '[')));
  EXPECT_FALSE(is_valid_json(std::string(100000, '[')));
}

TEST(AnyObject, keeps_the_member_order_of_javascript) {
  EXPECT_EQ(to_json(parsed(R"({"b":1,"10":2,"a":3,"9":4,"-1":5,"01":6,"b":7})")),
            R"({"9":4,"10":2,"b":7,"a":3,"-1":5,"01":6})");
  AnyObject object;
  for (const char* key : {"b", "10", "a", "9", "4294967295", "4294967294", "b"}) {
    object.set(key, Any(key));
  }
  std::string order;
  for (const auto& [key, value] : object.members()) order += key + " ";
  EXPECT_EQ(order, "9 10 4294967294 b a 4294967295 ");
  EXPECT_EQ(*object.find("a")->as_string(), "a");
  EXPECT_EQ(object.find("c"), nullptr);
}

TEST(AnyObject, takes_many_equal_keys_without_quadratic_work) {
  std::string json = "{";
  for (int i = 0; i < 50000; ++i) json += "\"k" + std::to_string(i % 20000) + "\":1,";
  json += "\"end\":2}";
  EXPECT_EQ(parsed(json).as_object()->size(), 20001u);
}

TEST(Json, writes_numbers_as_javascript_does) {
  EXPECT_EQ(number_text(0.0), "0");
  EXPECT_EQ(number_text(-0.0), "0");
  EXPECT_EQ(number_text(-1.5), "-1.5");
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(number_text(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(number_text(1e21), "1e+21");
  EXPECT_EQ(number_text(123456789012345680000.0), "123456789012345680000");
  EXPECT_EQ(number_text(0.000001), "0.000001");
  EXPECT_EQ(number_text(0.0000001), "1e-7");
  EXPECT_EQ(number_text(1.25e-7), "1.25e-7");
  EXPECT_EQ(number_text(5e-324), "5e-324");
  EXPECT_EQ(number_text(2.2250738585072014e-308), "2.2250738585072014e-308");
  EXPECT_EQ(number_text(1.7976931348623157e308), "1.7976931348623157e+308");
  EXPECT_EQ(number_text(9007199254740993.0), "9007199254740992");
  EXPECT_EQ(number_text(9.5367431640625e-7), "9.5367431640625e-7");
  EXPECT_EQ(number_text(646800215168218.25), "646800215168218.2");
  EXPECT_EQ(number_text(2e23), "2e+23");
  EXPECT_EQ(number_text(1e23), "1e+23");
  EXPECT_EQ(number_text(std::nan("")), "null");
  EXPECT_EQ(number_text(-std::numeric_limits<double>::infinity()), "null");
}

TEST(Json, reads_numbers_with_correct_rounding) {
  const auto number = [](std::string_view json) { return *parsed(json).as_number(); };
  EXPECT_EQ(number("9007199254740993"), 9007199254740992.0);
  EXPECT_EQ(number("9007199254740993.0000000000000000000001"), 9007199254740994.0);
  EXPECT_EQ(number("2.2250738585072011e-308"), 2.2250738585072011e-308);
  EXPECT_EQ(number("4.9406564584124654e-324"), 5e-324);
  EXPECT_EQ(number("2.4703282292062327e-324"), 0.0);
  EXPECT_EQ(number("2.4703282292062328e-324"), 5e-324);
  EXPECT_EQ(number("1.7976931348623158e308"), 1.7976931348623157e308);
  EXPECT_EQ(number("1.7976931348623159e308"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(number("1e400"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(number("1e-99999999999999999999"), 0.0);
  EXPECT_EQ(number("0e99999999999999999999"), 0.0);
  EXPECT_TRUE(std::signbit(number("-0")));
  EXPECT_EQ(number("0." + std::string(400, '0') + "1e401"), 1.0);
  EXPECT_EQ(number("1" + std::string(400, '0') + "e-400"), 1.0);
  EXPECT_EQ(number("1e23"), 1e23);
}

TEST(Json, reads_back_any_double_that_it_wrote) {
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    Random random(seed);
    const double value = std::bit_cast<double>(random.next());
    if (value - value != 0) continue;
    const std::string text = number_text(value);
    ASSERT_EQ(*parsed(text).as_number(), value) << "seed " << seed << ": " << text;
  }
}

TEST(Json, escapes_strings_as_javascript_does) {
  const std::string text = "\"\\/\b\f\n\r\t\x01\x1f\x7f\xC3\xA9\xF0\x9F\x98\x80";
  const std::string json = "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xC3\xA9\xF0\x9F\x98\x80\"";
  EXPECT_EQ(to_json(Any(text)), json);
  EXPECT_EQ(*parsed(json).as_string(), text);
  EXPECT_EQ(*parsed(R"("\ud83d\ude00\u0041\ud83dx\ude00\/")").as_string(),
            "\xF0\x9F\x98\x80"
            "A\xEF\xBF\xBDx\xEF\xBF\xBD/");
}

TEST(Json, drops_what_it_cannot_say) {
  AnyObject object;
  object.set("a", Any());
  object.set("b", Any(AnyArray{Any(), Any(std::nan(""))}));
  object.set("c", Any(Buffer{7, 255}));
  object.set("d", Any(int64_t{-9007199254740993}));
  EXPECT_EQ(to_json(Any(object)), R"({"b":[null,null],"c":{"0":7,"1":255},"d":-9007199254740993})");
  EXPECT_EQ(to_json(Any()), "null");
}

TEST(Json, accepts_and_refuses_what_json_parse_does) {
  for (const std::string_view good :
       {"null", " true ", "\t[\n1 , 2\r]", "{}", "[]", R"({"a":{"":[]}})", "-0.0E+1", "0", "1e5",
        "\"\"", "\"\x7f\"", R"("\u0000")", R"({"a":1,"a":2})"}) {
    EXPECT_TRUE(is_valid_json(good)) << good;
  }
  for (const std::string_view bad : {"",
                                     " ",
                                     "nul",
                                     "True",
                                     "01",
                                     "1.",
                                     ".5",
                                     "+1",
                                     "-",
                                     "1e",
                                     "0x1",
                                     "[1,]",
                                     "[,1]",
                                     "{,}",
                                     R"({"a"})",
                                     R"({"a":})",
                                     R"({a:1})",
                                     R"({"a":1,})",
                                     "'a'",
                                     "\"a",
                                     "\"\n\"",
                                     R"("\x41")",
                                     R"("\u12g4")",
                                     R"("\)",
                                     "\"\\u12",
                                     "1 2",
                                     "[1",
                                     "{\"a\":1",
                                     "NaN",
                                     "undefined",
                                     "\xEF\xBB\xBF\x31",
                                     "\xA0\x31",
                                     "\"\xFF\"",
                                     "[]]",
                                     "/**/1"}) {
    EXPECT_FALSE(is_valid_json(bad)) << bad;
    EXPECT_FALSE(parse_json(bad).has_value()) << bad;
  }
}

TEST(Json, converts_to_any_bytes_and_back) {
  for (const std::string_view json : {"null", "true", "12", R"("x")", R"({"2":[1,"a"],"k":{}})"}) {
    Buffer bytes;
    ASSERT_TRUE(json_to_any(json, bytes));
    std::string back;
    ASSERT_TRUE(any_to_json(bytes, back));
    EXPECT_EQ(back, json);
  }
  Buffer untouched = {1};
  EXPECT_FALSE(json_to_any("{", untouched));
  EXPECT_EQ(untouched, Buffer{1});
}

TEST(EqualFlat, compares_as_yjs_compares_format_values) {
  EXPECT_TRUE(equal_flat(Any(1.0), Any(1.0)));
  EXPECT_FALSE(equal_flat(Any(1.0), Any("1")));
  EXPECT_TRUE(equal_flat(Any(0.0), Any(-0.0)));
  EXPECT_FALSE(equal_flat(Any(std::nan("")), Any(std::nan(""))));
  EXPECT_FALSE(equal_flat(Any(Null{}), Any()));
  EXPECT_TRUE(equal_flat(parsed(R"({"a":1,"b":"x"})"), parsed(R"({"b":"x","a":1})")));
  EXPECT_FALSE(equal_flat(parsed(R"({"a":1})"), parsed(R"({"a":1,"b":2})")));
  EXPECT_FALSE(equal_flat(parsed(R"({"a":1})"), parsed(R"({"b":1})")));
  EXPECT_FALSE(equal_flat(parsed(R"({"a":{}})"), parsed(R"({"a":{}})")));
  EXPECT_FALSE(equal_flat(parsed("[[1]]"), parsed("[[1]]")));
  EXPECT_TRUE(equal_flat(parsed("[1,2]"), parsed("[1,2]")));
  EXPECT_TRUE(equal_flat(parsed("[1]"), parsed(R"({"0":1})")));
  EXPECT_TRUE(equal_flat(Any(Buffer{1}), parsed("[1]")));
  EXPECT_FALSE(equal_flat(Any(Null{}), parsed("{}")));
}

}  // namespace
}  // namespace tidemark::crdt
