// What one document, or a thread that was held up, must not do to everybody.
#include "server/hub_fixture.h"
#include "sync/awareness.h"

namespace tidemark::server {
namespace {

class HubFaults : public HubTest {};

TEST_F(HubFaults, takes_what_the_store_refuses_of_one_document_for_no_fault_of_the_store) {
  store.refused.insert("long");
  open_y(1, "long");
  open_y(2);
  commit();
  update(1, edit(1, "a"));
  update(2, edit(2, "b"));
  commit();
  EXPECT_EQ(closed, (std::map<ConnectionId, CloseReason>{{1, CloseReason::kOverLimit}}));
  EXPECT_EQ(details[1], "too_large: the edits could not be stored");
  EXPECT_EQ(stored_text(), "b");
  EXPECT_EQ(hub->counters().append_failures, 1u);
  EXPECT_TRUE(hub->counters().is_storage_healthy);
  ASSERT_EQ(notices.size(), 2u);  // the other one is of the close
  EXPECT_EQ(notices[0].detail, "too_large: appending \"long\": the name is long");
  // Others are let in at once.
  open_y(3);
  commit();
  EXPECT_FALSE(closed.contains(3));
}

TEST_F(HubFaults, outlives_deadlines_that_passed_while_nobody_looked) {
  const sync::AwarenessEntry present[] = {{7, 1, "{}"}};
  // The second value stands for any deadline that is due again as soon as it has been met.
  for (const uint64_t ms : {uint64_t{30'000}, uint64_t{0}}) {
    limits.sync.awareness_timeout_ms = limits.quiet_interval_ms = ms;
    start();
    open_y(1);
    say(1, sync::y_awareness_frame(sync::write_awareness(present)));
    commit();
    for (int i = 0; i < 4; ++i) {
      now = now + 100'000;
      hub->tick(now);
      EXPECT_GT(hub->next_deadline(), now);
      commit();
    }
    EXPECT_EQ(hub->counters().awareness_states, 0u);
  }
}

}  // namespace
}  // namespace tidemark::server
