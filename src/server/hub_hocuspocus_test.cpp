#include "server/hub_fixture.h"
#include "sync/awareness.h"
#include "sync/golden.h"

namespace tidemark::server {
namespace {

namespace hocuspocus = sync::hocuspocus;
using sync::SyncStep;

class HubHocuspocus : public HubTest {
 protected:
  void join(ConnectionId id, std::string_view address = "doc", Peer peer = {}) {
    open_h(id, std::move(peer));
    token(id, address);
    commit();
    take(id);
  }
};

TEST_F(HubHocuspocus, talks_to_a_writer_as_the_reference_does) {
  open_h(1);
  for (const auto* name : {"h_writer_says_0", "h_writer_says_1", "h_writer_says_2"}) {
    say(1, golden::frame(name));
    commit();
  }
  // The reference also echoes the update to the one who wrote it.
  const Frames expected = {golden::frame("h_writer_hears_0"), golden::frame("h_writer_hears_1"),
                           golden::frame("h_writer_hears_2"), golden::frame("h_writer_hears_3")};
  EXPECT_EQ(take(1), expected);
  EXPECT_EQ(stored_text(), "hi");
}

TEST_F(HubHocuspocus, talks_to_a_reader_as_the_reference_does) {
  open_h(1, {"::1", Grant::reading()});
  for (const auto* name : {"h_reader_says_0", "h_reader_says_1", "h_reader_says_2"}) {
    say(1, golden::frame(name));
    commit();
  }
  const Frames expected = {golden::frame("h_reader_hears_0"), golden::frame("h_reader_hears_1"),
                           golden::frame("h_reader_hears_2")};
  EXPECT_EQ(take(1), expected);
  EXPECT_EQ(store.appends, 0u);
}

TEST_F(HubHocuspocus, calls_a_readers_first_exchange_kept_if_it_tells_nothing_new) {
  open_y(9, "doc2");
  update(9, golden::frame("update"));
  commit();
  open_h(1, {"::1", Grant::reading()});
  say(1, golden::frame("h_reader_says_0"));
  say(1, golden::frame("h_reader_says_1"));
  commit();
  EXPECT_EQ(take(1).back(), hocuspocus::sync_status_frame("doc2", true));
}

TEST_F(HubHocuspocus, denies_as_the_reference_does) {
  open_h(1, {"::1", Grant{}});
  say(1, golden::frame("h_denied_says_0"));
  commit();
  EXPECT_EQ(take(1), Frames{golden::frame("h_denied_hears_0")});
  EXPECT_TRUE(closed.empty());
}

TEST_F(HubHocuspocus, answers_the_address_with_its_session) {
  open_h(1);
  say(1, golden::frame("h_session_says_0"));
  say(1, golden::frame("h_session_says_1"));
  commit();
  const Frames expected = {golden::frame("h_session_hears_0"), golden::frame("h_session_hears_1"),
                           golden::frame("h_session_hears_2")};
  EXPECT_EQ(take(1), expected);
}

TEST_F(HubHocuspocus, acknowledges_only_after_the_commit) {
  join(1);
  update(1, edit(1, "a"), "doc");
  update(1, edit(2, "b"), "doc");
  settle();
  EXPECT_TRUE(take(1).empty());
  commit();
  const Buffer kept = hocuspocus::sync_status_frame("doc", true);
  EXPECT_EQ(take(1), (Frames{kept, kept}));
  EXPECT_EQ(store.appends, 1u);
}

TEST_F(HubHocuspocus, says_what_was_not_kept_and_closes_the_socket) {
  join(1);
  store.fails_appends = true;
  update(1, edit(1, "a"), "doc");
  commit();
  EXPECT_EQ(take(1), Frames{hocuspocus::sync_status_frame("doc", false)});
  EXPECT_EQ(closed[1], CloseReason::kStorageUnavailable);
  EXPECT_EQ(hub->counters().append_failures, 1u);
}

TEST_F(HubHocuspocus, carries_many_documents_on_one_socket) {
  join(1, "a");
  token(1, "b");
  const std::string with_session("b\0s2", 4);
  token(1, with_session);
  commit();
  take(1);
  open_y(2, "b");
  update(2, edit(1, "x"));
  commit();
  const Buffer written = edit(1, "x");
  EXPECT_EQ(take(1), (Frames{hocuspocus::sync_frame("b", SyncStep::kUpdate, written),
                             hocuspocus::sync_frame(with_session, SyncStep::kUpdate, written)}));
  EXPECT_EQ(hub->counters().sessions, 4u);
}

TEST_F(HubHocuspocus, keeps_what_is_said_before_the_token_and_hears_it_then) {
  open_h(1);
  step1(1, "doc");
  update(1, edit(1, "a"), "doc");
  commit();
  EXPECT_TRUE(take(1).empty());
  EXPECT_EQ(store.appends, 0u);
  token(1);
  commit();
  const Frames frames = take(1);
  ASSERT_EQ(frames.size(), 4u);
  EXPECT_EQ(frames[0], hocuspocus::authenticated_frame("doc", true));
  EXPECT_EQ(frames[3], hocuspocus::sync_status_frame("doc", true));
  EXPECT_EQ(stored_text(), "a");
}

TEST_F(HubHocuspocus, bounds_what_waits_for_a_token) {
  limits.max_unauthenticated_bytes = 100;
  limits.max_unauthenticated_messages = 5;
  limits.max_unauthenticated_documents = 3;
  start();
  open_h(1);
  for (int i = 0; i < 6; ++i) say(1, hocuspocus::query_awareness_frame("doc"));
  open_h(2);
  say(2, hocuspocus::stateless_frame("doc", std::string(100, 'x')));
  open_h(3);
  for (const auto* name : {"a", "b", "c", "d"}) say(3, hocuspocus::query_awareness_frame(name));
  commit();
  for (ConnectionId id = 1; id <= 3; ++id) EXPECT_EQ(closed[id], CloseReason::kReset) << id;
}

TEST_F(HubHocuspocus, waits_for_a_token_only_so_long) {
  open_h(1);
  tick(5'000);
  say(1, hocuspocus::query_awareness_frame("doc"));
  tick(4'999);
  EXPECT_TRUE(closed.empty());
  tick(1);
  EXPECT_EQ(closed[1], CloseReason::kAuthDeadline);
  open_h(2);
  token(2);
  tick(20'000);
  EXPECT_FALSE(closed.contains(2));
}

TEST_F(HubHocuspocus, ends_only_the_document_that_was_spoken_to_badly) {
  join(1, "a");
  token(1, "b");
  commit();
  take(1);
  const Buffer garbage = {1, 2, 3};
  update(1, garbage, "a");
  commit();
  const Frames frames = take(1);
  ASSERT_EQ(frames.size(), 1u);
  const auto read = hocuspocus::read_frame(frames[0]);
  EXPECT_TRUE(std::holds_alternative<hocuspocus::Close>(read->message));
  EXPECT_EQ(read->address.full, "a");
  update(1, edit(1, "x"), "b");
  commit();
  EXPECT_EQ(take(1).size(), 1u);
  EXPECT_TRUE(closed.empty());
  // A frame whose body is broken is no different.
  Buffer cut = hocuspocus::sync_frame("b", SyncStep::kUpdate, edit(2, "y"));
  cut.pop_back();
  say(1, cut);
  EXPECT_EQ(hub->counters().sessions, 0u);
  say(1, {});
  commit();
  EXPECT_EQ(closed[1], CloseReason::kMalformed);
}

TEST_F(HubHocuspocus, denies_a_damaged_document_but_not_its_neighbours) {
  store.damaged.insert("doc");
  open_h(1);
  token(1);
  token(1, "fine");
  commit();
  const Frames frames = take(1);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_TRUE(
      std::holds_alternative<hocuspocus::Denied>(hocuspocus::read_frame(frames[0])->message));
  EXPECT_EQ(frames[1], hocuspocus::authenticated_frame("fine", true));
  EXPECT_TRUE(closed.empty());
}

TEST_F(HubHocuspocus, names_the_damaged_document_in_the_log_and_no_file_to_the_peer) {
  store.damaged.insert("doc");
  open_h(1);
  token(1);
  commit();
  EXPECT_EQ(take(1)[0], hocuspocus::denied_frame(
                            "doc", "corrupt: what is stored does not load and is left as it is"));
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].detail, "corrupt: loading \"doc\": a page is torn");
}

TEST_F(HubHocuspocus, notes_the_end_of_a_document_over_what_was_said) {
  open_h(1, {.address = "192.0.2.7"});
  token(1);
  update(1, Buffer{1, 2, 3}, "doc");
  commit();
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].reason, CloseReason::kMalformed);
}

TEST_F(HubHocuspocus, asks_a_client_that_may_be_hidden_for_its_state) {
  open_h(1);
  token(1);
  commit();
  heard.clear();
  const auto state = [](uint64_t clock, std::string_view json) {
    const sync::AwarenessEntry entries[] = {{7, clock, json}};
    return hocuspocus::awareness_frame("doc", sync::write_awareness(entries));
  };
  say(1, state(2, "{}"));
  commit();
  EXPECT_EQ(take(1),
            (Frames{state(2, "null"), hocuspocus::query_awareness_frame("doc"), state(2, "{}")}));
}

TEST_F(HubHocuspocus, admits_a_peer_with_its_first_document) {
  store.damaged.insert("bad");
  open_h(1);
  token(1, "bad");
  commit();
  EXPECT_TRUE(admitted.empty());
  token(1);
  token(1, "another");
  commit();
  EXPECT_EQ(admitted, std::vector<ConnectionId>{1});
}

TEST_F(HubHocuspocus, closes_the_socket_when_the_store_is_away_so_that_clients_come_back) {
  store.busy.insert("doc");
  open_h(1);
  token(1);
  commit();
  EXPECT_EQ(closed[1], CloseReason::kStorageUnavailable);
}

TEST_F(HubHocuspocus, answers_pings_and_leaves_and_returns) {
  join(1);
  say(1, hocuspocus::ping_frame());
  commit();
  EXPECT_EQ(take(1), Frames{hocuspocus::pong_frame()});
  say(1, golden::frame("h_client_5"));
  commit();
  EXPECT_TRUE(take(1).empty());
  EXPECT_EQ(hub->counters().sessions, 0u);
  token(1);
  commit();
  EXPECT_EQ(take(1), Frames{hocuspocus::authenticated_frame("doc", true)});
}

TEST_F(HubHocuspocus, relays_no_stateless_messages_and_ends_who_plays_server) {
  join(1);
  join(2);
  say(1, hocuspocus::stateless_frame("doc", "hello"));
  commit();
  EXPECT_TRUE(take(2).empty());
  Buffer broadcast = hocuspocus::stateless_frame("doc", "hello");
  broadcast[4] = 6;
  say(1, broadcast);
  commit();
  EXPECT_EQ(take(1).size(), 1u);
  EXPECT_TRUE(take(2).empty());
  EXPECT_EQ(hub->counters().sessions, 1u);
}

TEST_F(HubHocuspocus, asks_for_no_step_in_return_for_a_reply) {
  join(1);
  Buffer reply = hocuspocus::sync_frame("doc", SyncStep::kStep1, Buffer{0});
  reply[4] = 4;
  say(1, reply);
  commit();
  EXPECT_EQ(take(1).size(), 1u);
}

TEST_F(HubHocuspocus, bounds_documents_names_and_tokens) {
  limits.max_documents_per_connection = 1;
  limits.max_room_name_bytes = 3;
  limits.max_token_bytes = 3;
  start();
  open_h(1);
  say(1, hocuspocus::token_frame("abc", "long", ""));
  token(1, "abcd");
  token(1, "");
  token(1, "abc");
  token(1, "b");
  commit();
  const Frames frames = take(1);
  ASSERT_EQ(frames.size(), 5u);
  for (const size_t i : {0u, 1u, 2u, 4u}) {
    const auto read = hocuspocus::read_frame(frames[i]);
    EXPECT_TRUE(std::holds_alternative<hocuspocus::Denied>(read->message)) << i;
  }
  EXPECT_EQ(frames[3], hocuspocus::authenticated_frame("abc", true));
}

TEST_F(HubHocuspocus, closes_who_asks_much_and_reads_nothing) {
  limits.queue_soft_bytes = 100;
  limits.queue_hard_bytes = 500;
  drains = false;
  start();
  join(1);
  for (uint64_t client = 1; client <= 2'000 && !closed.contains(1); ++client) {
    update(1, edit(client, "x"), "doc");
    commit();
    EXPECT_LT(hub->counters().queued_bytes, 700u);
  }
  EXPECT_EQ(closed[1], CloseReason::kSlowReader);
}

TEST_F(HubHocuspocus, survives_every_cut_and_flipped_bit_of_what_clients_say) {
  for (const golden::Frame& known : golden::kFrames) {
    const Buffer whole = golden::from_hex(known.hex);
    for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
      Buffer flipped = whole;
      flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ 1 << bit % 8);
      const ConnectionId id = next_id++;
      bit % 2 == 0 ? open_h(id) : open_y(id);
      token(id);
      say(id, flipped);
      say(id, Buffer(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(bit / 8)));
      commit();
      hub->closed(id, now);
      commit();
    }
  }
  EXPECT_TRUE(hub->counters().is_storage_healthy);
}

}  // namespace
}  // namespace tidemark::server
