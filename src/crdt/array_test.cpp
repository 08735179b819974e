#include "crdt/array.h"

#include <gtest/gtest.h>

#include "crdt/doc.h"

namespace tidemark::crdt {
namespace {

std::string json_of(const SharedType& type) { return to_json(type.to_json()); }

Result<> insert(Array array, uint32_t index, std::initializer_list<double> numbers) {
  const std::vector<Any> values(numbers.begin(), numbers.end());
  return array.insert(index, values);
}

TEST(Array, inserts_and_erases_ranges) {
  Doc doc;
  Array array = doc.array("a");
  ASSERT_TRUE(insert(array, 0, {1, 2, 3, 4, 5}));
  ASSERT_TRUE(array.erase(1, 3));
  ASSERT_TRUE(insert(array, 1, {9}));
  EXPECT_EQ(json_of(array), "[1,9,5]");
  EXPECT_EQ(array.length(), 3u);
  EXPECT_EQ(*array.at(1)->any(), Any(9.0));
  EXPECT_FALSE(array.at(3));
}

TEST(Array, pushes_behind_everything) {
  Doc doc;
  Array array = doc.array("a");
  ASSERT_TRUE(insert(array, 0, {1, 2}));
  ASSERT_TRUE(array.erase(1, 1));
  const Any three[] = {Any(3.0)};
  ASSERT_TRUE(array.push(three));
  EXPECT_EQ(json_of(array), "[1,3]");
}

TEST(Array, holds_types_and_subdocuments) {
  Doc doc;
  Array array = doc.array("a");
  const auto inner = array.push_type(TypeRef::kArray);
  ASSERT_TRUE(inner);
  ASSERT_TRUE(insert(Array(inner->document(), inner->branch()), 0, {7}));
  ASSERT_TRUE(array.insert_type(0, TypeRef::kText));
  ASSERT_TRUE(array.insert_subdocument(1, {.guid = "inside", .options = Any(AnyObject())}));
  EXPECT_EQ(json_of(array), R"(["",{},[7]])");
  EXPECT_EQ(doc.subdocuments(), std::vector<std::string>{"inside"});
  EXPECT_EQ(array.at(1)->subdocument()->guid, "inside");
  ASSERT_TRUE(array.erase(1, 1));
  EXPECT_TRUE(doc.subdocuments().empty());
}

TEST(Array, puts_concurrent_insertions_in_one_order_everywhere) {
  Doc one({.client_id = 1});
  Doc two({.client_id = 2});
  ASSERT_TRUE(insert(one.array("a"), 0, {1, 2}));
  ASSERT_TRUE(insert(two.array("a"), 0, {3, 4}));
  ASSERT_TRUE(one.apply_update(two.encode_state_as_update()));
  ASSERT_TRUE(two.apply_update(one.encode_state_as_update()));
  EXPECT_EQ(json_of(one.array("a")), "[1,2,3,4]");
  EXPECT_EQ(json_of(two.array("a")), "[1,2,3,4]");
}

TEST(Array, tells_a_change_as_a_delta) {
  Doc doc;
  Array array = doc.array("a");
  ASSERT_TRUE(insert(array, 0, {1, 2, 3}));
  std::string told;
  const auto subscription =
      array.observe([&](const Event& event) { told = to_json(delta_to_json(event.delta())); });
  doc.transact([&] {
    ASSERT_TRUE(array.erase(0, 1));
    ASSERT_TRUE(insert(array, 1, {8, 9}));
  });
  EXPECT_EQ(told, R"([{"delete":1},{"retain":1},{"insert":[8,9]}])");
}

TEST(Array, refuses_what_lists_cannot_hold) {
  Doc doc;
  Array array = doc.array("a");
  const Any nothing[] = {Any()};
  EXPECT_FALSE(array.push(nothing));
  EXPECT_FALSE(insert(array, 1, {1}));
  EXPECT_FALSE(array.erase(0, 1));
  EXPECT_EQ(doc.encode_state_as_update(), (Buffer{0, 0}));
}

TEST(Array, does_nothing_for_a_length_of_0) {
  Doc doc;
  Array array = doc.array("a");
  EXPECT_TRUE(array.erase(0, 0));
  EXPECT_TRUE(array.erase(7, 0));
  EXPECT_EQ(doc.encode_state_as_update(), (Buffer{0, 0}));
}

}  // namespace
}  // namespace tidemark::crdt
