#include "sync/y_session.h"

#include <gtest/gtest.h>

#include "sync/golden.h"

namespace tidemark::sync {
namespace {

constexpr crdt::Origin kRemote = 1;

struct End {
  explicit End(uint64_t client)
      : doc({.client_id = client}),
        awareness(client, Limits{}, Instant{0}),
        session(doc, awareness, kRemote) {}

  crdt::Doc doc;
  Awareness awareness;
  YSession session;
};

// Carries frames to and fro until nobody has anything to say.
void talk(End& a, End& b, Frames from_a, Frames from_b) {
  while (!from_a.empty() || !from_b.empty()) {
    Frames to_a;
    Frames to_b;
    for (const Buffer& frame : from_a) ASSERT_TRUE(b.session.receive(frame, Instant{1}, to_a));
    for (const Buffer& frame : from_b) ASSERT_TRUE(a.session.receive(frame, Instant{1}, to_b));
    from_a = std::move(to_b);
    from_b = std::move(to_a);
  }
}

TEST(YSession, opens_as_the_reference_does) {
  End end(7);
  Frames out;
  end.session.open(out);
  EXPECT_EQ(out, (Frames{golden::frame("y_client_0"), golden::frame("y_client_1")}));
  ASSERT_TRUE(end.doc.text("t").insert(0, "hi"));
  out.clear();
  end.session.tell_update(end.doc.encode_state_as_update(), out);
  EXPECT_EQ(out, Frames{golden::frame("y_client_2")});
}

TEST(YSession, makes_two_documents_equal) {
  End a(1);
  End b(2);
  ASSERT_TRUE(a.doc.text("t").insert(0, "left"));
  ASSERT_TRUE(b.doc.text("t").insert(0, "right"));
  b.awareness.set_local_state(R"({"x":1})", Instant{0});
  Frames from_a;
  Frames from_b;
  a.session.open(from_a);
  b.session.open(from_b);
  talk(a, b, std::move(from_a), std::move(from_b));
  EXPECT_EQ(a.doc.text("t").to_string(), b.doc.text("t").to_string());
  EXPECT_EQ(a.doc.text("t").length(), 9u);
  EXPECT_TRUE(a.session.is_synced());
  EXPECT_TRUE(b.session.is_synced());
  EXPECT_EQ(a.awareness.state_of(2), R"({"x":1})");
}

TEST(YSession, announces_itself_again_when_it_is_taken_for_gone) {
  End end(7);
  Frames out;
  const Buffer gone = y_awareness_frame(golden::frame("awareness_gone"));
  ASSERT_TRUE(end.session.receive(gone, Instant{1}, out));
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(end.awareness.clock_of(7), 6u);
}

TEST(YSession, tells_all_states_when_asked_and_remembers_a_refusal) {
  End end(7);
  Frames out;
  ASSERT_TRUE(end.session.receive(y_query_awareness_frame(), Instant{1}, out));
  EXPECT_EQ(out, Frames{golden::frame("y_client_1")});
  ASSERT_TRUE(end.session.receive(golden::frame("y_denied"), Instant{1}, out));
  EXPECT_EQ(end.session.denied(), "no");
}

TEST(YSession, refuses_what_is_no_frame_and_changes_nothing) {
  End end(7);
  Frames out;
  const Buffer whole = golden::frame("y_update");
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(end.session.receive(Bytes(whole).first(size), Instant{1}, out));
  }
  EXPECT_TRUE(end.doc.state_vector().is_empty());
  EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace tidemark::sync
