// That the model says what the rule says is shown on cases that can be worked out on paper; then
// the smallest cases are compared with the kernel. ./dev model compares more.
#include "model/model.h"

#include <gtest/gtest.h>

#include "model/small_cases.h"

namespace tidemark::model {
namespace {

const Place kText{"text", {}, {}};
const Place kArray{"array", {}, {}};
const Place kMap{"map", {}, {}};

Content number(uint32_t value) { return {Kind::kValue, value}; }

TEST(Model, puts_smaller_clients_first_where_two_write_at_one_place) {
  Replica first(1);
  Replica second(2);
  const Message one = first.insert_text(kText, 0, u"ab");
  const Message two = second.insert_text(kText, 0, u"cd");
  first.receive(two);
  second.receive(one);
  EXPECT_EQ(first.shown(), "[]{}'abcd'");
  EXPECT_EQ(second.describe(), first.describe());
}

TEST(Model, keeps_the_last_value_of_a_key_and_deletes_the_others) {
  Replica first(1);
  Replica second(2);
  const Message one = first.set(kMap, "k", number(1));
  const Message two = second.set(kMap, "k", number(2));
  first.receive(two);
  second.receive(one);
  EXPECT_EQ(first.shown(), "[]{k=2,}''");
  EXPECT_EQ(second.describe(), first.describe());
}

TEST(Model, waits_for_what_an_edit_depends_on) {
  Replica writer(1);
  const Message one = writer.insert_text(kText, 0, u"a");
  const Message two = writer.insert_text(kText, 1, u"b");
  const Message gone = writer.erase(kText, 0, 1);
  Replica reader(2);
  EXPECT_EQ(describe(reader.receive(gone)), "");
  EXPECT_EQ(describe(reader.receive(two)), "");
  EXPECT_TRUE(reader.is_waiting());
  reader.receive(one);
  EXPECT_FALSE(reader.is_waiting());
  EXPECT_EQ(reader.describe(), writer.describe());
  EXPECT_EQ(reader.shown(), "[]{}'b'");
}

TEST(Model, collects_what_was_in_a_deleted_type) {
  Replica writer(1);
  writer.set(kMap, "k", {Kind::kType, kTextType});
  writer.insert_text(Place{{}, Id{1, 0}, {}}, 0, u"a");
  writer.erase_key(kMap, "k");
  EXPECT_EQ(writer.describe(),
            "1:0 deleted after - before - deleted\n"
            "1:1 garbage deleted\n"
            "root map key k 1:0\n");
  Replica keeper(2, false);
  keeper.receive(writer.state());
  EXPECT_EQ(keeper.describe(), writer.describe());
}

TEST(Model, pushes_behind_what_is_deleted_and_inserts_before_it) {
  Replica writer(1);
  writer.insert(kArray, 0, {number(1), number(2)});
  writer.erase(kArray, 1, 1);
  writer.insert(kArray, 1, {number(3)});
  writer.push(kArray, {number(4)});
  EXPECT_NE(writer.describe().find("root array 1:0 1:2 1:1 1:3\n"), std::string::npos);
  // A text goes on behind what was deleted.
  writer.insert_text(kText, 0, u"ab");
  writer.erase(kText, 0, 2);
  writer.insert_text(kText, 0, u"c");
  EXPECT_NE(writer.describe().find("root text 1:4 1:5 1:6\n"), std::string::npos);
}

TEST(ModelAndKernel, agree_on_every_history_of_two_edits) {
  for (const Family family : kFamilies) {
    for (const bool collects_garbage : {true, false}) {
      const Outcome outcome =
          compare_histories({.family = family, .edits = 2, .collects_garbage = collects_garbage});
      EXPECT_EQ(outcome.failure, "");
      EXPECT_GE(outcome.histories, 3u);
    }
  }
}

TEST(ModelAndKernel, agree_on_scripts_of_three_clients) {
  const Outcome outcome = compare_scripts({.edits = 2});
  EXPECT_EQ(outcome.failure, "");
  EXPECT_EQ(outcome.histories, 13u * 13 * 13);
}

TEST(ModelAndKernel, agree_on_random_histories) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("replay with ./dev model " + std::to_string(seed) + " 1");
    ASSERT_EQ(compare_random(seed).failure, "");
  }
}

}  // namespace
}  // namespace tidemark::model
