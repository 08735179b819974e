#include "crdt/doc.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/random.h"
#include "crdt/update.h"

namespace tidemark::crdt {
namespace {

Doc doc_of(uint64_t client) { return Doc(DocOptions{.client_id = client, .seed = client}); }

std::string text_of(Doc& doc) { return doc.text("t").to_string(); }

// Applies and expects success, with all invariants in place afterwards.
void feed(Doc& doc, const Buffer& update) {
  ASSERT_TRUE(doc.apply_update(update));
  EXPECT_EQ(doc.check(), "");
}

// One random edit of a document with a text, an array and a map.
void edit(Doc& doc, Random& random) {
  Text text = doc.text("t");
  Array array = doc.array("a");
  Map map = doc.map("m");
  const auto index = [&](uint32_t length) {
    return static_cast<uint32_t>(random.below(length + 1));
  };
  static constexpr std::array<std::string_view, 5> kWords = {"a", "bc", "\xF0\x9F\x98\x80", "é",
                                                             "word "};
  switch (random.below(9)) {
    case 0:
    case 1:
      ASSERT_TRUE(text.insert(index(text.length()), kWords[random.below(kWords.size())]));
      return;
    case 2: {
      if (text.length() == 0) return;
      const auto at = static_cast<uint32_t>(random.below(text.length()));
      ASSERT_TRUE(text.erase(at, 1 + static_cast<uint32_t>(random.below(text.length() - at))));
      return;
    }
    case 3: {
      if (text.length() == 0) return;
      const auto at = static_cast<uint32_t>(random.below(text.length()));
      const Any value = random.one_in(3) ? Any(Null{}) : Any(true);
      ASSERT_TRUE(text.format(at, 1 + static_cast<uint32_t>(random.below(text.length() - at)),
                              {{random.one_in(2) ? "b" : "i", value}}));
      return;
    }
    case 4: {
      const std::array<Any, 2> values = {Any(static_cast<double>(random.below(100))), Any("x")};
      ASSERT_TRUE(array.insert(index(array.length()), values));
      return;
    }
    case 5: {
      if (array.length() == 0) return;
      ASSERT_TRUE(array.erase(static_cast<uint32_t>(random.below(array.length())), 1));
      return;
    }
    case 6:
      map.set("k" + std::to_string(random.below(3)), Any(static_cast<double>(random.below(9))));
      return;
    case 7: {
      const SharedType made = map.set_type("n", TypeRef::kArray);
      const std::array<Any, 1> values = {Any(true)};
      ASSERT_TRUE(Array(made.document(), made.branch()).push(values));
      return;
    }
    default: map.erase("k" + std::to_string(random.below(3)));
  }
}

// All content; map entries sorted, because their order is each replica's own.
std::string shown(Doc& doc) {
  const Any map = doc.map("m").to_json();
  std::vector<std::string> entries;
  for (const auto& [key, value] : map.as_object()->members()) {
    entries.push_back(key + "=" + to_json(value));
  }
  std::sort(entries.begin(), entries.end());
  std::string text =
      to_json(delta_to_json(doc.text("t").to_delta())) + to_json(doc.array("a").to_json());
  for (const std::string& entry : entries) text += " " + entry;
  return text;
}

TEST(Doc, writes_the_update_that_yjs_writes) {
  Doc doc = doc_of(1);
  std::vector<std::string> updates;
  const Subscription subscription =
      doc.on_update([&](const UpdateEvent& event) { updates.push_back(to_hex(event.update)); });
  ASSERT_TRUE(doc.text("t").insert(0, "a"));
  ASSERT_TRUE(doc.text("t").insert(1, "b"));
  ASSERT_TRUE(doc.text("t").erase(0, 1));
  const std::vector<std::string> expected = {
      "01010100040101740161"
      "00",
      "0101010184010001620"
      "0",
      "000101010001"};
  EXPECT_EQ(updates, expected);
}

TEST(Doc, merges_concurrent_insertions_by_client_id) {
  Doc one = doc_of(1);
  Doc two = doc_of(2);
  ASSERT_TRUE(one.text("t").insert(0, "A"));
  ASSERT_TRUE(two.text("t").insert(0, "B"));
  feed(one, two.encode_state_as_update());
  feed(two, one.encode_state_as_update());
  EXPECT_EQ(text_of(one), "AB");
  EXPECT_EQ(text_of(two), "AB");
}

TEST(Doc, replaces_both_halves_of_a_cut_pair) {
  Doc doc = doc_of(1);
  ASSERT_TRUE(doc.text("t").insert(0,
                                   "a\xF0\x9F\x98\x80"
                                   "b"));
  ASSERT_TRUE(doc.text("t").insert(2, "-"));
  EXPECT_EQ(text_of(doc),
            "a\xEF\xBF\xBD-\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(doc.text("t").length(), 5u);
  EXPECT_EQ(doc.check(), "");
}

// As in Yjs, which cuts the pair at the end of the first deletion that comes with it.
TEST(Doc, deletes_what_an_update_says_before_what_has_waited) {
  Doc writer = doc_of(1);
  std::vector<Buffer> updates;
  const Subscription subscription =
      writer.on_update([&](const UpdateEvent& event) { updates.push_back(copy_of(event.update)); });
  ASSERT_TRUE(writer.text("t").insert(0, "\xF0\x9F\x98\x80"));
  ASSERT_TRUE(writer.text("t").erase(0, 1));
  ASSERT_TRUE(writer.text("t").erase(0, 1));
  const std::array<Bytes, 2> first{updates[0], updates[1]};
  const Result<Buffer> merged = merge_updates(first, UpdateFormat::kV1);
  ASSERT_TRUE(merged);
  Doc reader(DocOptions{.client_id = 2, .seed = 2, .gc = GcPolicy::never()});
  feed(reader, updates[2]);
  feed(reader, *merged);
  const std::string_view halves = "\xEF\xBF\xBD\xEF\xBF\xBD";
  const Buffer state = reader.encode_state_as_update();
  EXPECT_NE(as_text(state).find(halves), std::string_view::npos);
}

TEST(Doc, leaves_everything_as_it_was_after_a_bad_update) {
  Doc doc = doc_of(1);
  ASSERT_TRUE(doc.text("t").insert(0, "kept"));
  const Buffer before = doc.encode_state_as_update();
  Doc other = doc_of(2);
  ASSERT_TRUE(other.text("t").insert(0, "lost"));
  const Buffer whole = other.encode_state_as_update();
  for (size_t size = 0; size + 1 < whole.size(); ++size) {
    EXPECT_FALSE(doc.apply_update(Bytes(whole).first(size))) << size;
    EXPECT_EQ(doc.encode_state_as_update(), before) << size;
  }
}

TEST(Doc, keeps_structs_that_wait_and_hands_them_on) {
  Doc writer = doc_of(5);
  std::vector<Buffer> updates;
  const Subscription subscription =
      writer.on_update([&](const UpdateEvent& event) { updates.push_back(copy_of(event.update)); });
  ASSERT_TRUE(writer.text("t").insert(0, "a"));
  ASSERT_TRUE(writer.text("t").insert(1, "b"));
  ASSERT_TRUE(writer.text("t").erase(0, 1));
  Doc early = doc_of(6);
  feed(early, updates[1]);
  feed(early, updates[2]);
  EXPECT_TRUE(early.has_pending());
  Doc third = doc_of(7);
  feed(third, early.encode_state_as_update());
  feed(third, updates[0]);
  EXPECT_EQ(text_of(third), "b");
  EXPECT_FALSE(third.has_pending());
  feed(early, updates[0]);
  EXPECT_EQ(text_of(early), "b");
}

// Nobody writes these, but anybody can send them.
TEST(Doc, continues_a_struct_where_its_front_lies) {
  Doc doc = doc_of(1);
  feed(doc, {1, 1, 2, 0, 4, 1, 1, 'l', 1, 'a', 0});
  feed(doc, {1, 1, 2, 0, 4, 1, 1, 'm', 3, 'b', 'c', 'd', 0});
  EXPECT_EQ(doc.text("l").to_string(), "acd");
  EXPECT_EQ(doc.text("m").to_string(), "");
}

TEST(Doc, holds_one_value_for_a_key_whatever_comes_as_one_struct) {
  const Buffer values = {1, 1, 1, 0, 0x28, 1, 1, 'm', 1, 'k', 2, 0x7d, 1, 0x7d, 2};
  const auto with_deletions = [&](const Buffer& deletions) {
    Buffer update = values;
    update.insert(update.end(), deletions.begin(), deletions.end());
    return update;
  };
  Doc doc = doc_of(9);
  feed(doc, with_deletions({0}));
  EXPECT_EQ(to_json(doc.map("m").to_json()), R"({"k":2})");
  Doc erased = doc_of(9);
  feed(erased, with_deletions({1, 1, 1, 1, 5}));  // the second, and more that never came
  EXPECT_EQ(to_json(erased.map("m").to_json()), "{}");
}

TEST(Doc, arrives_at_the_same_state_from_every_order_of_five_updates) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    std::vector<Buffer> updates;
    Doc one = doc_of(1);
    Doc two = doc_of(2);
    const auto collect = [&](const UpdateEvent& event) {
      if (event.is_local) updates.push_back(copy_of(event.update));
    };
    const Subscription from_one = one.on_update(collect);
    const Subscription from_two = two.on_update(collect);
    while (updates.size() < 5) {
      edit(random.one_in(2) ? one : two, random);
      if (random.one_in(2)) feed(one, two.encode_state_as_update(one.state_vector()));
    }
    updates.resize(5);
    std::array<size_t, 5> order = {0, 1, 2, 3, 4};
    std::string first;
    do {
      // A replica that only receives must not answer with clean-ups of its own.
      Doc replica(DocOptions{.client_id = 9, .cleans_formatting = false});
      for (const size_t i : order) feed(replica, updates[i]);
      const std::string state = shown(replica);
      if (first.empty()) first = state;
      ASSERT_EQ(state, first);
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST(Doc, is_the_same_after_every_way_through_bytes) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Doc doc = doc_of(1);
    Doc other = doc_of(2);
    for (int i = 0; i < 40; ++i) {
      edit(random.one_in(3) ? other : doc, random);
      ASSERT_EQ(doc.check(), "");
      if (random.one_in(5)) feed(doc, other.encode_state_as_update(doc.state_vector()));
      if (random.one_in(5)) feed(other, doc.encode_state_as_update(other.state_vector()));
    }
    feed(doc, other.encode_state_as_update());
    Doc loaded(DocOptions{.client_id = 3, .cleans_formatting = false});
    feed(loaded, doc.encode_state_as_update());
    EXPECT_EQ(shown(loaded), shown(doc));
    EXPECT_EQ(loaded.state_vector(), doc.state_vector());
    EXPECT_EQ(loaded.delete_set(), doc.delete_set());
    Doc by_v2(DocOptions{.client_id = 4, .cleans_formatting = false});
    ASSERT_TRUE(by_v2.apply_update_v2(doc.encode_state_as_update_v2()));
    EXPECT_EQ(by_v2.encode_state_as_update(), loaded.encode_state_as_update());
    EXPECT_EQ(shown(by_v2), shown(doc));
  }
}

// Whatever the order, each update is looked at a constant number of times: in the worst order none
// but the last can be applied on arrival.
TEST(Doc, waits_for_what_is_missing_without_looking_at_all_that_waits) {
  Doc writer = doc_of(1);
  std::vector<Buffer> updates;
  const Subscription kept =
      writer.on_update([&](const UpdateEvent& event) { updates.push_back(copy_of(event.update)); });
  Random random(5);
  Text text = writer.text("t");
  for (int i = 0; i < 4000; ++i) {
    const uint32_t length = text.length();
    if (length > 0 && random.one_in(4)) {
      ASSERT_TRUE(text.erase(static_cast<uint32_t>(random.below(length)), 1));
    } else {
      ASSERT_TRUE(text.insert(static_cast<uint32_t>(random.below(length + 1)), "x"));
    }
  }
  Doc reader = doc_of(2);
  for (size_t i = updates.size(); i-- > 1;) ASSERT_TRUE(reader.apply_update(updates[i]));
  EXPECT_EQ(text_of(reader), "");
  const BlockStats waiting = reader.stats();
  EXPECT_GT(waiting.pending_blocks, 2000u);
  EXPECT_GT(waiting.pending_deletes, 100u);
  // What waits is part of the state, and survives being stored.
  Doc stored = doc_of(3);
  feed(stored, reader.encode_state_as_update());
  EXPECT_EQ(stored.stats().pending_blocks, waiting.pending_blocks);
  EXPECT_EQ(stored.stats().pending_deletes, waiting.pending_deletes);
  for (Doc* doc : {&reader, &stored}) {
    feed(*doc, updates.front());
    EXPECT_EQ(text_of(*doc), text_of(writer));
    EXPECT_FALSE(doc->has_pending());
    EXPECT_EQ(doc->encode_state_as_update(), writer.encode_state_as_update());
  }
}

TEST(Doc, takes_its_shortcuts_without_a_trace) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Doc quick = doc_of(1);
    Doc slow = doc_of(1);
    slow.use_fast_paths(false);
    std::vector<Buffer> from_quick;
    std::vector<Buffer> from_slow;
    const Subscription a = quick.on_update(
        [&](const UpdateEvent& event) { from_quick.push_back(copy_of(event.update)); });
    const Subscription b = slow.on_update(
        [&](const UpdateEvent& event) { from_slow.push_back(copy_of(event.update)); });
    uint32_t caret = 0;
    for (int i = 0; i < 300; ++i) {
      const uint32_t length = quick.text("t").length();
      if (random.one_in(12)) caret = static_cast<uint32_t>(random.below(length + 1));
      const uint64_t kind = random.below(10);
      if (kind < 5) {
        const std::string_view word = random.one_in(20) ? "é" : "x";
        ASSERT_TRUE(quick.text("t").insert(caret, word));
        ASSERT_TRUE(slow.text("t").insert(caret, word));
        ++caret;
      } else if (kind < 8 && caret > 0) {
        --caret;
        ASSERT_TRUE(quick.text("t").erase(caret, 1));
        ASSERT_TRUE(slow.text("t").erase(caret, 1));
      } else if (caret < length) {
        ASSERT_TRUE(quick.text("t").erase(caret, 1));
        ASSERT_TRUE(slow.text("t").erase(caret, 1));
      }
      ASSERT_EQ(quick.check(), "");
    }
    EXPECT_EQ(from_quick, from_slow);
    EXPECT_EQ(quick.encode_state_as_update(), slow.encode_state_as_update());
  }
}

