#include "crdt/authorship.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>

namespace tidemark::crdt {
namespace {

using User = std::optional<std::string>;

std::string users_of(const Authorship& authorship, uint64_t client, uint64_t clocks) {
  std::string users;
  for (uint64_t clock = 0; clock < clocks; ++clock) {
    users += authorship.user_of_deleted({client, clock}).value_or("-") + " ";
  }
  return users;
}

// The bytes are those of npm yjs 13.6.33, PermanentUserData, for the same edits.
TEST(Authorship, keeps_it_in_the_document_as_yjs_does) {
  Doc doc({.client_id = 5});
  Authorship authorship(doc);
  ASSERT_TRUE(authorship.add_user(5, "ann"));
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "abcdef"));
  ASSERT_TRUE(text.erase(1, 2));
  doc.transact([&] {
    ASSERT_TRUE(text.erase(0, 1));
    ASSERT_TRUE(text.erase(1, 1));
  });
  authorship.flush();
  EXPECT_EQ(to_hex(doc.encode_state_as_update()),
            "010a0500270105757365727303616e6e0127000500036964730027000500026473000800050"
            "1017d05010101740384050601648105070184050801660300050205010501050283050a0701"
            "05020401080101050204030801");
  EXPECT_EQ(users_of(authorship, 5, 11), "- - - - ann ann ann - ann - - ");

  Doc reader({.client_id = 6});
  const Authorship read(reader);
  ASSERT_TRUE(reader.apply_update(doc.encode_state_as_update()));
  EXPECT_EQ(read.user_of(5), User("ann"));
  EXPECT_EQ(read.user_of(6), std::nullopt);
  EXPECT_EQ(users_of(read, 5, 11), "- - - - ann ann ann - ann - - ");
  const Authorship late(reader);
  EXPECT_EQ(users_of(late, 5, 11), "- - - - ann ann ann - ann - - ");
}

TEST(Authorship, does_not_take_what_others_deleted_for_its_own) {
  Doc ann({.client_id = 1});
  Doc bob({.client_id = 2});
  Authorship of_ann(ann);
  ASSERT_TRUE(of_ann.add_user(1, "ann"));
  ASSERT_TRUE(bob.text("t").insert(0, "x"));
  ASSERT_TRUE(ann.apply_update(bob.encode_state_as_update()));
  ASSERT_TRUE(bob.text("t").erase(0, 1));
  ASSERT_TRUE(ann.apply_update(bob.encode_state_as_update()));
  of_ann.flush();
  EXPECT_EQ(of_ann.user_of_deleted({2, 0}), std::nullopt);
}

TEST(Authorship, keeps_only_what_the_filter_lets_pass) {
  constexpr Origin kImport = 7;
  Doc doc({.client_id = 1});
  Authorship authorship(doc);
  ASSERT_TRUE(authorship.add_user(
      1, "ann", [](Origin origin, const DeleteSet&) { return origin != kImport; }));
  const uint64_t first = doc.state_vector().clock_of(1);
  ASSERT_TRUE(doc.text("t").insert(0, "ab"));
  doc.transact([&] { ASSERT_TRUE(doc.text("t").erase(0, 1)); }, kImport);
  ASSERT_TRUE(doc.text("t").erase(0, 1));
  authorship.flush();
  EXPECT_EQ(authorship.user_of_deleted({1, first}), std::nullopt);
  EXPECT_EQ(authorship.user_of_deleted({1, first + 1}), User("ann"));
}

TEST(Authorship, adds_a_second_device_to_the_same_user) {
  Doc phone({.client_id = 1});
  Doc laptop({.client_id = 2});
  Authorship on_phone(phone);
  ASSERT_TRUE(on_phone.add_user(1, "ann"));
  Authorship on_laptop(laptop);
  ASSERT_TRUE(laptop.apply_update(phone.encode_state_as_update()));
  ASSERT_TRUE(on_laptop.add_user(2, "ann"));
  ASSERT_TRUE(phone.apply_update(laptop.encode_state_as_update()));
  for (const Authorship* authorship : {&on_phone, &on_laptop}) {
    EXPECT_EQ(authorship->user_of(1), User("ann"));
    EXPECT_EQ(authorship->user_of(2), User("ann"));
  }
}

