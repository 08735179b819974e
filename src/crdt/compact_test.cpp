// What compact() may change, and what not.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crdt/doc_copy.h"
#include "crdt/inspect.h"
#include "crdt/relative_position.h"
#include "crdt/snapshot.h"
#include "crdt/test_author.h"
#include "crdt/undo.h"

namespace tidemark::crdt {
namespace {

// The order of keys hangs on the order in which they came.
std::string entries_of(const Map& map) {
  std::string entries;
  for (const char* key : {"k", "l", "m"}) {
    const auto value = map.at(key);
    entries += value ? std::string(key) + to_json(value->to_json()) : "";
  }
  return entries;
}

std::string shown(Doc& doc) {
  return to_json(delta_to_json(doc.text("t").to_delta())) +
         to_json(delta_to_json(doc.text("u").to_delta())) + to_json(doc.array("a").to_json()) +
         entries_of(doc.map("m"));
}

TEST(Compact, gives_back_what_deleted_content_took) {
  Doc doc;
  Text text = doc.text("t");
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(text.insert(text.length(), "some words "));
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(text.insert(text.length() / 2, "more words "));
  ASSERT_TRUE(text.erase(10, text.length() - 20));
  const MemoryUse before = doc.memory();
  doc.compact();
  const MemoryUse after = doc.memory();
  EXPECT_LT(after.total() * 3, before.total() * 2);
  EXPECT_EQ(after.positions, 0u);
  EXPECT_EQ(after.content, 20u);
  EXPECT_EQ(doc.check(), "");
  ASSERT_TRUE(text.insert(10, "|"));
  EXPECT_EQ(text.to_string(), "some words|ome words ");
}

TEST(Compact, collects_by_a_policy_that_came_later) {
  Doc doc({.gc = GcPolicy::never()});
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "abcdef"));
  ASSERT_TRUE(text.erase(0, 2));
  const Snapshot since = snapshot_of(doc);
  ASSERT_TRUE(text.erase(2, 2));
  doc.change_gc_policy(GcPolicy::keep_since(since));
  doc.compact();
  EXPECT_EQ(doc.stats().of(BlockKind::kText).units, 4u);
  EXPECT_EQ(to_json(delta_to_json(delta_at(text, since))), R"([{"insert":"cdef"}])");
  doc.change_gc_policy(GcPolicy::always());
  doc.compact();
  EXPECT_EQ(doc.stats().of(BlockKind::kText).units, 2u);
  EXPECT_EQ(doc.check(), "");
}

TEST(Compact, gives_up_what_undo_let_go_of_and_keeps_what_it_holds) {
  Doc doc;
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "one two"));
  UndoOptions options;
  options.capture_timeout_ms = 0;
  {
    UndoStack gone(doc, options);
    ASSERT_TRUE(text.erase(0, 4));
  }
  UndoStack stack(doc, options);
  ASSERT_TRUE(text.erase(0, 2));
  EXPECT_EQ(doc.stats().of(BlockKind::kText).units, 7u);
  doc.compact();
  EXPECT_EQ(doc.stats().of(BlockKind::kText).units, 3u);
  ASSERT_TRUE(stack.undo());
  EXPECT_EQ(text.to_string(), "two");
}

TEST(Compact, keeps_handles_positions_and_subdocuments) {
  Doc doc;
  Array list = doc.array("a");
  ASSERT_TRUE(list.push_type(TypeRef::kText));
  ASSERT_TRUE(list.push_type(TypeRef::kText));
  ASSERT_TRUE(list.push_subdocument({.guid = "sub"}));
  const Text first(doc.document(), list.at(0)->type()->branch());
  Text second(doc.document(), list.at(1)->type()->branch());
  ASSERT_TRUE(second.insert(0, "hello"));
  const auto position = relative_position(second, 3);
  ASSERT_TRUE(position);
  ASSERT_TRUE(list.erase(0, 1));
  doc.compact();
  EXPECT_FALSE(first.is_live());
  EXPECT_TRUE(second.is_live());
  EXPECT_EQ(doc.subdocuments(), std::vector<std::string>{"sub"});
  ASSERT_TRUE(second.insert(0, ">"));
  EXPECT_EQ(absolute_position(doc, *position)->index, 4u);
  ASSERT_TRUE(list.erase(1, 1));
  EXPECT_TRUE(doc.subdocuments().empty());
  EXPECT_EQ(doc.check(), "");
}

// A document beside its twin, which does the same and is never compacted.
class Twins {
 public:
  explicit Twins(const GcPolicy& gc) {
    UndoOptions options;
    options.capture_timeout_ms = 0;
    for (Doc*& doc : docs_) {
      all_.push_back(std::make_unique<Doc>(DocOptions{.client_id = 1, .gc = gc}));
      doc = all_.back().get();
      stacks_.emplace_back(*doc, options);
    }
  }

  void step(std::array<Random, 2>& randoms, std::array<Doc, 2>& peers) {
    for (size_t side = 0; side < 2; ++side) {
      Doc& doc = *docs_[side];
      Random& random = randoms[side];
      switch (random.below(8)) {
        case 0: stacks_[side].undo(); break;
        case 1: stacks_[side].redo(); break;
        case 2:
          exchange(peers[side], doc, 99);
          for (int i = 0; i < 4; ++i) Author(peers[side], random).edit();
          exchange(doc, peers[side], 99);
          break;
        default: Author(doc, random).edit();
      }
      const bool is_turn = random.one_in(4);
      if (side == 0 && is_turn) doc.compact();
    }
  }
  static void exchange(Doc& to, Doc& from, Origin origin) {
    ASSERT_TRUE(to.apply_update(from.encode_state_as_update(to.state_vector()), origin));
  }
  Doc& compacted() { return *docs_[0]; }
  Doc& plain() { return *docs_[1]; }

 private:
  std::vector<std::unique_ptr<Doc>> all_;
  std::array<Doc*, 2> docs_{};
  std::vector<UndoStack> stacks_;
};

TEST(Compact, changes_nothing_that_is_shown_said_or_undone) {
  const auto first = static_cast<uint64_t>(GTEST_FLAG_GET(random_seed));
  for (uint64_t seed = first; seed < first + 60; ++seed) {
    SCOPED_TRACE("replay with --gtest_random_seed=" + std::to_string(seed));
    Twins twins(seed % 2 == 0 ? GcPolicy::always() : GcPolicy::never());
    std::array randoms = {Random(seed), Random(seed)};
    std::array peers = {Doc({.client_id = 2}), Doc({.client_id = 2})};
    for (int i = 0; i < 60; ++i) {
      twins.step(randoms, peers);
      ASSERT_EQ(twins.compacted().check(), "");
      ASSERT_EQ(shown(twins.compacted()), shown(twins.plain())) << "step " << i;
    }
    ASSERT_EQ(twins.compacted().state_vector(), twins.plain().state_vector());
    ASSERT_EQ(twins.compacted().delete_set(), twins.plain().delete_set());
    twins.compacted().compact();
    const Buffer state = twins.compacted().encode_state_as_update();
    twins.compacted().compact();
    EXPECT_EQ(twins.compacted().encode_state_as_update(), state);
    EXPECT_LE(state.size(), twins.plain().encode_state_as_update().size());
    Result<Doc> loaded = doc_from_update(state, UpdateFormat::kV1, {.client_id = 9});
    ASSERT_TRUE(loaded);
    EXPECT_EQ(shown(*loaded), shown(twins.plain()));
    EXPECT_EQ(loaded->delete_set(), twins.plain().delete_set());
  }
}

}  // namespace
}  // namespace tidemark::crdt