TEST(Doc, tells_observers_what_changed) {
  Doc doc = doc_of(1);
  Text text = doc.text("t");
  std::string deltas;
  const Subscription subscription = text.observe(
      [&](const Event& event) { deltas += to_json(delta_to_json(event.delta())) + "\n"; });
  ASSERT_TRUE(text.insert(0, "hello"));
  ASSERT_TRUE(text.format(0, 2, {{"b", Any(true)}}));
  ASSERT_TRUE(text.erase(1, 2));
  EXPECT_EQ(deltas,
            "[{\"insert\":\"hello\"}]\n"
            "[{\"retain\":2,\"attributes\":{\"b\":true}}]\n"
            "[{\"retain\":1},{\"delete\":2}]\n");
}

TEST(Doc, tells_observers_of_a_root_what_changed_inside) {
  Doc doc = doc_of(1);
  Map map = doc.map("m");
  const SharedType made = map.set_type("list", TypeRef::kArray);
  Array list(made.document(), made.branch());
  std::string paths;
  const Subscription subscription = map.observe_deep([&](const DeepEvents& deep) {
    for (const Event& event : deep.events) {
      for (const PathStep& step : event.path()) {
        paths += std::holds_alternative<std::string>(step)
                     ? std::get<std::string>(step)
                     : std::to_string(std::get<uint32_t>(step));
        paths += "/";
      }
      paths += " ";
    }
  });
  const std::array<Any, 1> values = {Any(1.0)};
  ASSERT_TRUE(list.push(values));
  map.set("k", Any(2.0));
  EXPECT_EQ(paths, "list/  ");
}

