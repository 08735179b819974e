#include "store/stored_doc.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "store/memory_store.h"

namespace tidemark::store {
namespace {

void append_to(DocumentStore& store, std::string_view name, Bytes update) {
  const Append batch[] = {{.document = name, .update = update}};
  ASSERT_TRUE(store.append(batch));
}

// What random editors at two replicas write, with updates lost, repeated and late.
std::vector<Buffer> random_updates(uint64_t seed) {
  Random random(seed);
  std::vector<Buffer> out;
  crdt::Doc a({.client_id = 1 + random.below(1000)});
  crdt::Doc b({.client_id = 1001 + random.below(1000)});
  std::vector<crdt::Subscription> subscriptions;
  for (crdt::Doc* doc : {&a, &b}) {
    subscriptions.push_back(doc->on_update(
        [&out](const crdt::UpdateEvent& event) { out.push_back(copy_of(event.update)); }));
  }
  for (int step = 0; step < 60; ++step) {
    crdt::Doc& doc = random.one_in(2) ? a : b;
    crdt::Text text = doc.text("t");
    switch (random.below(5)) {
      case 0:
      case 1:
        (void)text.insert(static_cast<uint32_t>(random.below(text.length() + 1)), "ab\xC3\xA9");
        break;
      case 2:
        if (text.length() > 2)
          (void)text.erase(static_cast<uint32_t>(random.below(text.length() - 1)), 2);
        break;
      case 3:
        doc.map("m").set(std::string(1, static_cast<char>('a' + random.below(3))),
                         crdt::Any(static_cast<double>(step)));
        break;
      default: {
        crdt::Doc& other = &doc == &a ? b : a;
        (void)other.apply_update(doc.encode_state_as_update());
      }
    }
  }
  std::vector<Buffer> delivered;
  for (const Buffer& update : out) {
    if (random.one_in(20)) continue;
    delivered.insert(delivered.begin() + static_cast<ptrdiff_t>(
                                             random.one_in(5) ? random.below(delivered.size() + 1)
                                                              : delivered.size()),
                     update);
    if (random.one_in(10)) delivered.push_back(update);
  }
  return delivered;
}

Buffer encoding_of(DocumentStore& store, std::string_view name) {
  const auto doc = load_doc(store, name);
  EXPECT_TRUE(doc) << doc.error().detail;
  EXPECT_TRUE(doc->has_value());
  return (*doc)->encode_state_as_update();
}

TEST(StoredDoc, is_absent_where_nothing_is_stored) {
  MemoryStore store;
  const auto doc = load_doc(store, "a");
  ASSERT_TRUE(doc);
  EXPECT_FALSE(doc->has_value());
  EXPECT_FALSE(*compact_step(store, "a", {}));
}

TEST(StoredDoc, loads_as_before_after_any_compaction) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    MemoryStore store;
    MemoryStore untouched;
    for (const Buffer& update : random_updates(seed)) {
      append_to(store, "a", update);
      append_to(untouched, "a", update);
      if (!random.one_in(7)) continue;
      const auto done = compact_step(store, "a", {.keep = random.below(4)});
      ASSERT_TRUE(done) << done.error().detail;
    }
    ASSERT_EQ(encoding_of(store, "a"), encoding_of(untouched, "a"));
  }
}

TEST(StoredDoc, keeps_the_newest_states_apart) {
  MemoryStore store;
  crdt::Doc doc;
  std::vector<Buffer> updates;
  const auto subscription = doc.on_update(
      [&](const crdt::UpdateEvent& event) { updates.push_back(copy_of(event.update)); });
  for (const char* word : {"Hello", " World", "!"}) {
    ASSERT_TRUE(doc.text("t").insert(doc.text("t").length(), word));
  }
  for (const Buffer& update : updates) append_to(store, "a", update);
  ASSERT_TRUE(*compact_step(store, "a", {.keep = 2}));
  const auto stored = store.load("a");
  ASSERT_EQ((*stored)->tail.size(), 2u);
  for (const auto& [id, text] : {std::pair{1, "Hello"}, {2, "Hello World"}, {3, "Hello World!"}}) {
    crdt::Doc then;
    ASSERT_TRUE(apply_stored(then, **store.state_at("a", static_cast<LogId>(id))));
    EXPECT_EQ(then.text("t").to_string(), text);
  }
}

TEST(StoredDoc, refuses_a_snapshot_that_says_something_else) {
  MemoryStore store;
  crdt::Doc doc({.client_id = 5});
  ASSERT_TRUE(doc.text("t").insert(0, "ours"));
  append_to(store, "a", doc.encode_state_as_update());
  crdt::Doc other({.client_id = 6});
  ASSERT_TRUE(other.text("t").insert(0, "theirs"));
  const Buffer wrong = other.encode_state_as_update();
  const auto refused =
      replace_snapshot_checked(store, {.document = "a", .state = wrong, .covers = 1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  const Buffer right = doc.encode_state_as_update();
  EXPECT_TRUE(replace_snapshot_checked(store, {.document = "a", .state = right, .covers = 1}));
  EXPECT_EQ(encoding_of(store, "a"), right);
}

TEST(StoredDoc, names_the_row_that_does_not_decode) {
  MemoryStore store;
  crdt::Doc doc;
  ASSERT_TRUE(doc.text("t").insert(0, "x"));
  append_to(store, "a", doc.encode_state_as_update());
  const uint8_t rubbish[] = {1, 2, 3, 0xFF};
  append_to(store, "a", rubbish);
  const auto loaded = load_doc(store, "a");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(loaded.error().detail.find("row 2"), std::string::npos) << loaded.error().detail;
  EXPECT_FALSE(compact_step(store, "a", {}));
  EXPECT_EQ(store.statistics("a").value()->log_rows, 2u);
}

TEST(StoredDoc, is_compacted_when_the_tail_is_long_and_worth_it) {
  EXPECT_FALSE(needs_compaction({0, 499, 10'000}));
  EXPECT_TRUE(needs_compaction({0, 500, 10'000}));
  EXPECT_TRUE(needs_compaction({0, 2, 1 << 20}));
  EXPECT_FALSE(needs_compaction({1 << 20, 500, 1000}));
  EXPECT_TRUE(needs_compaction({1 << 20, 10'000, 1}));
}

}  // namespace
}  // namespace tidemark::store
