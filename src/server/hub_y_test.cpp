#include "server/hub_fixture.h"
#include "sync/awareness.h"
#include "sync/golden.h"

namespace tidemark::server {
namespace {

using sync::SyncStep;

class HubY : public HubTest {
 protected:
  static Buffer presence(uint64_t client, uint64_t clock, std::string_view state) {
    const sync::AwarenessEntry entries[] = {{client, clock, state}};
    return sync::y_awareness_frame(sync::write_awareness(entries));
  }
};

TEST_F(HubY, speaks_first_and_answers_with_the_difference) {
  open_y(1);
  commit();
  EXPECT_EQ(take(1), Frames{golden::frame("y_client_0")});
  say(1, golden::frame("y_client_0"));
  say(1, golden::frame("y_client_1"));
  say(1, golden::frame("y_client_2"));
  commit();
  const Frames frames = take(1);
  EXPECT_EQ(payloads(frames, SyncStep::kStep2), Frames{golden::frame("update")});
  EXPECT_EQ(stored_text(), "hi");
  EXPECT_TRUE(closed.empty());
}

TEST_F(HubY, tells_nobody_before_the_commit) {
  open_y(1);
  open_y(2);
  commit();
  take(2);
  update(1, edit(1, "a"));
  step1(2);
  settle();
  EXPECT_TRUE(take(2).empty());
  EXPECT_EQ(store.appends, 0u);
  commit();
  EXPECT_EQ(store.appends, 1u);
  EXPECT_EQ(text_of(payloads(take(2), SyncStep::kStep2).at(0)), "a");
}

TEST_F(HubY, merges_the_updates_of_a_turn_into_one_row_and_one_shared_frame) {
  for (ConnectionId id = 1; id <= 4; ++id) open_y(id);
  commit();
  shared.clear();
  update(1, edit(1, "a"));
  update(2, edit(2, "b"));
  update(1, edit(3, "c"));
  commit();
  EXPECT_EQ(store.statistics("doc").value()->log_rows, 1u);
  for (ConnectionId id = 1; id <= 4; ++id) {
    ASSERT_EQ(shared[id].size(), 1u);
    EXPECT_EQ(shared[id][0], shared[1][0]);
  }
  EXPECT_EQ(text_of(payloads(take(4), SyncStep::kUpdate).at(0)).size(), 3u);
}

TEST_F(HubY, spares_a_session_the_echo_of_its_own_turn) {
  open_y(1);
  open_y(2);
  commit();
  heard.clear();
  update(1, edit(1, "a"));
  update(1, edit(2, "b"));
  commit();
  EXPECT_TRUE(take(1).empty());
  EXPECT_EQ(take(2).size(), 1u);
}

TEST_F(HubY, appends_nothing_for_updates_without_news) {
  open_y(1);
  const Buffer known = edit(1, "a");
  update(1, known);
  commit();
  const Buffer nothing = {0, 0};
  update(1, nothing);
  say(1, frame({}, SyncStep::kStep2, known));
  commit();
  EXPECT_EQ(store.appends, 1u);
  EXPECT_EQ(hub->counters().updates_empty, 2u);
}

TEST_F(HubY, releases_nothing_of_a_turn_that_could_not_be_stored) {
  open_y(1);
  open_y(2);
  open_y(3, "other");
  commit();
  heard.clear();
  store.fails_appends = true;
  update(1, edit(1, "a"));
  step1(2);
  step1(3, {});
  commit();
  EXPECT_TRUE(take(1).empty());
  EXPECT_TRUE(take(2).empty());
  EXPECT_EQ(take(3).size(), 1u);
  EXPECT_EQ(closed, (std::map<ConnectionId, CloseReason>{{1, CloseReason::kStorageUnavailable},
                                                         {2, CloseReason::kStorageUnavailable}}));
  EXPECT_FALSE(hub->counters().is_storage_healthy);
  EXPECT_EQ(hub->counters().rooms, 1u);

  // The room comes back without what was not stored, and takes it when it can be.
  store.fails_appends = false;
  now = now + 10'000;
  open_y(4);
  step1(4);
  commit();
  EXPECT_EQ(text_of(payloads(take(4), SyncStep::kStep2).at(0)), "");
  update(4, edit(1, "a"));
  commit();
  EXPECT_EQ(stored_text(), "a");
  EXPECT_TRUE(hub->counters().is_storage_healthy);
}

TEST_F(HubY, lets_nobody_in_right_after_a_failed_append) {
  store.fails_appends = true;
  open_y(1);
  update(1, edit(1, "a"));
  commit();
  open_y(2);
  commit();
  EXPECT_EQ(closed[2], CloseReason::kStorageUnavailable);
  now = now + static_cast<int64_t>(limits.storage_retry_ms);
  open_y(3);
  commit();
  EXPECT_FALSE(closed.contains(3));
}

TEST_F(HubY, refuses_a_document_that_does_not_load_and_never_writes_to_it) {
  store.damaged.insert("doc");
  open_y(1);
  update(1, edit(1, "a"));
  commit();
  EXPECT_EQ(closed[1], CloseReason::kDocumentDamaged);
  EXPECT_EQ(store.appends, 0u);
  // Asking again at once costs no second look at the store.
  open_y(2);
  commit();
  EXPECT_EQ(closed[2], CloseReason::kDocumentDamaged);
  EXPECT_EQ(store.loads, 1u);
  store.damaged.clear();
  now = now + 10'000;
  open_y(3);
  commit();
  EXPECT_FALSE(closed.contains(3));
}

TEST_F(HubY, refuses_a_document_whose_rows_do_not_decode) {
  const Buffer garbage = {1, 2, 3};
  const store::Append row = {.document = "doc", .update = garbage};
  ASSERT_TRUE(store.append({&row, 1}));
  open_y(1);
  commit();
  EXPECT_EQ(closed[1], CloseReason::kDocumentDamaged);
  EXPECT_EQ(store.statistics("doc").value()->log_rows, 1u);
}

TEST_F(HubY, tells_peers_what_kind_of_fault_the_store_has_and_the_log_everything) {
  store.damaged.insert("bad");
  open_y(1, "bad");
  open_y(2);
  commit();
  EXPECT_EQ(details[1], "corrupt: what is stored does not load and is left as it is");
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].reason, CloseReason::kDocumentDamaged);
  EXPECT_EQ(notices[0].detail, "corrupt: loading \"bad\": a page is torn");
  notices.clear();

