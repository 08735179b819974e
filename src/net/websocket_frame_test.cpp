// The cases follow the groups of the Autobahn test suite: framing, pings, reserved bits, opcodes,
// fragmentation, UTF-8, closing, limits.
#include "net/websocket_frame.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "net/peer_for_tests.h"

namespace tidemark::net {
namespace {

constexpr FrameReader::Limits kLimits = {.max_message_bytes = 1 << 20, .max_fragments = 1000};

struct Heard {
  std::vector<Incoming> said;
  std::optional<Farewell> violation;
  uint16_t code() const { return violation ? violation->code : uint16_t{0}; }
  std::string text(size_t i) const { return std::string(as_text(said.at(i).payload)); }
};

// All at once, and byte by byte: the result may not depend on how the bytes arrive.
Heard read(Bytes wire, FrameReader::Limits limits = kLimits) {
  Heard whole;
  FrameReader reader(limits);
  whole.violation = reader.receive(wire, whole.said);
  Heard pieces;
  FrameReader slow(limits);
  for (size_t i = 0; i < wire.size() && !pieces.violation; ++i) {
    pieces.violation = slow.receive(wire.subspan(i, 1), pieces.said);
  }
  EXPECT_EQ(whole.violation, pieces.violation);
  EXPECT_EQ(whole.said.size(), pieces.said.size());
  for (size_t i = 0; i < std::min(whole.said.size(), pieces.said.size()); ++i) {
    EXPECT_EQ(whole.said[i].opcode, pieces.said[i].opcode);
    EXPECT_EQ(whole.said[i].payload, pieces.said[i].payload);
    EXPECT_EQ(whole.said[i].farewell, pieces.said[i].farewell);
  }
  return whole;
}

Buffer joined(std::initializer_list<Buffer> frames) {
  Buffer all;
  for (const Buffer& frame : frames) append(all, frame);
  return all;
}

std::string close_payload(uint16_t code, std::string_view reason = "") {
  std::string text = {static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return text.append(reason);
}

TEST(WebSocketFraming, carries_text_and_binary_of_every_length_class) {
  for (const size_t size :
       std::initializer_list<size_t>{0, 1, 125, 126, 127, 128, 65535, 65536, 1 << 20}) {
    for (const uint8_t first : std::initializer_list<uint8_t>{0x81, 0x82}) {
      const std::string payload(size, '*');
      const Heard heard = read(masked_frame(first, payload));
      ASSERT_EQ(heard.said.size(), 1u) << size;
      EXPECT_EQ(heard.said[0].opcode, first == 0x81 ? Opcode::kText : Opcode::kBinary);
      EXPECT_EQ(heard.text(0), payload);
      EXPECT_FALSE(heard.violation);
    }
  }
}

TEST(WebSocketFraming, writes_the_shortest_head) {
  EXPECT_EQ(to_hex(frame_head(Opcode::kBinary, 0).view()), "8200");
  EXPECT_EQ(to_hex(frame_head(Opcode::kText, 125).view()), "817d");
  EXPECT_EQ(to_hex(frame_head(Opcode::kBinary, 126).view()), "827e007e");
  EXPECT_EQ(to_hex(frame_head(Opcode::kBinary, 65535).view()), "827effff");
  EXPECT_EQ(to_hex(frame_head(Opcode::kBinary, 65536).view()), "827f0000000000010000");
}

TEST(WebSocketFraming, reads_the_masked_example_of_the_rfc) {
  const Buffer wire = {0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58};
  const Heard heard = read(wire);
  ASSERT_EQ(heard.said.size(), 1u);
  EXPECT_EQ(heard.text(0), "Hello");
}

TEST(WebSocketFraming, masks_the_same_from_every_phase) {
  const uint64_t seed = 7;
  Random random(seed);
  Buffer plain(301);
  for (uint8_t& byte : plain) byte = static_cast<uint8_t>(random.next());
  for (size_t cut = 0; cut < 40; ++cut) {
    Buffer bytes = plain;
    apply_mask(bytes.data(), cut, kTestKey, 0);
    apply_mask(bytes.data() + cut, bytes.size() - cut, kTestKey, cut);
    for (size_t i = 0; i < bytes.size(); ++i) {
      ASSERT_EQ(bytes[i], plain[i] ^ kTestKey[i % 4]) << cut << " " << i;
    }
  }
}

TEST(WebSocketFraming, refuses_frames_without_a_mask) {
  const Buffer wire = {0x81, 0x05, 'H', 'e', 'l', 'l', 'o'};
  EXPECT_EQ(read(wire).code(), kCloseProtocolError);
}

TEST(WebSocketFraming, refuses_lengths_that_are_not_shortest) {
  EXPECT_EQ(read(Buffer{0x82, 0xFE, 0, 125, 0, 0, 0, 0}).code(), kCloseProtocolError);
  EXPECT_EQ(read(Buffer{0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0}).code(),
            kCloseProtocolError);
  EXPECT_EQ(read(Buffer{0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}).code(),
            kCloseProtocolError);
}

TEST(WebSocketPings, come_through_with_their_payload) {
  for (const size_t size : std::initializer_list<size_t>{0, 8, 125}) {
    const std::string payload(size, '\xfe');
    const Heard heard = read(masked_frame(0x89, payload));
    ASSERT_EQ(heard.said.size(), 1u);
    EXPECT_EQ(heard.said[0].opcode, Opcode::kPing);
    EXPECT_EQ(heard.text(0), payload);
  }
}

TEST(WebSocketPings, longer_than_125_bytes_are_refused_by_their_head) {
  EXPECT_EQ(read(Buffer{0x89, 0xFE}).code(), kCloseProtocolError);
}

TEST(WebSocketPings, an_unasked_pong_is_heard_and_harmless) {
  const Heard heard = read(joined({masked_frame(0x8A, "x"), masked_frame(0x89, "y")}));
  ASSERT_EQ(heard.said.size(), 2u);
  EXPECT_EQ(heard.said[0].opcode, Opcode::kPong);
}

TEST(WebSocketReservedBits, are_refused_one_by_one_and_together) {
  for (unsigned bits = 1; bits <= 7; ++bits) {
    for (const uint8_t opcode : std::initializer_list<uint8_t>{1, 2, 8, 9, 10}) {
      const uint8_t first = static_cast<uint8_t>(0x80 | bits << 4 | opcode);
      const Heard heard = read(joined({masked_frame(0x81, "before"), masked_frame(first, "x")}));
      EXPECT_EQ(heard.code(), kCloseProtocolError);
      EXPECT_EQ(heard.said.size(), 1u);
    }
  }
}

TEST(WebSocketOpcodes, unknown_ones_are_refused) {
  for (const uint8_t opcode : std::initializer_list<uint8_t>{3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    EXPECT_EQ(read(masked_frame(static_cast<uint8_t>(0x80 | opcode), "")).code(),
              kCloseProtocolError);
  }
}

TEST(WebSocketFragmentation, joins_a_message_and_lets_pings_pass_between) {
  const Heard heard = read(
      joined({masked_frame(0x01, "one "), masked_frame(0x89, "ping"), masked_frame(0x00, "two "),
              masked_frame(0x89, "pong"), masked_frame(0x00, ""), masked_frame(0x80, "three")}));
  ASSERT_EQ(heard.said.size(), 3u);
  EXPECT_EQ(heard.text(0), "ping");
  EXPECT_EQ(heard.text(1), "pong");
  EXPECT_EQ(heard.text(2), "one two three");
  EXPECT_EQ(heard.said[2].opcode, Opcode::kText);
}

TEST(WebSocketFragmentation, control_frames_are_never_split) {
  EXPECT_EQ(read(masked_frame(0x09, "x")).code(), kCloseProtocolError);
  EXPECT_EQ(read(masked_frame(0x0A, "x")).code(), kCloseProtocolError);
  EXPECT_EQ(read(masked_frame(0x08, "")).code(), kCloseProtocolError);
}

TEST(WebSocketFragmentation, a_continuation_needs_a_beginning) {
  EXPECT_EQ(read(masked_frame(0x80, "x")).code(), kCloseProtocolError);
  EXPECT_EQ(read(masked_frame(0x00, "x")).code(), kCloseProtocolError);
  EXPECT_EQ(read(joined({masked_frame(0x81, "x"), masked_frame(0x80, "y")})).code(),
            kCloseProtocolError);
}

TEST(WebSocketFragmentation, a_message_may_not_begin_inside_another) {
  EXPECT_EQ(read(joined({masked_frame(0x01, "x"), masked_frame(0x81, "y")})).code(),
            kCloseProtocolError);
  EXPECT_EQ(read(joined({masked_frame(0x02, "x"), masked_frame(0x01, "y")})).code(),
            kCloseProtocolError);
}

TEST(WebSocketUtf8, passes_valid_text_however_it_is_cut) {
  const std::string text =
      "Hello-\xC2\xB5@\xC3\x9F\xC3\xB6\xE2\x82\xAC\xF0\x9D\x84\x9E\xF4\x8F\xBF\xBF";
  EXPECT_EQ(read(masked_frame(0x81, text)).text(0), text);
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    const Heard heard = read(
        joined({masked_frame(0x01, text.substr(0, cut)), masked_frame(0x80, text.substr(cut))}));
    ASSERT_EQ(heard.said.size(), 1u) << cut;
    EXPECT_EQ(heard.text(0), text);
  }
}

TEST(WebSocketUtf8, refuses_what_is_not_utf8) {
  for (const std::string_view bad :
       {"\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xF0\x80\x80\xAF", "\xED\xA0\x80", "\xED\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xFE", "\xFF", "\xC2", "\xE2\x82",
        "\xF0\x9D\x84", "ok\xCE\xBA\xE1\xBD\xB9\xED\xA0\x80"}) {
    EXPECT_EQ(read(masked_frame(0x81, bad)).code(), kCloseInvalidText) << to_hex(as_bytes(bad));
  }
}

TEST(WebSocketUtf8, refuses_the_first_wrong_byte_without_waiting_for_the_rest) {
  FrameReader reader(kLimits);
  std::vector<Incoming> said;
  Buffer frame = masked_frame(0x81, "\xF4\x90 and a long rest");
  frame.resize(8);
  const auto violation = reader.receive(frame, said);
  ASSERT_TRUE(violation);
  EXPECT_EQ(violation->code, kCloseInvalidText);
}

TEST(WebSocketUtf8, does_not_look_at_binary_messages) {
  EXPECT_EQ(read(masked_frame(0x82, "\xFF\xFE")).said.size(), 1u);
}

TEST(WebSocketClosing, reads_code_and_reason) {
  const Heard empty = read(masked_frame(0x88, ""));
  ASSERT_EQ(empty.said.size(), 1u);
  EXPECT_EQ(empty.said[0].farewell, (Farewell{kCloseNoCode, ""}));
  const Heard full = read(masked_frame(0x88, close_payload(1000, "bye \xE2\x82\xAC")));
  ASSERT_EQ(full.said.size(), 1u);
  EXPECT_EQ(full.said[0].farewell, (Farewell{1000, "bye \xE2\x82\xAC"}));
}

TEST(WebSocketClosing, ignores_everything_after_a_close) {
  const Heard heard = read(joined({masked_frame(0x88, ""), masked_frame(0x89, ""), {1, 2, 3}}));
  EXPECT_EQ(heard.said.size(), 1u);
  EXPECT_FALSE(heard.violation);
}

TEST(WebSocketClosing, refuses_half_a_code_and_reasons_that_are_too_long_or_not_utf8) {
  EXPECT_EQ(read(masked_frame(0x88, "\x03")).code(), kCloseProtocolError);
  EXPECT_EQ(read(masked_frame(0x88, close_payload(1000, std::string(124, '*')))).code(),
            kCloseProtocolError);
  EXPECT_EQ(read(masked_frame(0x88, close_payload(1000, std::string(123, '*')))).code(), 0);
  EXPECT_EQ(read(masked_frame(0x88, close_payload(1000, "\xED\xA0\x80"))).code(),
            kCloseInvalidText);
}

TEST(WebSocketClosing, knows_which_codes_may_be_sent) {
  for (const uint16_t code :
       std::initializer_list<uint16_t>{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012,
                                       1013, 1014, 3000, 3999, 4000, 4999}) {
    EXPECT_EQ(read(masked_frame(0x88, close_payload(code))).code(), 0) << code;
  }
  for (const uint16_t code : std::initializer_list<uint16_t>{0, 999, 1004, 1005, 1006, 1015, 1016,
                                                             1100, 2000, 2999, 5000, 65535}) {
    EXPECT_EQ(read(masked_frame(0x88, close_payload(code))).code(), kCloseProtocolError) << code;
  }
}

TEST(WebSocketClosing, cuts_its_own_reason_between_characters) {
  std::string reason(121, 'x');
  reason += "\xE2\x82\xAC";
  const Buffer frame = close_frame({1001, reason});
  EXPECT_EQ(frame.size(), 2u + 2 + 121);
  EXPECT_EQ(to_hex(Bytes(frame).first(4)), "887b03e9");
  EXPECT_EQ(to_hex(close_frame({})), "8800");
}

TEST(WebSocketLimits, refuse_a_message_by_its_head) {
  const FrameReader::Limits limits = {.max_message_bytes = 1000, .max_fragments = 3};
  // Only the head: no payload follows, and none is awaited.
  EXPECT_EQ(read(Buffer{0x82, 0xFE, 0x03, 0xE9, 0, 0, 0, 0}, limits).code(), kCloseTooBig);
  const Buffer huge = {0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0};
  EXPECT_EQ(read(huge, limits).code(), kCloseTooBig);
  EXPECT_EQ(read(masked_frame(0x82, std::string(1000, 'x')), limits).said.size(), 1u);
}

TEST(WebSocketLimits, may_change_between_frames) {
  FrameReader reader({.max_message_bytes = 100, .max_fragments = 10});
  std::vector<Incoming> heard;
  EXPECT_FALSE(reader.receive(masked_frame(0x02, std::string(80, 'a')), heard));
  reader.limit_messages(200);
  EXPECT_FALSE(reader.receive(masked_frame(0x00, std::string(80, 'b')), heard));
  // Below what is held nothing more is taken.
  reader.limit_messages(100);
  EXPECT_EQ(reader.receive(masked_frame(0x80, "c"), heard)->code, kCloseTooBig);
}

TEST(WebSocketLimits, count_the_fragments_of_a_message_together) {
  const FrameReader::Limits limits = {.max_message_bytes = 1000, .max_fragments = 3};
  const std::string half(500, 'x');
  EXPECT_EQ(read(joined({masked_frame(0x02, half), masked_frame(0x80, half)}), limits).said.size(),
            1u);
  EXPECT_EQ(read(joined({masked_frame(0x02, half), masked_frame(0x80, half + "x")}), limits).code(),
            kCloseTooBig);
  const Buffer more = joined({masked_frame(0x02, ""), masked_frame(0x00, ""),
                              masked_frame(0x00, ""), masked_frame(0x80, "")});
  EXPECT_EQ(read(more, limits).code(), kCloseTooBig);
}

TEST(WebSocketLimits, hold_no_more_than_arrived) {
  FrameReader reader({.max_message_bytes = size_t{1} << 40, .max_fragments = 1});
  std::vector<Incoming> said;
  const Buffer head = {0x82, 0xFF, 0, 0, 0, 0xFF, 0, 0, 0, 0, 1, 2, 3, 4, 5};
  EXPECT_FALSE(reader.receive(head, said));
  EXPECT_EQ(reader.held_bytes(), 1u);
  EXPECT_TRUE(reader.is_midway());
}

}  // namespace
}  // namespace tidemark::net
