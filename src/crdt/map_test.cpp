#include "crdt/map.h"

#include <gtest/gtest.h>

#include "crdt/doc.h"

namespace tidemark::crdt {
namespace {

std::string json_of(const SharedType& type) { return to_json(type.to_json()); }

TEST(Map, keeps_the_last_value_of_a_key) {
  Doc doc;
  Map map = doc.map("m");
  map.set("a", Any(1.0));
  map.set("b", Any(2.0));
  map.set("a", Any(3.0));
  map.erase("b");
  EXPECT_EQ(json_of(map), R"({"a":3})");
  EXPECT_EQ(map.keys(), std::vector<std::string>{"a"});
  EXPECT_TRUE(map.contains("a"));
  EXPECT_FALSE(map.contains("b"));
  EXPECT_FALSE(map.contains("never"));
}

TEST(Map, lets_the_higher_client_win_everywhere) {
  Doc one({.client_id = 1});
  Doc two({.client_id = 2});
  one.map("m").set("k", Any(std::string("one")));
  two.map("m").set("k", Any(std::string("two")));
  ASSERT_TRUE(one.apply_update(two.encode_state_as_update()));
  ASSERT_TRUE(two.apply_update(one.encode_state_as_update()));
  EXPECT_EQ(json_of(one.map("m")), R"({"k":"two"})");
  EXPECT_EQ(json_of(two.map("m")), R"({"k":"two"})");
}

TEST(Map, holds_types_and_subdocuments) {
  Doc doc;
  Map map = doc.map("m");
  const SharedType nested = map.set_type("text", TypeRef::kText);
  ASSERT_TRUE(Text(nested.document(), nested.branch()).insert(0, "hi"));
  map.set_subdocument("doc", {.guid = "inside", .options = Any(AnyObject())});
  EXPECT_EQ(json_of(map), R"({"text":"hi","doc":{}})");
  EXPECT_EQ(doc.subdocuments(), std::vector<std::string>{"inside"});
  map.set("text", Any(1.0));
  EXPECT_FALSE(nested.is_live());
}

TEST(Map, tells_how_keys_changed) {
  Doc doc;
  Map map = doc.map("m");
  map.set("updated", Any(1.0));
  map.set("erased", Any(2.0));
  std::vector<KeyChange> told;
  const auto subscription = map.observe([&](const Event& event) { told = event.keys(); });
  doc.transact([&] {
    map.set("updated", Any(3.0));
    map.erase("erased");
    map.set("added", Any(4.0));
    map.set("fleeting", Any(5.0));
    map.erase("fleeting");
  });
  std::vector<std::tuple<std::string, KeyChange::Action, Any>> seen;
  seen.reserve(told.size());
  for (const KeyChange& one : told) {
    seen.emplace_back(one.key, one.action, one.old_value.any() ? *one.old_value.any() : Any());
  }
  using Action = KeyChange::Action;
  EXPECT_EQ(seen, (decltype(seen){{"updated", Action::kUpdate, Any(1.0)},
                                  {"erased", Action::kErase, Any(2.0)},
                                  {"added", Action::kAdd, Any()}}));
}

TEST(Map, forgets_what_is_set_once_it_is_deleted) {
  Doc doc;
  const SharedType type = doc.map("m").set_type("inner", TypeRef::kMap);
  Map inner(type.document(), type.branch());
  doc.map("m").erase("inner");
  inner.set("late", Any(1.0));
  EXPECT_FALSE(inner.set_type("later", TypeRef::kText));
  EXPECT_EQ(json_of(inner), "{}");
  EXPECT_EQ(doc.check(), "");
}

TEST(Map, refuses_entries_once_it_is_collected) {
  Doc doc;
  const SharedType inner = doc.map("m").set_type("k", TypeRef::kMap);
  Map map(inner.document(), inner.branch());
  ASSERT_TRUE(map.set("a", Any(1.0)));
  doc.map("m").erase("k");
  EXPECT_FALSE(map.is_live());
  EXPECT_EQ(map.set("a", Any(2.0)).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(map.set_subdocument("s", {"guid"}).error().code, ErrorCode::kInvalid);
  EXPECT_FALSE(map.set_type("t", TypeRef::kText));
  map.erase("a");
  EXPECT_FALSE(map.contains("a"));
  EXPECT_EQ(doc.check(), "");
}

}  // namespace
}  // namespace tidemark::crdt
