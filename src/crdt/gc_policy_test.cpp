#include "crdt/gc_policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <vector>

#include "base/random.h"
#include "crdt/doc_copy.h"
#include "crdt/inspect.h"
#include "crdt/snapshot.h"
#include "crdt/test_author.h"
#include "crdt/test_seeds.h"
#include "crdt/undo.h"

namespace tidemark::crdt {
namespace {

constexpr std::array kFormats = {UpdateFormat::kV1, UpdateFormat::kV2};
constexpr Origin kPeer = 99;

Doc doc_with(GcPolicy gc, uint64_t client = 1) {
  return Doc(DocOptions{.client_id = client, .seed = client, .gc = std::move(gc)});
}

std::string json(const Delta& delta) { return to_json(delta_to_json(delta)); }

void send(Doc& from, Doc& to) {
  ASSERT_TRUE(to.apply_update(from.encode_state_as_update(to.state_vector()), kPeer));
}

// What is deleted and can still be read, as lines of inspect.
std::string kept(const Doc& doc) {
  std::string lines;
  doc.inspect([&](const Block& block) {
    const bool is_kept =
        block.is_deleted && block.kind != BlockKind::kDeleted && block.kind != BlockKind::kGarbage;
    if (is_kept) lines += describe(block) + "\n";
    return true;
  });
  return lines;
}

TEST(GcPolicy, is_a_value) {
  Doc doc;
  doc.map("m").set("k", Any(1.0));
  doc.map("m").erase("k");
  EXPECT_EQ(GcPolicy(), GcPolicy::always());
  EXPECT_NE(GcPolicy::never(), GcPolicy::keep_for_undo());
  EXPECT_EQ(GcPolicy::keep_since(snapshot_of(doc)), GcPolicy::keep_since(snapshot_of(doc)));
  EXPECT_NE(GcPolicy::keep_since(snapshot_of(doc)), GcPolicy::keep_since({}));
  EXPECT_EQ(doc.gc_policy(), GcPolicy::always());
}

TEST(GcPolicy, keeps_what_a_snapshot_shows_and_what_came_after_it) {
  Doc doc = doc_with(GcPolicy::never());
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "gone stays later"));
  ASSERT_TRUE(text.erase(0, 5));
  const Snapshot since = snapshot_of(doc);
  for (const UpdateFormat format : kFormats) {
    const Buffer state = format == UpdateFormat::kV1 ? doc.encode_state_as_update()
                                                     : doc.encode_state_as_update_v2();
    Doc copy = *doc_from_update(state, format, {.gc = GcPolicy::keep_since(since)});
    Text copied = copy.text("t");
    EXPECT_EQ(kept(copy), "");
    ASSERT_TRUE(copied.erase(0, 6));
    ASSERT_TRUE(copied.insert(5, "!?"));
    const Snapshot between = snapshot_of(copy);
    ASSERT_TRUE(copied.erase(4, 3));
    EXPECT_EQ(json(delta_at(copied, since)), R"([{"insert":"stays later"}])");
    EXPECT_EQ(json(delta_at(copied, between)), R"([{"insert":"later!?"}])");
    EXPECT_EQ(copied.to_string(), "late");
    EXPECT_TRUE(doc_from_snapshot(copy, since, {}));
    EXPECT_EQ(doc_from_snapshot(copy, Snapshot{{}, since.state}, {}).error().code,
              ErrorCode::kInvalid);
    EXPECT_EQ(copy.check(), "");
  }
}