  store.fails_appends = true;
  update(2, edit(2, "b"));
  commit();
  EXPECT_EQ(details[2], "full: the edits could not be stored");
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].reason, CloseReason::kStorageUnavailable);
  EXPECT_EQ(notices[0].detail, "full: appending: the disk is full");
  notices.clear();

  open_y(3);
  commit();
  EXPECT_EQ(details[3], "full: the last append failed");
  EXPECT_TRUE(notices.empty());
}

TEST_F(HubY, notes_who_is_closed_for_what_they_said) {
  open_y(1, "doc", {.address = "192.0.2.7"});
  say(1, {0, 2, 9, 9});
  commit();
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_EQ(notices[0].reason, CloseReason::kMalformed);
  EXPECT_TRUE(notices[0].detail.starts_with("192.0.2.7: ")) << notices[0].detail;
}

TEST_F(HubY, closes_who_sends_garbage_and_stores_none_of_it) {
  open_y(1);
  open_y(2);
  commit();
  heard.clear();
  Buffer broken = edit(1, "hello");
  broken.erase(broken.end() - 2, broken.end());
  update(1, broken);
  commit();
  EXPECT_EQ(closed[1], CloseReason::kMalformed);
  EXPECT_EQ(store.appends, 0u);
  EXPECT_TRUE(take(2).empty());
  say(2, {});
  commit();
  EXPECT_EQ(closed[2], CloseReason::kMalformed);
}

TEST_F(HubY, stores_an_update_without_what_follows_it) {
  open_y(1);
  Buffer longer = edit(1, "a");
  const size_t size = longer.size();
  longer.push_back(9);
  update(1, longer);
  commit();
  EXPECT_EQ(store.statistics("doc").value()->log_bytes, size);
}

