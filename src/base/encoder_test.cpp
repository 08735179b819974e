#include "base/encoder.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "base/utf.h"

namespace tidemark {
namespace {

size_t sequence_size(char first) {
  const auto byte = static_cast<uint8_t>(first);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

TEST(Encoder, writes_varuints_as_lib0_does) {
  Encoder encoder;
  for (const uint64_t value : {uint64_t{0}, uint64_t{127}, uint64_t{128}, kMaxSafeInteger}) {
    encoder.write_varuint(value);
  }
  EXPECT_EQ(to_hex(encoder.bytes()), "007f8001ffffffffffffff0f");
}

TEST(Encoder, tells_minus_zero_from_zero) {
  Encoder encoder;
  encoder.write_varint(SignedInt{0, true});
  encoder.write_varint(int64_t{-64});
  EXPECT_EQ(to_hex(encoder.bytes()), "40c001");
  Decoder decoder(encoder.bytes());
  EXPECT_TRUE(decoder.read_varint().is_negative);
  EXPECT_EQ(decoder.read_varint().value(), -64);
}

TEST(Decoder, reads_back_what_was_written) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    Encoder encoder;
    const uint64_t unsigned_value = random.next() >> (11 + random.below(53));
    const int64_t signed_value = static_cast<int64_t>(random.next() >> (11 + random.below(53))) *
                                 (random.one_in(2) ? 1 : -1);
    encoder.write_varuint(unsigned_value);
    encoder.write_varint(signed_value);
    Decoder decoder(encoder.bytes());
    EXPECT_EQ(decoder.read_varuint(), unsigned_value);
    EXPECT_EQ(decoder.read_varint().value(), signed_value);
    EXPECT_TRUE(decoder.ok() && decoder.at_end());
  }
}

TEST(Decoder, fails_for_good_at_the_first_bad_read) {
  const Buffer bytes = {0x80, 0x80};
  Decoder decoder{Bytes(bytes)};
  EXPECT_EQ(decoder.read_varuint(), 0u);
  EXPECT_FALSE(decoder.ok());
  EXPECT_EQ(decoder.read_byte(), 0);
}

TEST(Decoder, refuses_integers_above_the_safe_range) {
  const Buffer bytes = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10};
  Decoder decoder{Bytes(bytes)};
  decoder.read_varuint();
  EXPECT_FALSE(decoder.ok());
}

TEST(Decoder, refuses_a_count_that_the_input_cannot_hold) {
  const Buffer bytes = {0x05, 1, 2, 3, 4};
  Decoder decoder{Bytes(bytes)};
  EXPECT_EQ(decoder.read_count(1), 0u);
  EXPECT_FALSE(decoder.ok());
}

TEST(Utf, refuses_what_a_fatal_text_decoder_refuses) {
  for (const std::string_view bad :
       {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"}) {
    EXPECT_FALSE(is_valid_utf8(bad));
  }
  EXPECT_TRUE(
      is_valid_utf8("\xEF\xBB\xBF"
                    "a\xC3\xA9\xF0\x9F\x98\x80"));
}

TEST(Utf, counts_and_cuts_in_utf16_units) {
  const std::string text =
      "a\xF0\x9F\x98\x80"
      "b";
  EXPECT_EQ(utf16_length(text), 4u);
  EXPECT_EQ(cut_utf16(text, 3).bytes, 5u);
  EXPECT_TRUE(cut_utf16(text, 2).is_inside_pair);
  EXPECT_EQ(cut_utf16(text, 2).bytes, 1u);
}

TEST(Utf, cuts_long_text_at_every_unit_from_either_end) {
  std::string text;
  size_t units = 0;
  const std::string_view pieces[] = {"a", "é", "€", "\xF0\x9F\x98\x80"};
  Random random(3);
  while (units < 300) {
    const std::string_view piece = pieces[random.below(4)];
    text += piece;
    units += piece.size() == 4 ? 2 : 1;
  }
  units = utf16_length(text);
  size_t bytes = 0;
  for (size_t unit = 0; unit <= units; ++unit) {
    const bool is_pair = bytes < text.size() && static_cast<uint8_t>(text[bytes]) >= 0xF0;
    for (const Utf16Cut cut : {cut_utf16(text, unit), cut_utf16_from_end(text, units - unit)}) {
      EXPECT_EQ(cut.bytes, bytes) << unit;
      EXPECT_FALSE(cut.is_inside_pair) << unit;
    }
    if (is_pair) {
      ++unit;
      for (const Utf16Cut cut : {cut_utf16(text, unit), cut_utf16_from_end(text, units - unit)}) {
        EXPECT_EQ(cut.bytes, bytes) << unit;
        EXPECT_TRUE(cut.is_inside_pair) << unit;
      }
    }
    bytes += bytes < text.size() ? sequence_size(text[bytes]) : 0;
  }
}

}  // namespace
}  // namespace tidemark