TEST(Doc, lets_an_observer_cancel_itself_and_edit) {
  Doc doc = doc_of(1);
  Text text = doc.text("t");
  int calls = 0;
  Subscription subscription;
  subscription = text.observe([&](const Event&) {
    ++calls;
    subscription.cancel();
    EXPECT_TRUE(text.insert(0, "!"));
  });
  ASSERT_TRUE(text.insert(0, "x"));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(text_of(doc), "!x");
  EXPECT_EQ(doc.check(), "");
}

TEST(Doc, refuses_ranges_beyond_the_end) {
  Doc doc = doc_of(1);
  EXPECT_FALSE(doc.text("t").insert(1, "x"));
  EXPECT_FALSE(doc.text("t").erase(0, 1));
  EXPECT_FALSE(doc.array("a").erase(0, 1));
  EXPECT_FALSE(doc.text("t").insert(0, "\xFF"));
  EXPECT_TRUE(doc.state_vector().is_empty());
}

TEST(Doc, survives_a_handle_to_a_deleted_type) {
  Doc doc = doc_of(1);
  const SharedType made = doc.map("m").set_type("t", TypeRef::kText);
  Text text(made.document(), made.branch());
  ASSERT_TRUE(text.insert(0, "gone"));
  doc.map("m").erase("t");
  EXPECT_FALSE(text.is_live());
  EXPECT_EQ(text.length(), 0u);
  EXPECT_EQ(text.to_string(), "");
  EXPECT_FALSE(text.insert(0, "x"));
  EXPECT_EQ(doc.check(), "");
}