TEST_F(HubY, drops_the_edits_of_readers_and_says_so_once) {
  open_y(1, "doc", {"::1", Grant::reading()});
  commit();
  heard.clear();
  update(1, edit(1, "a"));
  update(1, edit(2, "b"));
  commit();
  EXPECT_EQ(take(1).size(), 1u);
  EXPECT_EQ(store.appends, 0u);
  EXPECT_TRUE(closed.empty());
  step1(1);
  commit();
  EXPECT_EQ(payloads(take(1), SyncStep::kStep2).size(), 1u);
}

TEST_F(HubY, refuses_who_may_not_read) {
  open_y(1, "doc", {"::1", Grant{}});
  commit();
  EXPECT_EQ(closed[1], CloseReason::kDenied);
  EXPECT_EQ(store.loads, 0u);
}

TEST_F(HubY, tells_awareness_to_all_and_to_newcomers) {
  open_y(1);
  open_y(2);
  commit();
  heard.clear();
  say(1, presence(7, 1, "{}"));
  say(1, presence(7, 2, R"({"a":1})"));
  commit();
  // A young server asks who is new to it to show itself again. The echo keeps a lone client's
  // connection alive.
  EXPECT_EQ(take(1), (Frames{presence(7, 2, "null"), presence(7, 2, R"({"a":1})")}));
  EXPECT_EQ(take(2), Frames{presence(7, 2, R"({"a":1})")});
  open_y(3);
  commit();
  EXPECT_EQ(take(3).at(1), presence(7, 2, R"({"a":1})"));
  say(3, sync::y_query_awareness_frame());
  commit();
  EXPECT_EQ(take(3), Frames{presence(7, 2, R"({"a":1})")});
}