// Both devices make an entry for the user, and one of the entries is overwritten.
TEST(Authorship, loses_nothing_when_two_entries_meet) {
  Doc one({.client_id = 1});
  Doc two({.client_id = 2});
  Authorship of_one(one);
  Authorship of_two(two);
  ASSERT_TRUE(of_one.add_user(1, "ann"));
  ASSERT_TRUE(of_two.add_user(2, "ann"));
  const uint64_t first = one.state_vector().clock_of(1);
  ASSERT_TRUE(one.text("t").insert(0, "x"));
  ASSERT_TRUE(one.text("t").erase(0, 1));
  of_one.flush();
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(one.apply_update(two.encode_state_as_update()));
    ASSERT_TRUE(two.apply_update(one.encode_state_as_update()));
    of_one.flush();
    of_two.flush();
  }
  Doc reader({.client_id = 3});
  ASSERT_TRUE(reader.apply_update(one.encode_state_as_update()));
  ASSERT_TRUE(reader.apply_update(two.encode_state_as_update()));
  const Authorship read(reader);
  EXPECT_EQ(read.user_of(1), User("ann"));
  EXPECT_EQ(read.user_of(2), User("ann"));
  EXPECT_EQ(read.user_of_deleted({1, first}), User("ann"));
  EXPECT_EQ(one.state_vector(), two.state_vector());
}

TEST(Authorship, puts_up_with_whatever_others_put_in_the_map) {
  Doc doc({.client_id = 1});
  Map users = doc.map("users");
  users.set("number", Any(1.0));
  users.set_type("text", TypeRef::kText);
  const SharedType odd = users.set_type("odd", TypeRef::kMap);
  Map(odd.document(), odd.branch()).set("ids", Any("none"));
  Authorship authorship(doc);
  ASSERT_TRUE(authorship.add_user(1, "odd"));
  const SharedType list = Map(odd.document(), odd.branch()).set_type("ds", TypeRef::kArray);
  const std::array<Any, 4> values = {Any(Buffer{9, 9}), Any("x"), Any(-1.0), Any(0.5)};
  ASSERT_TRUE(Array(list.document(), list.branch()).push(values));
  users.erase("odd");
  ASSERT_TRUE(doc.text("t").insert(0, "x"));
  ASSERT_TRUE(doc.text("t").erase(0, 1));
  authorship.flush();
  EXPECT_EQ(authorship.user_of(1), std::nullopt);
  EXPECT_EQ(doc.check(), "");
}

// As Yjs answers, whose deletion arrives first does not matter.
TEST(Authorship, names_the_user_who_came_first_where_two_deleted_the_same) {
  Doc ann({.client_id = 1});
  Doc bob({.client_id = 2});
  Authorship of_ann(ann);
  Authorship of_bob(bob);
  ASSERT_TRUE(of_ann.add_user(1, "zoe"));
  ASSERT_TRUE(bob.apply_update(ann.encode_state_as_update()));
  ASSERT_TRUE(of_bob.add_user(2, "bob"));
  const uint64_t clock = bob.state_vector().clock_of(2);
  ASSERT_TRUE(bob.text("t").insert(0, "x"));
  ASSERT_TRUE(ann.apply_update(bob.encode_state_as_update()));
  ASSERT_TRUE(ann.text("t").erase(0, 1));
  ASSERT_TRUE(bob.text("t").erase(0, 1));
  of_ann.flush();
  of_bob.flush();
  EXPECT_EQ(of_bob.user_of_deleted({2, clock}), User("bob"));
  ASSERT_TRUE(bob.apply_update(ann.encode_state_as_update()));
  EXPECT_EQ(of_bob.user_of_deleted({2, clock}), User("zoe"));
}

TEST(Authorship, goes_with_a_document_that_moves) {
  auto first = std::make_unique<Doc>(DocOptions{.client_id = 1});
  Authorship authorship(*first);
  Doc moved = std::move(*first);
  first.reset();
  ASSERT_TRUE(authorship.add_user(1, "ann"));
  ASSERT_TRUE(moved.text("t").insert(0, "x"));
  ASSERT_TRUE(moved.text("t").erase(0, 1));
  authorship.flush();
  EXPECT_EQ(authorship.user_of(1), User("ann"));
}

TEST(Authorship, refuses_a_description_that_nobody_could_read) {
  Doc doc;
  Authorship authorship(doc);
  EXPECT_FALSE(authorship.add_user(1, "\xff"));
  EXPECT_TRUE(doc.map("users").keys().empty());
}

// Somebody may take the user out of the map and put it back.
TEST(Authorship, keeps_deletions_until_the_user_is_back) {
  Doc doc(DocOptions{.client_id = 1});
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "abc"));
  Authorship authorship(doc);
  ASSERT_TRUE(authorship.add_user(1, "ann"));
  doc.map("users").erase("ann");
  ASSERT_TRUE(text.erase(1, 1));
  int updates = 0;
  const Subscription heard = doc.on_update([&](const UpdateEvent&) { ++updates; });
  authorship.flush();
  EXPECT_EQ(updates, 0);
  ASSERT_TRUE(authorship.add_user(1, "ann"));
  authorship.flush();
  EXPECT_EQ(authorship.user_of_deleted({1, 1}), "ann");
  Authorship elsewhere(doc);
  EXPECT_EQ(elsewhere.user_of_deleted({1, 1}), "ann");
}

}  // namespace
}  // namespace tidemark::crdt
