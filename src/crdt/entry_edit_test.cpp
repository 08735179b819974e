// Entries of maps: what the shortcut for them does is what the general path does.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "base/random.h"
#include "crdt/doc.h"
#include "crdt/undo.h"

namespace tidemark::crdt {
namespace {

// A replica that takes the shortcuts and one that does not, of one client.
struct Twins {
  explicit Twins(uint64_t client)
      : docs{Doc({.client_id = client, .seed = client}),
             Doc({.client_id = client, .seed = client})} {
    docs[1].use_fast_paths(false);
    for (size_t i = 0; i < 2; ++i) {
      heard.push_back(docs[i].on_update(
          [this, i](const UpdateEvent& event) { updates[i].push_back(copy_of(event.update)); }));
    }
  }
  void expect_equal() const {
    ASSERT_EQ(updates[0], updates[1]);
    for (const Doc& doc : docs) ASSERT_EQ(doc.check(), "");
    ASSERT_EQ(docs[0].encode_state_as_update(), docs[1].encode_state_as_update());
    ASSERT_EQ(docs[0].encode_state_as_update_v2(), docs[1].encode_state_as_update_v2());
    ASSERT_EQ(to_json(docs[0].to_json()), to_json(docs[1].to_json()));
  }

  std::array<Doc, 2> docs;
  std::array<std::vector<Buffer>, 2> updates;
  std::vector<Subscription> heard;
};

Any some_value(Random& random) {
  switch (random.below(6)) {
    case 0: return Any("words of " + std::to_string(random.below(1000)));
    case 1: return Any(std::string("größer"));
    case 2: return *parse_json(R"({"name": "x", "order": [1, [2, [3]]]})");
    case 3: return *parse_json(R"([[[[[1]]]]])");
    case 4: return Any(Buffer{1, 2, 3});
    default: return Any(static_cast<double>(random.below(100)));
  }
}

void edit(Random random, Doc& doc) {
  Map map = doc.map("m");
  const std::string key = "k" + std::to_string(random.below(4));
  switch (random.below(12)) {
    case 0:
    case 6: map.erase(key); return;
    case 7: doc.transact([&] { map.erase(key); }); return;
    case 1: map.set_type(key, TypeRef::kMap); return;
    case 2:
      doc.transact([&] {
        for (int i = 0; i < 3; ++i) {
          ASSERT_TRUE(map.set("k" + std::to_string(random.below(4)), some_value(random)));
        }
      });
      return;
    case 3: ASSERT_TRUE(doc.text("t").insert(0, "ab")); return;
    case 4: doc.transact([&] { ASSERT_TRUE(map.set(key, some_value(random))); }); return;
    case 5: {
      // Of a map in the map, if there is one.
      const std::optional<Value> inner = map.at(key);
      if (!inner || inner->type() == nullptr) return;
      Map nested(inner->type()->document(), inner->type()->branch());
      ASSERT_TRUE(nested.set("in", some_value(random)));
      ASSERT_TRUE(nested.set("in", some_value(random)));
      return;
    }
    default: ASSERT_TRUE(map.set(key, some_value(random)));
  }
}

TEST(EntryEdit, does_what_the_general_path_does) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    std::array<Twins, 3> peers{Twins(1), Twins(2), Twins(3)};
    std::array<std::array<size_t, 3>, 3> told{};
    for (int step = 0; step < 60; ++step) {
      const size_t at = random.below(3);
      Twins& peer = peers[at];
      if (random.one_in(3)) {
        // Some of what another one wrote or passed on, in order.
        const size_t from = random.below(3);
        if (from == at) continue;
        size_t& next = told[at][from];
        for (uint64_t count = random.below(6); count > 0 && next < peers[from].updates[0].size();
             --count, ++next) {
          const Buffer update = peers[from].updates[0][next];
          for (Doc& doc : peer.docs) ASSERT_TRUE(doc.apply_update(update));
        }
      } else {
        const Random same(random.next());
        for (Doc& doc : peer.docs) edit(same, doc);
      }
      peer.expect_equal();
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(EntryEdit, leaves_what_undo_may_want_back) {
  Doc doc;
  Map map = doc.map("m");
  ASSERT_TRUE(map.set("k", Any("first")));
  UndoStack stack(doc, {.capture_timeout_ms = 0});
  ASSERT_TRUE(map.set("k", Any("second")));
  stack.undo();
  EXPECT_EQ(to_json(doc.to_json()), R"({"m":{"k":"first"}})");
  map.erase("k");
  stack.undo();
  EXPECT_EQ(to_json(doc.to_json()), R"({"m":{"k":"first"}})");
}

}  // namespace
}  // namespace tidemark::crdt