TEST(GcPolicy, gives_up_a_part_of_an_item_that_a_snapshot_has_lost) {
  Doc writer = doc_with(GcPolicy::never());
  ASSERT_TRUE(writer.text("t").insert(0, "abcdef"));
  Doc reader = doc_with(GcPolicy::always(), 2);
  send(writer, reader);
  ASSERT_TRUE(reader.text("t").erase(2, 2));
  Doc late = doc_with(GcPolicy::keep_since(snapshot_of(reader)), 3);
  send(writer, late);
  ASSERT_TRUE(late.text("t").erase(0, 6));
  EXPECT_EQ(kept(late),
            "1:0+2 text, deleted in \"t\" \"ab\"\n"
            "1:4+2 text, deleted in \"t\" after 1:3 \"ef\"\n");
  EXPECT_EQ(late.check(), "");
}

TEST(GcPolicy, can_be_changed_and_then_remembers_what_may_be_gone) {
  Doc doc = doc_with(GcPolicy::always());
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "abc"));
  const Snapshot early = snapshot_of(doc);
  ASSERT_TRUE(text.erase(0, 1));
  doc.change_gc_policy(GcPolicy::never());
  const Snapshot late = snapshot_of(doc);
  ASSERT_TRUE(text.erase(0, 1));
  EXPECT_EQ(doc_from_snapshot(doc, early, {}).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(json(delta_at(text, late)), R"([{"insert":"bc"}])");
  EXPECT_TRUE(doc_from_snapshot(doc, late, {}));
  doc.change_gc_policy(GcPolicy::keep_since(snapshot_of(doc)));
  EXPECT_FALSE(doc_from_snapshot(doc, late, {}));
  EXPECT_TRUE(doc_from_snapshot(doc, snapshot_of(doc), {}));
}

TEST(GcPolicy, for_undo_keeps_what_steps_hold_and_nothing_else) {
  Doc doc = doc_with(GcPolicy::keep_for_undo());
  Text text = doc.text("t");
  Text other = doc.text("other");
  ASSERT_TRUE(text.insert(0, "hello world"));
  ASSERT_TRUE(other.insert(0, "aside"));
  ASSERT_TRUE(text.erase(0, 1));
  EXPECT_EQ(kept(doc), "");
  const std::vector<SharedType> scope = {text};
  UndoOptions options;
  options.capture_timeout_ms = 0;
  UndoStack stack(doc, scope, options);
  ASSERT_TRUE(text.erase(0, 4));
  ASSERT_TRUE(other.erase(0, 5));
  EXPECT_EQ(kept(doc), "1:1+4 text, deleted in \"t\" after 1:0 \"ello\"\n");
  ASSERT_TRUE(stack.undo());
  EXPECT_EQ(text.to_string(), "ello world");
  EXPECT_EQ(kept(doc), "");
  ASSERT_TRUE(stack.redo());
  EXPECT_EQ(text.to_string(), " world");
  EXPECT_NE(kept(doc), "");
  stack.clear();
  EXPECT_EQ(kept(doc), "");
  EXPECT_EQ(doc.check(), "");
}

TEST(GcPolicy, for_undo_gives_up_what_a_new_edit_puts_out_of_reach_or_a_peer_deletes) {
  Doc doc = doc_with(GcPolicy::keep_for_undo());
  Text text = doc.text("t");
  UndoOptions options;
  options.capture_timeout_ms = 0;
  UndoStack stack(doc, options);
  ASSERT_TRUE(text.insert(0, "typed"));
  ASSERT_TRUE(stack.undo());
  EXPECT_NE(kept(doc), "");
  ASSERT_TRUE(text.insert(0, "new"));
  EXPECT_EQ(kept(doc), "");
  ASSERT_TRUE(text.erase(0, 3));
  ASSERT_TRUE(stack.undo());
  EXPECT_EQ(text.to_string(), "new");
  Doc peer = doc_with(GcPolicy::always(), 2);
  send(doc, peer);
  ASSERT_TRUE(peer.text("t").erase(0, 3));
  send(peer, doc);
  EXPECT_EQ(kept(doc), "");
}