TEST_F(HubY, asks_newcomers_to_show_themselves_only_while_it_is_young) {
  open_y(1);
  tick(30'000);
  open_y(2);
  commit();
  heard.clear();
  say(2, presence(7, 2, "{}"));
  commit();
  EXPECT_EQ(take(2), Frames{presence(7, 2, "{}")});
}

TEST_F(HubY, asks_everybody_to_show_themselves_to_who_has_come_back) {
  open_y(1);
  open_y(2);
  tick(30'000);
  say(1, presence(7, 2, "{}"));
  say(2, presence(8, 5, "{}"));
  commit();
  hub->closed(2, now);
  commit();
  heard.clear();
  // Its clock has not moved, so that the others would take what it says for old.
  open_y(3);
  say(3, presence(8, 5, "{}"));
  commit();
  EXPECT_EQ(take(1), Frames{presence(7, 2, "null")});
  EXPECT_EQ(take(3).at(1), presence(8, 6, "null"));
  say(1, presence(7, 3, "{}"));
  say(3, presence(8, 7, "{}"));
  commit();
  EXPECT_EQ(take(1), take(3));
}

TEST_F(HubY, says_goodbye_for_who_is_gone) {
  open_y(1);
  open_y(2);
  say(1, presence(7, 1, "{}"));
  commit();
  heard.clear();
  hub->closed(1, now);
  commit();
  EXPECT_EQ(take(2), Frames{presence(7, 2, "null")});
}

TEST_F(HubY, says_goodbye_for_who_is_silent) {
  open_y(1);
  open_y(2);
  say(1, presence(7, 1, "{}"));
  commit();
  heard.clear();
  tick(29'999);
  heard.clear();
  tick(1);
  EXPECT_EQ(take(2).at(0), presence(7, 2, "null"));
}

TEST_F(HubY, breaks_a_long_silence_before_clients_give_up) {
  open_y(1);
  commit();
  heard.clear();
  tick(14'999);
  EXPECT_TRUE(take(1).empty());
  tick(1);
  const Buffer nobody = {1, 1, 0};
  EXPECT_EQ(take(1), Frames{nobody});
  EXPECT_EQ(hub->next_deadline().ms, 30'000);
}

TEST_F(HubY, forgets_an_idle_room_and_loads_it_again) {
  open_y(1);
  update(1, edit(1, "a"));
  commit();
  hub->closed(1, now);
  commit();
  EXPECT_EQ(hub->counters().rooms, 1u);
  tick(30'000);
  EXPECT_EQ(hub->counters().rooms, 0u);
  EXPECT_EQ(hub->next_deadline(), Instant::never());
  open_y(2);
  step1(2);
  commit();
  EXPECT_EQ(text_of(payloads(take(2), SyncStep::kStep2).at(0)), "a");
}

TEST_F(HubY, keeps_a_room_whose_visitors_come_back) {
  open_y(1);
  commit();
  hub->closed(1, now);
  tick(20'000);
  open_y(2);
  commit();
  hub->closed(2, now);
  tick(20'000);
  EXPECT_EQ(hub->counters().rooms, 1u);
  tick(10'000);
  EXPECT_EQ(hub->counters().rooms, 0u);
}

TEST_F(HubY, compacts_a_long_tail_without_changing_the_document) {
  limits.compact_after_rows = 10;
  start();
  open_y(1);
  commit();
  for (uint64_t client = 1; client <= 25; ++client) {
    update(1, edit(client, "x"));
    commit();
  }
  EXPECT_EQ(hub->counters().compactions, 2u);
  const auto statistics = store.statistics("doc").value();
  EXPECT_EQ(statistics->log_rows, 5u);
  EXPECT_EQ(stored_text().size(), 25u);
}

TEST_F(HubY, is_patient_when_compaction_fails) {
  limits.compact_after_rows = 10;
  store.fails_snapshots = true;
  start();
  open_y(1);
  commit();
  for (uint64_t client = 1; client <= 25; ++client) {
    update(1, edit(client, "x"));
    commit();
  }
  EXPECT_EQ(hub->counters().compaction_failures, 2u);
  EXPECT_EQ(stored_text().size(), 25u);
  EXPECT_TRUE(hub->counters().is_storage_healthy);
}

TEST_F(HubY, stops_taking_updates_with_gaps_when_too_many_wait) {
  limits.max_pending_bytes = 64;
  start();
  open_y(1);
  crdt::Doc doc{{.client_id = 5}};
  std::vector<Buffer> edits;
  const auto watch = doc.on_update(
      [&](const crdt::UpdateEvent& event) { edits.push_back(copy_of(event.update)); });
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(doc.text("t").insert(0, "abcdef"));
  for (size_t i = 1; i < edits.size() && !closed.contains(1); ++i) {
    update(1, edits[i]);
    settle();
  }
  EXPECT_EQ(closed[1], CloseReason::kOverLimit);
  // The missing one is still welcome.
  open_y(2);
  update(2, edits[0]);
  commit();
  EXPECT_FALSE(closed.contains(2));
  EXPECT_GE(stored_text().size(), 12u);
}

TEST_F(HubY, refuses_root_types_with_long_names) {
  limits.sync.max_root_name_bytes = 4;
  start();
  open_y(1);
  open_y(2);
  for (const std::string name : {"four", "fives"}) {
    crdt::Doc doc{{.client_id = name.size()}};
    ASSERT_TRUE(doc.text(name).insert(0, "a"));
    update(name.size() == 4 ? 1 : 2, doc.encode_state_as_update());
    settle();
  }
  EXPECT_FALSE(closed.contains(1));
  EXPECT_EQ(closed[2], CloseReason::kOverLimit);
}

TEST_F(HubY, refuses_values_that_nest_too_deeply_and_still_loads_its_own) {
  const auto nested = [](unsigned depth) {
    crdt::Any value{crdt::AnyArray()};
    for (unsigned i = 1; i < depth; ++i) value = crdt::Any(crdt::AnyArray{std::move(value)});
    crdt::Doc doc{{.client_id = depth}};
    doc.map("m").set("k", value);
    return doc.encode_state_as_update();
  };
  open_y(1);
  update(1, nested(7));
  commit();
  EXPECT_FALSE(closed.contains(1));
  limits.sync.max_nesting = 6;
  start();
  open_y(2);
  open_y(3);
  update(2, nested(6));
  update(3, nested(8));
  settle();
  EXPECT_FALSE(closed.contains(2));
  EXPECT_EQ(closed[3], CloseReason::kOverLimit);
  EXPECT_NE(details[3].find("max-nesting"), std::string::npos) << details[3];
}

TEST_F(HubY, commits_and_says_goodbye_when_the_server_stops) {
  open_y(1);
  update(1, edit(1, "a"));
  hub->drain(0, now);
  settle();
  EXPECT_EQ(stored_text(), "a");
  EXPECT_EQ(closed[1], CloseReason::kGoingAway);
  open_y(2);
  settle();
  EXPECT_EQ(closed[2], CloseReason::kGoingAway);
}

TEST_F(HubY, bounds_rooms_and_sessions) {
  limits.max_rooms = 1;
  limits.max_sessions_per_room = 2;
  start();
  open_y(1);
  open_y(2);
  open_y(3);
  open_y(4, "other");
  commit();
  EXPECT_EQ(closed, (std::map<ConnectionId, CloseReason>{{3, CloseReason::kCrowded},
                                                         {4, CloseReason::kCrowded}}));
}

class SlowReader : public HubY {
 protected:
  void SetUp() override {
    limits.queue_soft_bytes = 1'000;
    limits.queue_hard_bytes = 2'000;
    drains = false;
    start();
    open_y(1);
    open_y(2);
    step1(2);
    commit();
    take(2);
  }
  // Everything that the hub has sent to 2 is read.
  void drain_all() {
    hub->drained(2, 1'000'000, now);
    commit();
  }
  void write_until_cut() {
    for (uint64_t i = 0; i < 30; ++i) {
      update(1, edit(next_client++, std::string(100, 'x')));
      commit();
    }
  }
  uint64_t next_client = 100;
};

TEST_F(SlowReader, gets_a_difference_instead_of_a_growing_queue) {
  write_until_cut();
  EXPECT_GT(hub->counters().frames_withheld, 10u);
  EXPECT_LT(hub->counters().queued_bytes, 1'500u);
  crdt::Doc reader;
  for (const Buffer& each : payloads(take(2), SyncStep::kUpdate)) {
    ASSERT_TRUE(reader.apply_update(each));
  }
  EXPECT_LT(reader.text("t").length(), 3'000u);
  drain_all();
  // Not as a SyncStep2: the reader would take that for the answer to a question of its own.
  const Frames differences = payloads(take(2), SyncStep::kUpdate);
  ASSERT_EQ(differences.size(), 1u);
  ASSERT_TRUE(reader.apply_update(differences[0]));
  EXPECT_EQ(reader.text("t").length(), 3'000u);
  EXPECT_EQ(hub->counters().resyncs, 1u);
  // From here on it hears updates again.
  drain_all();
  update(1, edit(next_client++, "y"));
  commit();
  EXPECT_EQ(payloads(take(2), SyncStep::kUpdate).size(), 1u);
  EXPECT_TRUE(closed.empty());
}

TEST_F(SlowReader, gets_no_second_answer_before_it_has_read_the_first) {
  update(1, edit(1, std::string(5'000, 'x')));
  commit();
  take(2);
  for (int i = 0; i < 10; ++i) {
    step1(2);
    commit();
  }
  EXPECT_TRUE(take(2).empty());
  drain_all();
  EXPECT_EQ(take(2).size(), 1u);
}

TEST_F(SlowReader, misses_cursor_moves_and_hears_the_last) {
  write_until_cut();
  take(2);
  say(1, presence(7, 1, R"("old")"));
  commit();
  say(1, presence(7, 2, R"("new")"));
  commit();
  EXPECT_TRUE(take(2).empty());
  drain_all();
  drain_all();
  const Frames frames = take(2);
  EXPECT_EQ(frames.back(), presence(7, 2, R"("new")"));
}

TEST_F(SlowReader, is_closed_when_it_reads_nothing_at_all) {
  write_until_cut();
  tick(59'000);
  EXPECT_FALSE(closed.contains(2));
  tick(20'000);
  EXPECT_EQ(closed[2], CloseReason::kSlowReader);
}

}  // namespace
}  // namespace tidemark::server
