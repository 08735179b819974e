#include "crdt/internal/mark_statement.h"

#include <gtest/gtest.h>

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "crdt/value.h"

namespace tidemark::crdt {
namespace {

const Any kOne(1.0);
const Any kStamp(AnyArray{Any(7.0), Any(9007199254740991.0)});

AnyObject mark_members() {
  const Any anchor(Buffer{1, 2});
  return AnyObject({{"key", Any("bold")},
                    {"value", Any(true)},
                    {"start", anchor},
                    {"end", anchor},
                    {"stamp", kStamp}});
}

Any with(const AnyObject& object, std::string_view name, const Any& value) {
  std::vector<AnyObject::Member> members = object.members();
  members.emplace_back(name, value);
  return Any(AnyObject(std::move(members)));
}

TEST(MarkStatement, is_read_as_it_is_written) {
  for (const char* id : {"", "c1"}) {
    const MarkStatement statement{
        {"comment", id, Any("x")}, {7, 9}, Any(Buffer{1}), Any(Buffer{2, 3})};
    const auto read = mark_statement(Value(statement_to_json(statement)), 5);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->mark.key, "comment");
    EXPECT_EQ(read->mark.id, id);
    EXPECT_EQ(read->mark.value, Any("x"));
    EXPECT_EQ(read->stamp, (Stamp{7, 9, 5}));
    EXPECT_EQ(read->start, statement.start);
    EXPECT_EQ(read->end, statement.end);
    EXPECT_FALSE(copy_statement(Value(statement_to_json(statement)), 5));
  }
}

TEST(MarkStatement, is_nothing_that_is_written_otherwise) {
  ASSERT_TRUE(mark_statement(Value(Any(mark_members())), 0));
  const Any pair(AnyArray{Any(0.0), kOne});
  const std::pair<const char*, Any> wrongs[] = {{"key", kOne},
                                                {"id", kOne},
                                                {"value", Any()},
                                                {"value", Any(int64_t{1})},
                                                {"value", Any(AnyArray{Any(int64_t{1})})},
                                                {"value", Any(AnyObject({{"x", Any(int64_t{1})}}))},
                                                {"start", kOne},
                                                {"end", Any("AQI")},
                                                {"stamp", kOne},
                                                {"stamp", Any(AnyArray{kOne})},
                                                {"stamp", pair},
                                                {"stamp", Any(AnyArray{Any(0.5), kOne})}};
  for (const auto& [name, wrong] : wrongs) {
    const Any json = with(mark_members(), name, wrong);
    EXPECT_FALSE(mark_statement(Value(json), 0)) << to_json(json);
  }
  EXPECT_FALSE(mark_statement(Value(Any("x")), 0));
}

TEST(CopyStatement, is_read_as_it_is_written) {
  const std::array<RestoredUnits, 2> copies = {
      RestoredUnits{{1, 2}, {3, 4}, 5}, RestoredUnits{{(uint64_t{1} << 53) - 1, 0}, {1, 9}, 1}};
  const Any json = statement_to_json(copies, {7, 9});
  const auto read = copy_statement(Value(json), 5);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->copies, std::vector<RestoredUnits>(copies.begin(), copies.end()));
  EXPECT_EQ(read->stamp, (Stamp{7, 9, 5}));
  EXPECT_FALSE(mark_statement(Value(json), 5));
}

TEST(CopyStatement, is_nothing_that_is_written_otherwise) {
  const AnyObject stamped({{"stamp", kStamp}});
  const auto run = [](const Any& third) {
    return Any(AnyArray{Any(AnyArray{kOne, kOne, third, kOne, kOne})});
  };
  ASSERT_TRUE(copy_statement(Value(with(stamped, "copies", run(kOne))), 0));
  for (const Any& wrong :
       {Any("x"), kOne, Any(AnyArray{kOne}), Any(AnyArray{Any(AnyArray{kOne, kOne, kOne, kOne})}),
        run(Any(-1.0)), run(Any(0.5)), run(Any("1"))}) {
    EXPECT_FALSE(copy_statement(Value(with(stamped, "copies", wrong)), 0)) << to_json(wrong);
  }
  EXPECT_FALSE(copy_statement(Value(Any(AnyObject({{"copies", run(kOne)}}))), 0));
}

}  // namespace
}  // namespace tidemark::crdt