TEST(GcPolicy, for_undo_keeps_a_type_for_what_another_step_wants_in_it) {
  Doc doc = doc_with(GcPolicy::keep_for_undo());
  Array list = doc.array("a");
  Array inner(doc.document(), list.push_type(TypeRef::kArray)->branch());
  const std::vector<Any> values = {Any("x"), Any("y")};
  ASSERT_TRUE(inner.push(values));
  UndoOptions options;
  options.capture_timeout_ms = 0;
  UndoStack stack(doc, options);
  UndoStack whole(doc, options);
  ASSERT_TRUE(inner.erase(0, 1));
  ASSERT_TRUE(list.erase(0, 1));
  stack.clear();
  ASSERT_TRUE(whole.undo());
  ASSERT_TRUE(whole.undo());
  EXPECT_EQ(to_json(list.to_json()), R"([["x","y"]])");
  whole.clear();
  stack.clear();
  // The type itself stays as a place.
  EXPECT_EQ(kept(doc), "1:0+1 type, deleted in \"a\" array\n");
  EXPECT_EQ(doc.check(), "");
}

// Everything that can be read as of a snapshot, but for what lies in types within others: handles
// to those are of one document.
std::string shown_at(Doc& doc, const Snapshot& snapshot) {
  std::string shown =
      json(delta_at(doc.text("t"), snapshot)) + json(delta_at(doc.text("u"), snapshot));
  shown += std::to_string(values_at(doc.array("a"), snapshot).size());
  auto entries = entries_at(doc.map("m"), snapshot);
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [key, value] : entries) shown += key + to_json(value.to_json());
  return shown;
}

std::string restored_at(const Doc& doc, const Snapshot& snapshot) {
  Result<Doc> restored = doc_from_snapshot(doc, snapshot, {});
  if (!restored) return restored.error().detail;
  return shown_at(*restored, snapshot_of(*restored)) + to_json(restored->array("a").to_json());
}

// Deleted content that the snapshot had lost already.
std::string kept_of_lost(const Doc& doc, const Snapshot& since) {
  std::string lines;
  doc.inspect([&](const Block& block) {
    const bool has_content = block.kind != BlockKind::kDeleted && block.kind != BlockKind::kGarbage;
    for (uint64_t i = 0; has_content && block.is_deleted && i < block.length; ++i) {
      if (!since.deletes.contains(block.first.client, block.first.clock + i)) continue;
      lines += describe(block) + "\n";
      break;
    }
    return true;
  });
  return lines;
}

TEST(GcPolicy, since_a_snapshot_shows_all_later_ones_as_never_does_whatever_the_way) {
  for_each_seed(60, [](uint64_t seed) {
    Random random(seed);
    std::array docs = {doc_with(GcPolicy::never(), 1), doc_with(GcPolicy::never(), 2)};
    std::vector<Buffer> updates;
    std::vector<Subscription> kept_alive;
    kept_alive.reserve(docs.size());
    for (Doc& doc : docs) {
      kept_alive.push_back(doc.on_update([&](const UpdateEvent& event) {
        if (event.is_local) updates.push_back(copy_of(event.update));
      }));
    }
    const auto write = [&](int count) {
      for (int i = 0; i < count; ++i) {
        const uint64_t who = random.below(2);
        Author(docs[who], random).edit();
        if (random.one_in(6)) send(docs[who], docs[1 - who]);
      }
      send(docs[0], docs[1]);
      send(docs[1], docs[0]);
    };
    write(30);
    const Snapshot since = snapshot_of(docs[0]);
    const Buffer early = docs[0].encode_state_as_update_v2();
    const size_t early_count = updates.size();
    Doc loaded = doc_with(GcPolicy::keep_since(since), 3);
    ASSERT_TRUE(loaded.apply_update_v2(early));
    loaded.use_fast_paths(random.one_in(2));
    Doc shuffled = doc_with(GcPolicy::keep_since(since), 4);
    std::vector<Snapshot> later = {since};
    for (int round = 0; round < 3; ++round) {
      const size_t before = updates.size();
      write(15);
      for (size_t i = before; i < updates.size(); ++i) {
        ASSERT_TRUE(loaded.apply_update(updates[i]));
      }
      // The third replica writes, too.
      Author(loaded, random).edit();
      send(loaded, docs[0]);
      send(docs[0], loaded);
      later.push_back(snapshot_of(docs[0]));
    }
    ASSERT_GT(updates.size(), early_count);
    std::vector<Buffer> mixed = updates;
    mixed.push_back(docs[0].encode_state_as_update());
    for (size_t i = mixed.size(); i > 1; --i) std::swap(mixed[i - 1], mixed[random.below(i)]);
    for (const Buffer& update : mixed) ASSERT_TRUE(shuffled.apply_update(update));
    for (Doc* doc : {&loaded, &shuffled}) {
      ASSERT_EQ(doc->check(), "");
      EXPECT_EQ(doc->state_vector(), docs[0].state_vector());
      EXPECT_EQ(kept_of_lost(*doc, since), "");
      for (const Snapshot& snapshot : later) {
        EXPECT_EQ(shown_at(*doc, snapshot), shown_at(docs[0], snapshot));
        EXPECT_EQ(restored_at(*doc, snapshot), restored_at(docs[0], snapshot));
      }
    }
  });
}