TEST(Doc, deletes_deeply_nested_types_without_recursion) {
  Doc doc = doc_of(1);
  SharedType at = doc.array("a").insert_type(0, TypeRef::kArray).value();
  doc.transact([&] {
    for (int depth = 0; depth < 20000; ++depth) {
      at = Array(at.document(), at.branch()).insert_type(0, TypeRef::kArray).value();
    }
  });
  ASSERT_TRUE(doc.array("a").erase(0, 1));
  EXPECT_EQ(doc.check(), "");
  EXPECT_EQ(to_json(doc.array("a").to_json()), "[]");
}

TEST(Doc, a_transaction_lasts_as_long_as_its_scope) {
  Doc doc;
  Text text = doc.text("t");
  std::vector<Origin> origins;
  const Subscription heard =
      doc.on_update([&](const UpdateEvent& event) { origins.push_back(event.origin); });
  {
    const Transaction outer(doc, 7);
    ASSERT_TRUE(text.insert(0, "a"));
    {
      const Transaction joins(doc, 8);
      ASSERT_TRUE(text.insert(1, "b"));
    }
    EXPECT_EQ(origins, std::vector<Origin>());
  }
  EXPECT_EQ(origins, std::vector<Origin>{7});
  // It stays with what it edits, wherever that moves.
  std::optional<Transaction> open(std::in_place, doc);
  ASSERT_TRUE(text.insert(2, "c"));
  Doc moved = std::move(doc);
  ASSERT_TRUE(text.insert(3, "d"));
  open.reset();
  EXPECT_EQ(origins, (std::vector<Origin>{7, 0}));
  EXPECT_EQ(moved.text("t").to_string(), "abcd");
}

}  // namespace
}  // namespace tidemark::crdt
