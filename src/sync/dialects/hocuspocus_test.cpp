#include "sync/dialects/hocuspocus.h"

#include <gtest/gtest.h>

#include "sync/golden.h"

namespace tidemark::sync::hocuspocus {
namespace {

template <typename T>
T read_as(Bytes bytes, std::string_view address) {
  const auto frame = read_frame(bytes);
  EXPECT_TRUE(frame.has_value());
  EXPECT_EQ(frame->address.full, address);
  EXPECT_TRUE(std::holds_alternative<T>(frame->message));
  return std::get<T>(frame->message);
}

TEST(Hocuspocus, writes_what_the_reference_server_writes) {
  const Buffer nothing = {0};
  const Buffer empty_update = {0, 0};
  EXPECT_EQ(authenticated_frame("doc", true), golden::frame("h_writer_hears_0"));
  EXPECT_EQ(sync_frame("doc", SyncStep::kStep1, nothing), golden::frame("h_writer_hears_1"));
  EXPECT_EQ(sync_frame("doc", SyncStep::kStep2, empty_update), golden::frame("h_writer_hears_2"));
  EXPECT_EQ(sync_status_frame("doc", true), golden::frame("h_writer_hears_3"));
  EXPECT_EQ(authenticated_frame("doc2", false), golden::frame("h_reader_hears_0"));
  EXPECT_EQ(sync_status_frame("doc2", false), golden::frame("h_reader_hears_1"));
  EXPECT_EQ(denied_frame("doc3", "permission-denied"), golden::frame("h_denied_hears_0"));
  const std::string session("doc4\0sid", 8);
  EXPECT_EQ(authenticated_frame(session, true), golden::frame("h_session_hears_0"));
  EXPECT_EQ(close_frame("doc", "why"), golden::frame("h_close"));
  EXPECT_EQ(stateless_frame("doc", "hello"), golden::frame("h_stateless"));
}

TEST(Hocuspocus, reads_what_the_reference_provider_says) {
  const Buffer token = golden::frame("h_client_0");
  EXPECT_EQ(read_as<Token>(token, "doc").token, "tok");
  EXPECT_EQ(read_as<Token>(token, "doc").client_version, "4.8.0");
  EXPECT_EQ(token_frame("doc", "tok", "4.8.0"), token);
  const Buffer step1 = golden::frame("h_client_1");
  EXPECT_EQ(read_as<Sync>(step1, "doc").message.step, SyncStep::kStep1);
  EXPECT_FALSE(read_as<Sync>(step1, "doc").is_reply);
  const Buffer told = golden::frame("h_client_2");
  EXPECT_EQ(awareness_frame("doc", read_as<Awareness>(told, "doc").update), told);
  const Buffer update = golden::frame("h_client_3");
  EXPECT_EQ(read_as<Sync>(update, "doc").message.step, SyncStep::kUpdate);
  const Buffer stateless = golden::frame("h_client_4");
  EXPECT_EQ(read_as<Stateless>(stateless, "doc").payload, "hello");
  const Buffer bye = golden::frame("h_client_5");
  EXPECT_EQ(read_as<Close>(bye, "doc").reason, "");
}

TEST(Hocuspocus, splits_the_session_from_the_document) {
  const Buffer token = golden::frame("h_session_says_0");
  const auto frame = read_frame(token);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->address.document, "doc4");
  EXPECT_EQ(frame->address.session_id, "sid");
}

TEST(Hocuspocus, takes_a_single_byte_for_a_ping_and_a_name_of_nine_letters_for_a_name) {
  EXPECT_TRUE(std::holds_alternative<Ping>(read_frame(ping_frame())->message));
  EXPECT_TRUE(std::holds_alternative<Pong>(read_frame(pong_frame())->message));
  const Buffer named = query_awareness_frame("ninechars");
  EXPECT_EQ(named[0], 9);
  read_as<QueryAwareness>(named, "ninechars");
}

TEST(Hocuspocus, reads_a_token_of_version_3_which_has_no_client_version) {
  Buffer frame = token_frame("doc", "tok", "");
  frame.pop_back();
  EXPECT_EQ(read_as<Token>(frame, "doc").token, "tok");
}

TEST(Hocuspocus, survives_every_cut_and_every_flipped_bit) {
  for (const golden::Frame& known : golden::kFrames) {
    Buffer frame = golden::from_hex(known.hex);
    for (size_t size = 0; size < frame.size(); ++size) read_frame(Bytes(frame).first(size));
    for (size_t bit = 0; bit < frame.size() * 8; ++bit) {
      frame[bit / 8] = static_cast<uint8_t>(frame[bit / 8] ^ 1 << bit % 8);
      const auto read = read_frame(frame);
      if (read) {
        EXPECT_LE(read->address.full.size(), frame.size());
      }
      frame[bit / 8] = static_cast<uint8_t>(frame[bit / 8] ^ 1 << bit % 8);
    }
  }
}

}  // namespace
}  // namespace tidemark::sync::hocuspocus