// One document with two stacks: over everything, and over one text.
struct Undoable {
  explicit Undoable(GcPolicy gc) : doc(doc_with(std::move(gc))) {
    UndoOptions options;
    options.capture_timeout_ms = 0;
    stacks.emplace_back(doc, options);
    options.tracked_origins = {7};
    const std::vector<SharedType> scope = {doc.text("t"), doc.array("a")};
    stacks.emplace_back(doc, scope, options);
  }

  void step(Random& random, Doc& peer) {
    switch (random.below(10)) {
      case 0:
      case 1: stacks[random.below(2)].undo(); break;
      case 2: stacks[random.below(2)].redo(); break;
      case 3:
        if (random.one_in(4)) stacks[random.below(2)].clear(random.one_in(2), true);
        break;
      case 4:
        send(doc, peer);
        for (int i = 0; i < 3; ++i) Author(peer, random).edit();
        send(peer, doc);
        break;
      default: {
        doc.begin(random.one_in(3) ? 7 : 0);
        Author(doc, random).edit();
        if (random.one_in(2)) Author(doc, random).edit();
        doc.end();
      }
    }
  }
  std::string shown() {
    return json(doc.text("t").to_delta()) + json(doc.text("u").to_delta()) +
           to_json(doc.array("a").to_json()) + std::to_string(doc.map("m").keys().size());
  }

  Doc doc;
  std::vector<UndoStack> stacks;
};

TEST(GcPolicy, for_undo_undoes_what_never_does_and_ends_with_nothing_kept) {
  for_each_seed(80, [](uint64_t seed) {
    std::array sides = {Undoable(GcPolicy::keep_for_undo()), Undoable(GcPolicy::never())};
    std::array peers = {doc_with(GcPolicy::always(), 2), doc_with(GcPolicy::always(), 2)};
    std::array randoms = {Random(seed), Random(seed)};
    for (int i = 0; i < 60; ++i) {
      for (size_t side = 0; side < 2; ++side) sides[side].step(randoms[side], peers[side]);
      ASSERT_EQ(sides[0].doc.check(), "");
      ASSERT_EQ(sides[0].shown(), sides[1].shown()) << "step " << i;
    }
    sides[0].stacks.clear();
    // Redone types stay as places.
    for (std::string lines = kept(sides[0].doc); !lines.empty();) {
      const size_t end = lines.find('\n');
      EXPECT_NE(lines.substr(0, end).find(" type, deleted"), std::string::npos) << lines;
      lines.erase(0, end + 1);
    }
    EXPECT_EQ(sides[0].doc.check(), "");
  });
}

}  // namespace
}  // namespace tidemark::crdt
