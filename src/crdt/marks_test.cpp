// The scenarios of the Peritext paper and the laws behind them. A seed is a session of three
// writers; --gtest_random_seed=N begins with seed N instead of 1.
#include "crdt/marks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <tuple>

#include "base/random.h"
#include "crdt/doc_copy.h"
#include "crdt/test_seeds.h"
#include "crdt/undo.h"

namespace tidemark::crdt {
namespace {

const MarkTypes kTypes = {{"link", {MarkExpand::kNeither}},
                          {"comment", {MarkExpand::kNeither, true}},
                          {"quote", {MarkExpand::kBoth}},
                          {"indent", {MarkExpand::kBefore}}};

// A replica with its marks.
struct Writer {
  explicit Writer(uint64_t client, std::string_view begin = {}) : doc({.client_id = client}) {
    EXPECT_TRUE(text().insert(0, begin));
  }
  Text text() { return doc.text("t"); }
  Array overlay() { return doc.array("tidemark:marks:t"); }
  Marks marks() { return {doc, text(), overlay(), kTypes}; }
  void hear(const Writer& other) {
    ASSERT_TRUE(doc.apply_update(other.doc.encode_state_as_update(doc.state_vector())));
  }
  std::string shown() {
    const Result<Delta> delta = marks().to_delta();
    return delta ? to_json(delta_to_json(*delta)) : delta.error().detail;
  }

  Doc doc;
};

const Any kYes = Any(true);
const Any kNo = Any(Null{});

void expect_reload_shows_the_same(Writer& writer) {
  const std::string shown = writer.shown();
  Writer reloaded(91);
  reloaded.hear(writer);
  EXPECT_EQ(reloaded.shown(), shown);
  Writer cloned(92);
  cloned.doc = clone_of(writer.doc, {.client_id = 92});
  EXPECT_EQ(cloned.shown(), shown);
}

// Both begin with the same text; then each does something that the other one does not know of.
class Peritext : public testing::Test {
 protected:
  void begin(std::string_view text) {
    ASSERT_TRUE(alice.text().insert(0, text));
    bob.hear(alice);
  }
  std::string merged() {
    alice.hear(bob);
    bob.hear(alice);
    EXPECT_EQ(alice.shown(), bob.shown());
    return alice.shown();
  }

  Writer alice{1};
  Writer bob{2};
};

TEST_F(Peritext, makes_one_stretch_of_overlapping_bold_ranges) {
  begin("The fox jumped.");
  ASSERT_TRUE(alice.marks().add(0, 7, {"bold", "", kYes}));
  ASSERT_TRUE(bob.marks().add(4, 10, {"bold", "", kYes}));
  EXPECT_EQ(merged(), R"([{"insert":"The fox jumped","attributes":{"bold":true}},{"insert":"."}])");
}

TEST_F(Peritext, lets_bold_and_italic_overlap) {
  begin("The fox jumped.");
  ASSERT_TRUE(alice.marks().add(0, 7, {"bold", "", kYes}));
  ASSERT_TRUE(bob.marks().add(4, 10, {"italic", "", kYes}));
  EXPECT_EQ(merged(), R"([{"insert":"The ","attributes":{"bold":true}},)"
                      R"({"insert":"fox","attributes":{"bold":true,"italic":true}},)"
                      R"({"insert":" jumped","attributes":{"italic":true}},{"insert":"."}])");
}

TEST_F(Peritext, gives_one_of_two_colours_where_they_overlap) {
  begin("The fox jumped.");
  ASSERT_TRUE(alice.marks().add(0, 7, {"color", "", Any("red")}));
  ASSERT_TRUE(bob.marks().add(4, 10, {"color", "", Any("blue")}));
  EXPECT_EQ(merged(), R"([{"insert":"The ","attributes":{"color":"red"}},)"
                      R"({"insert":"fox jumped","attributes":{"color":"blue"}},{"insert":"."}])");
  // Who has seen both says what counts.
  ASSERT_TRUE(alice.marks().add(4, 3, {"color", "", Any("red")}));
  EXPECT_EQ(merged(), R"([{"insert":"The fox","attributes":{"color":"red"}},)"
                      R"({"insert":" jumped","attributes":{"color":"blue"}},{"insert":"."}])");
}

TEST_F(Peritext, takes_bold_away_from_a_part_while_another_part_gets_it) {
  begin("The fox jumped.");
  ASSERT_TRUE(alice.marks().add(0, 15, {"bold", "", kYes}));
  bob.hear(alice);
  ASSERT_TRUE(alice.marks().add(4, 11, {"bold", "", kNo}));
  ASSERT_TRUE(bob.marks().add(4, 3, {"bold", "", kYes}));
  EXPECT_EQ(merged(), R"([{"insert":"The fox","attributes":{"bold":true}},{"insert":" jumped."}])");
}

TEST_F(Peritext, marks_what_somebody_else_writes_into_a_range) {
  begin("The fox jumped.");
  ASSERT_TRUE(alice.marks().add(0, 15, {"bold", "", kYes}));
  ASSERT_TRUE(bob.text().insert(4, "quick "));
  EXPECT_EQ(merged(), R"([{"insert":"The quick fox jumped.","attributes":{"bold":true}}])");
}

TEST_F(Peritext, grows_bold_behind_and_a_link_at_neither_end) {
  begin("ab cd.");
  ASSERT_TRUE(alice.marks().add(0, 2, {"bold", "", kYes}));
  ASSERT_TRUE(alice.marks().add(3, 2, {"link", "", Any("u")}));
  bob.hear(alice);
  ASSERT_TRUE(bob.text().insert(5, "5"));
  ASSERT_TRUE(bob.text().insert(3, "3"));
  ASSERT_TRUE(bob.text().insert(2, "2"));
  ASSERT_TRUE(bob.text().insert(0, "0"));
  EXPECT_EQ(merged(),
            R"([{"insert":"0"},{"insert":"ab2","attributes":{"bold":true}},{"insert":" 3"},)"
            R"({"insert":"cd","attributes":{"link":"u"}},{"insert":"5."}])");
}

TEST_F(Peritext, grows_in_front_or_on_both_sides_if_the_key_says_so) {
  begin("ab");
  ASSERT_TRUE(alice.marks().add(0, 2, {"quote", "", kYes}));
  ASSERT_TRUE(alice.marks().add(0, 2, {"indent", "", kYes}));
  ASSERT_TRUE(alice.text().insert(2, "2"));
  ASSERT_TRUE(alice.text().insert(0, "0"));
  EXPECT_EQ(merged(), R"([{"insert":"0ab","attributes":{"indent":true,"quote":true}},)"
                      R"({"insert":"2","attributes":{"quote":true}}])");
}

TEST_F(Peritext, bolds_what_was_written_at_the_end_of_a_range_at_the_same_time) {
  begin("The cat.");
  ASSERT_TRUE(alice.marks().add(4, 3, {"bold", "", kYes}));
  ASSERT_TRUE(alice.marks().add(4, 3, {"link", "", Any("u")}));
  ASSERT_TRUE(bob.text().insert(7, "s"));
  EXPECT_EQ(merged(),
            R"([{"insert":"The "},{"insert":"cat","attributes":{"bold":true,"link":"u"}},)"
            R"({"insert":"s","attributes":{"bold":true}},{"insert":"."}])");
}

TEST_F(Peritext, keeps_all_comments_on_one_character) {
  begin("The fox jumped.");
  ASSERT_TRUE(alice.marks().add(0, 7, {"comment", "a1", Any("who?")}));
  ASSERT_TRUE(bob.marks().add(4, 10, {"comment", "b1", Any("why?")}));
  EXPECT_EQ(merged(),
            R"([{"insert":"The ","attributes":{"comment":{"a1":"who?"}}},)"
            R"({"insert":"fox","attributes":{"comment":{"a1":"who?","b1":"why?"}}},)"
            R"({"insert":" jumped","attributes":{"comment":{"b1":"why?"}}},{"insert":"."}])");
  EXPECT_EQ(alice.marks().read().over(4, 5).size(), 2u);
  EXPECT_EQ(alice.marks().read().over(8, 9).size(), 1u);
  ASSERT_TRUE(bob.marks().remove_id("comment", "a1"));
  EXPECT_EQ(merged(),
            R"([{"insert":"The "},)"
            R"({"insert":"fox jumped","attributes":{"comment":{"b1":"why?"}}},{"insert":"."}])");
}

TEST_F(Peritext, takes_a_comment_away_from_what_was_deleted_too) {
  begin("abcdef");
  ASSERT_TRUE(alice.marks().add(0, 3, {"comment", "c", Any("why?")}));
  bob.hear(alice);
  ASSERT_TRUE(alice.text().erase(0, 1));
  ASSERT_TRUE(alice.marks().remove_id("comment", "c"));
  ASSERT_TRUE(alice.text().insert(0, "X"));
  EXPECT_EQ(merged(), R"([{"insert":"Xbcdef"}])");
  const uint32_t statements = alice.overlay().length();
  ASSERT_TRUE(alice.marks().remove_id("comment", "c"));  // says nothing new
  EXPECT_EQ(alice.overlay().length(), statements);
  // So does a delta of what there is to see.
  ASSERT_TRUE(alice.marks().add(2, 2, {"link", "", Any("u")}));
  ASSERT_TRUE(alice.text().erase(2, 1));
  ASSERT_TRUE(alice.marks().apply_delta(std::vector<DeltaOp>{
      {.kind = DeltaOp::Kind::kRetain, .length = 5, .attributes = {{"link", kNo}}}}));
  ASSERT_TRUE(alice.text().insert(2, "c"));
  EXPECT_EQ(merged(), R"([{"insert":"Xbcdef"}])");
  // What nobody can see is taken away too: somebody may be writing there.
  ASSERT_TRUE(alice.marks().add(1, 2, {"comment", "d", Any("when?")}));
  bob.hear(alice);
  ASSERT_TRUE(alice.text().erase(0, alice.text().length()));
  ASSERT_TRUE(alice.marks().remove_id("comment", "d"));
  ASSERT_TRUE(bob.text().insert(2, "Y"));
  EXPECT_EQ(merged(), R"([{"insert":"Y"}])");
  // ... and may be said anew.
  ASSERT_TRUE(bob.marks().add(0, 1, {"comment", "d", Any("now")}));
  EXPECT_EQ(merged(), R"([{"insert":"Y","attributes":{"comment":{"d":"now"}}}])");
}

TEST(Marks, take_away_no_more_at_once_than_is_allowed) {
  Writer writer(1, "abcdef");
  const Marks marks(writer.doc, writer.text(), writer.overlay(), kTypes, {.max_written = 2});
  for (uint32_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(Marks(marks).add(i, 1, {"comment", "c", Any("x")}));
  }
  const Result<> removed = Marks(marks).remove_id("comment", "c");
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(writer.overlay().length(), 3u);
}

TEST(Marks, pass_over_a_stamp_below_the_first) {
  Writer writer(1, "abc");
  ASSERT_TRUE(writer.marks().add(0, 3, {"bold", "", kYes}));
  AnyObject statement = *writer.overlay().values()[0].any()->as_object();
  ASSERT_TRUE(writer.overlay().erase(0, 1));
  for (const double counter : {1.0, 0.0}) {
    statement.set("stamp", Any(AnyArray{Any(counter), Any(7.0)}));
    const Any json(statement);
    ASSERT_TRUE(writer.overlay().push(std::span(&json, 1)));
    EXPECT_EQ(writer.marks().read().spans.size(), static_cast<size_t>(counter));
    ASSERT_TRUE(writer.overlay().erase(0, 1));
  }
  EXPECT_FALSE(writer.marks().add(0, 0, {""}));
}

TEST_F(Peritext, holds_on_to_anchors_that_were_deleted) {
  begin("The fox jumped.");
  ASSERT_TRUE(alice.marks().add(4, 3, {"link", "", Any("u")}));
  ASSERT_TRUE(bob.text().erase(2, 3));  // "Thox jumped."
  ASSERT_TRUE(bob.text().erase(3, 1));  // "Tho jumped."
  ASSERT_TRUE(bob.text().insert(3, "!"));
  EXPECT_EQ(merged(),
            R"([{"insert":"Th"},{"insert":"o","attributes":{"link":"u"}},{"insert":"! jumped."}])");
  ASSERT_TRUE(alice.text().erase(0, alice.text().length()));
  EXPECT_EQ(merged(), "[]");
  EXPECT_TRUE(alice.marks().read().spans.empty());
}

// Only who undid knows what is a copy of what, so nobody's marks may depend on it.
TEST_F(Peritext, says_the_same_to_all_of_what_undo_brings_back) {
  begin("");
  const SharedType scope[] = {alice.text()};
  UndoStack stack(alice.doc, scope, {.capture_timeout_ms = 0});
  ASSERT_TRUE(alice.text().insert(0, "hello world"));
  ASSERT_TRUE(alice.marks().add(0, 5, {"bold", "", kYes}));
  merged();
  ASSERT_TRUE(alice.text().erase(0, 5));
  merged();
  ASSERT_TRUE(stack.undo());
  EXPECT_EQ(merged(), R"([{"insert":"hello world"}])");
  expect_reload_shows_the_same(alice);
}

TEST_F(Peritext, keeps_the_marks_of_what_a_stack_that_they_follow_brings_back) {
  begin("");
  const SharedType scope[] = {alice.text()};
  UndoStack stack(alice.doc, scope, {.capture_timeout_ms = 0});
  const Subscription following = alice.marks().follow(stack);
  ASSERT_TRUE(alice.text().insert(0, "hello wide world"));
  ASSERT_TRUE(alice.marks().add(0, 5, {"bold", "", kYes}));
  ASSERT_TRUE(alice.marks().add(6, 4, {"link", "", Any("u")}));
  const std::string shown = R"([{"insert":"hello","attributes":{"bold":true}},{"insert":" "},)"
                            R"({"insert":"wide","attributes":{"link":"u"}},{"insert":" world"}])";
  EXPECT_EQ(merged(), shown);
  for (const auto& [index, length] : {std::pair{0u, 5u}, {5u, 6u}, {0u, 16u}, {9u, 1u}, {6u, 1u}}) {
    ASSERT_TRUE(alice.text().erase(index, length));
    merged();
    ASSERT_TRUE(stack.undo());
    EXPECT_EQ(merged(), shown) << index;
    // Once more, of what is a copy now.
    ASSERT_TRUE(stack.redo());
    merged();
    ASSERT_TRUE(stack.undo());
    EXPECT_EQ(merged(), shown) << index;
    expect_reload_shows_the_same(alice);
  }
}

// What was written into two texts one after the other, and comes back so.
TEST_F(Peritext, tells_apart_texts_that_come_back_together) {
  Text other = alice.doc.text("u");
  Marks marks(alice.doc, other, alice.doc.array("tidemark:marks:u"), kTypes);
  UndoStack stack(alice.doc, std::array<SharedType, 2>{alice.text(), other}, {});
  const Subscription following = marks.follow(stack);
  ASSERT_TRUE(alice.text().insert(0, "ab"));
  ASSERT_TRUE(other.insert(0, "cd"));
  ASSERT_TRUE(marks.add(0, 2, {"link", "", Any("u")}));
  stack.stop_capturing();
  alice.doc.transact([&] {
    ASSERT_TRUE(alice.text().erase(0, 2));
    ASSERT_TRUE(other.erase(0, 2));
  });
  ASSERT_TRUE(stack.undo());
  EXPECT_EQ(to_json(delta_to_json(*marks.to_delta())),
            R"([{"insert":"cd","attributes":{"link":"u"}}])");
}

// A word that stands behind a bold one comes back plain.
TEST_F(Peritext, does_not_mark_what_had_no_mark_before_undo) {
  begin("");
  UndoStack stack(alice.doc, std::array<SharedType, 1>{alice.text()}, {.capture_timeout_ms = 0});
  const Subscription following = alice.marks().follow(stack);
  ASSERT_TRUE(alice.text().insert(0, "bold plain"));
  ASSERT_TRUE(alice.marks().add(0, 4, {"bold", "", kYes}));
  const std::string shown = merged();
  ASSERT_TRUE(alice.text().erase(4, 6));
  ASSERT_TRUE(stack.undo());
  EXPECT_EQ(merged(), shown);
}

// Text and mark go and come as steps of one stack.
TEST_F(Peritext, finds_marks_that_are_redone_on_text_that_is_redone) {
  begin("");
  const SharedType scope[] = {alice.text(), alice.overlay()};
  UndoStack stack(alice.doc, scope, {.capture_timeout_ms = 0});
  const Subscription following = alice.marks().follow(stack);
  ASSERT_TRUE(alice.text().insert(0, "abc"));
  ASSERT_TRUE(alice.marks().add(1, 1, {"link", "", Any("u")}));
  const std::string shown = merged();
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(stack.undo());
    EXPECT_EQ(merged(), R"([{"insert":"abc"}])");
    ASSERT_TRUE(stack.undo());
    EXPECT_EQ(merged(), "[]");
    ASSERT_TRUE(stack.redo());
    ASSERT_TRUE(stack.redo());
    EXPECT_EQ(merged(), shown);
  }
  EXPECT_EQ(stack.undo_count(), 2u);
}

TEST_F(Peritext, hears_nothing_of_copies) {
  begin("");
  UndoStack stack(alice.doc, std::array<SharedType, 1>{alice.text()}, {.capture_timeout_ms = 0});
  const Subscription following = alice.marks().follow(stack);
  ASSERT_TRUE(alice.text().insert(0, "abc"));
  ASSERT_TRUE(alice.marks().add(0, 3, {"bold", "", kYes}));
  int heard = 0;
  const Subscription listening = bob.marks().observe([&](const MarkEvent&) { ++heard; });
  bob.hear(alice);
  EXPECT_EQ(heard, 1);
  ASSERT_TRUE(alice.text().erase(0, 3));
  ASSERT_TRUE(stack.undo());
  bob.hear(alice);
  EXPECT_EQ(heard, 1);
  // A mark on copies says where it is.
  std::vector<MarkChange> stated;
  const Subscription more = bob.marks().observe([&](const MarkEvent& event) {
    stated.insert(stated.end(), event.stated.begin(), event.stated.end());
  });
  ASSERT_TRUE(alice.marks().add(1, 1, {"link", "", Any("u")}));
  bob.hear(alice);
  ASSERT_EQ(stated.size(), 1u);
  EXPECT_EQ(stated[0].first, 1u);
  EXPECT_EQ(stated[0].end, 2u);
}

TEST_F(Peritext, marks_what_undo_brings_back_between_the_ends_of_a_mark) {
  begin("The fox jumped.");
  ASSERT_TRUE(alice.marks().add(4, 3, {"bold", "", kYes}));
  bob.hear(alice);
  UndoStack stack(bob.doc);
  ASSERT_TRUE(bob.text().erase(5, 1));
  ASSERT_TRUE(stack.undo());
  EXPECT_EQ(merged(), R"([{"insert":"The "},{"insert":"fox","attributes":{"bold":true}},)"
                      R"({"insert":" jumped."}])");
  stack.stop_capturing();
  ASSERT_TRUE(bob.marks().add(0, 3, {"bold", "", kYes}));
  ASSERT_TRUE(stack.undo());
  EXPECT_EQ(bob.marks().read().spans.size(), 1u);
}

TEST(Marks, have_the_last_word_over_formats_of_the_text) {
  Writer writer(1);
  ASSERT_TRUE(writer.text().insert(0, "abc", {{"bold", kYes}, {"color", Any("red")}}));
  ASSERT_TRUE(writer.marks().add(1, 1, {"bold", "", kNo}));
  ASSERT_TRUE(writer.marks().add(2, 1, {"color", "", Any("blue")}));
  EXPECT_EQ(writer.shown(), R"([{"insert":"a","attributes":{"bold":true,"color":"red"}},)"
                            R"({"insert":"b","attributes":{"color":"red"}},)"
                            R"({"insert":"c","attributes":{"bold":true,"color":"blue"}}])");
}

TEST(Marks, cut_no_character_in_two) {
  Writer writer(1,
                "a\xF0\x9F\x98\x80"
                "b");
  ASSERT_TRUE(writer.marks().add(0, 2, {"bold", "", kYes}));
  EXPECT_EQ(writer.shown(),
            "[{\"insert\":\"a\xF0\x9F\x98\x80\",\"attributes\":{\"bold\":true}},"
            "{\"insert\":\"b\"}]");
}

TEST(Marks, refuse_what_nobody_could_read) {
  Writer writer(1, "abc");
  EXPECT_FALSE(writer.marks().add(2, 2, {"bold", "", kYes}));
  const std::pair<Mark, const char*> refused[] = {
      {{"", "", kYes}, "mark: no key"},
      {{"bold", "", Any()}, "mark: no value"},
      {{std::string(1000, 'k'), "", kYes}, "mark: the key is too long"},
      {{"bold", std::string(1000, 'i'), kYes}, "mark: the id is too long"},
      {{"bold", "", Any(std::string(100'000, 'v'))}, "mark: the value is too long"}};
  for (const auto& [mark, why] : refused) {
    const Result<> added = writer.marks().add(0, 1, mark);
    ASSERT_FALSE(added) << why;
    EXPECT_EQ(added.error().code, ErrorCode::kInvalid);
    EXPECT_EQ(added.error().detail, why);
  }
  for (const Any& value : {Any(int64_t{7}), Any(AnyArray{Any(int64_t{7})})}) {
    const Result<> added = writer.marks().add(0, 1, {"bold", "", value});
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, ErrorCode::kInvalid);
  }
  EXPECT_EQ(writer.overlay().length(), 0u);
}

// --- what strangers put there

Any statement(const RelativePosition& start, const RelativePosition& end, double counter) {
  return Any(AnyObject({{"key", Any("bold")},
                        {"value", kYes},
                        {"start", Any(encode_relative_position(start))},
                        {"end", Any(encode_relative_position(end))},
                        {"stamp", Any(AnyArray{Any(counter), Any(7.0)})}}));
}

TEST(Marks, pass_over_what_is_no_mark) {
  Writer writer(1, "abc");
  ASSERT_TRUE(writer.doc.text("other").insert(0, "xyz"));
  const RelativePosition here = *relative_position(writer.text(), 0);
  const RelativePosition end = *relative_position(writer.text(), 3);
  const RelativePosition elsewhere = *relative_position(writer.doc.text("other"), 1);
  RelativePosition nowhere;
  nowhere.item = Id{99, 5};
  RelativePosition unheard_of;
  unheard_of.root = "unheard of";
  const Any whole = statement(here, end, 1);
  std::vector<Any> junk = {Any(1.0),
                           Any(AnyObject()),
                           Any(AnyArray{}),
                           statement(here, elsewhere, 1),
                           statement(nowhere, end, 1),
                           statement(here, unheard_of, 1),
                           statement(end, here, 1),
                           statement(here, end, 1e15),
                           statement(here, end, -1),
                           statement(here, end, 0.5)};
  for (const auto& [name, member] : whole.as_object()->members()) {
    for (const Any& wrong : {Any(AnyArray{}), Any(-1.0), Any(Buffer{9, 9}), Any("")}) {
      AnyObject object = *whole.as_object();
      object.set(name, wrong);
      if (name != "value") junk.push_back(Any(object));
    }
  }
  for (const Any& wrong : {Any(), Any(int64_t{7}), Any(AnyArray{Any(int64_t{7})})}) {
    AnyObject object = *whole.as_object();
    object.set("value", wrong);
    junk.push_back(Any(object));
  }
  ASSERT_TRUE(writer.overlay().push(junk));
  ASSERT_TRUE(writer.overlay().push_type(TypeRef::kMap));
  EXPECT_TRUE(writer.marks().read().spans.empty());
  EXPECT_EQ(writer.doc.root_kind("unheard of"), TypeRef::kUnknown);
  const std::vector<std::string> roots = writer.doc.root_names();
  EXPECT_EQ(std::ranges::count(roots, "unheard of"), 0);
  const std::vector<Any> good = {whole};
  ASSERT_TRUE(writer.overlay().push(good));
  EXPECT_EQ(writer.marks().read().spans.size(), 1u);
  // No counter is out of reach.
  ASSERT_TRUE(writer.marks().add(0, 3, {"bold", "", kNo}));
  EXPECT_EQ(writer.shown(), R"([{"insert":"abc"}])");
}

TEST(Marks, say_so_when_there_are_too_many_for_a_delta) {
  Writer writer(1, std::string(400, 'x'));
  writer.doc.transact([&] {
    for (uint32_t i = 0; i < 200; ++i) {
      ASSERT_TRUE(writer.marks().add(i, 400 - 2 * i,
                                     {"comment", std::to_string(i), Any(std::string(1000, 'c'))}));
    }
  });
  EXPECT_EQ(writer.marks().read().spans.size(), 200u);
  EXPECT_TRUE(writer.marks().to_delta());
  Marks tight(writer.doc, writer.text(), writer.overlay(), kTypes,
              {.max_attribute_bytes = 1 << 20});
  const Result<Delta> delta = tight.to_delta();
  ASSERT_FALSE(delta);
  EXPECT_EQ(delta.error().code, ErrorCode::kTooLarge);
}

// --- laws

using Slot = std::pair<std::string, std::string>;

// What counts for each unit, statement by statement and unit by unit.
std::vector<std::map<Slot, std::string>> looked_up(Writer& writer) {
  std::vector<std::map<Slot, std::string>> units(writer.text().length());
  std::vector<std::map<Slot, std::tuple<double, double>>> latest(units.size());
  for (const Value& value : writer.overlay().values()) {
    const AnyObject& said = *value.any()->as_object();
    const auto at = [&](const char* name) {
      const auto anchor = decode_relative_position(*said.find(name)->as_binary());
      return absolute_position(writer.doc, *anchor, false)->index;
    };
    const AnyArray& pair = *said.find("stamp")->as_array();
    const std::tuple stamp(*pair[0].as_number(), *pair[1].as_number());
    const Any* id = said.find("id");
    const Slot slot(*said.find("key")->as_string(), id == nullptr ? "" : *id->as_string());
    for (uint32_t unit = at("start"); unit < at("end"); ++unit) {
      if (latest[unit].contains(slot) && latest[unit][slot] > stamp) continue;
      latest[unit][slot] = stamp;
      units[unit][slot] = to_json(*said.find("value"));
    }
  }
  return units;
}

std::vector<std::map<Slot, std::string>> read_in_spans(Writer& writer) {
  std::vector<std::map<Slot, std::string>> units(writer.text().length());
  const MarkReading reading = writer.marks().read();
  for (const MarkSpan& span : reading.spans) {
    const Mark& mark = reading.marks[span.mark];
    for (uint32_t unit = span.first; unit < span.end; ++unit) {
      EXPECT_TRUE(units[unit].emplace(Slot(mark.key, mark.id), to_json(mark.value)).second);
    }
  }
  return units;
}

void expect_read_as_looked_up(Writer& writer) {
  auto expected = looked_up(writer);
  for (auto& unit : expected) {
    std::erase_if(
        unit, [](const auto& said) { return !said.first.second.empty() && said.second == "null"; });
  }
  EXPECT_EQ(read_in_spans(writer), expected);
}

void edit(Writer& writer, Random& random) {
  Text text = writer.text();
  const uint32_t length = text.length();
  const auto first = static_cast<uint32_t>(random.below(length + 1));
  const auto count = static_cast<uint32_t>(random.below(length - first + 1));
  const uint64_t kind = random.below(8);
  if (kind < 3 || length == 0) {
    ASSERT_TRUE(text.insert(first, "xyz"));
  } else if (kind == 3) {
    ASSERT_TRUE(text.erase(first, std::min(count, 4u)));
  } else if (kind == 4) {
    const std::string id = std::to_string(random.below(3));
    ASSERT_TRUE(writer.marks().add(first, count, {"comment", id, Any("c" + id)}));
  } else if (kind == 5) {
    ASSERT_TRUE(writer.marks().remove_id("comment", std::to_string(random.below(3))));
  } else {
    static constexpr const char* kKeys[] = {"bold", "link", "quote", "indent"};
    const Any value = random.one_in(3) ? kNo : Any(static_cast<double>(random.below(3)));
    ASSERT_TRUE(writer.marks().add(first, count, {kKeys[random.below(4)], "", value}));
  }
}

TEST(Marks, are_the_same_for_all_who_heard_the_same) {
  const auto chosen = static_cast<uint64_t>(GTEST_FLAG_GET(random_seed));
  const uint64_t begin = chosen == 0 ? 1 : chosen;
  for (uint64_t seed = begin; seed < begin + 60; ++seed) {
    SCOPED_TRACE("replay with --gtest_random_seed=" + std::to_string(seed));
    Random random(seed);
    std::vector<Writer> writers;
    for (uint64_t i = 0; i < 3; ++i) writers.emplace_back(3 - i);
    for (int i = 0; i < 80; ++i) {
      Writer& writer = writers[random.below(3)];
      edit(writer, random);
      if (random.one_in(4)) writers[random.below(3)].hear(writer);
    }
    for (Writer& writer : writers) writers[0].hear(writer);
    for (Writer& writer : writers) writer.hear(writers[0]);
    for (Writer& writer : writers) {
      EXPECT_EQ(writer.shown(), writers[0].shown());
      expect_read_as_looked_up(writer);
    }
    // What a delta says makes the same text elsewhere.
    Writer copy(9, "to be removed");
    ASSERT_TRUE(copy.marks().add(2, 5, {"bold", "", kYes}));
    Delta delta = *writers[0].marks().to_delta();
    delta.push_back({.kind = DeltaOp::Kind::kRemove, .length = copy.text().length()});
    ASSERT_TRUE(copy.marks().apply_delta(delta));
    EXPECT_EQ(copy.shown(), writers[0].shown());
    if (testing::Test::HasFailure()) return;
  }
}

TEST(Marks, are_the_same_for_all_whatever_is_undone_and_redone) {
  for_each_seed(60, [](uint64_t seed) {
    Random random(seed);
    std::vector<Writer> writers;
    std::vector<UndoStack> stacks;
    std::vector<Subscription> following;
    for (uint64_t i = 0; i < 3; ++i) writers.emplace_back(3 - i);
    for (Writer& writer : writers) {
      std::vector<SharedType> scope = {writer.text()};
      if (random.one_in(2)) scope.push_back(writer.overlay());
      stacks.emplace_back(writer.doc, scope, UndoOptions{.capture_timeout_ms = 0});
      if (random.one_in(2)) following.push_back(writer.marks().follow(stacks.back()));
    }
    for (int i = 0; i < 80; ++i) {
      const size_t who = random.below(3);
      switch (random.below(6)) {
        case 0: stacks[who].undo(); break;
        case 1: stacks[who].redo(); break;
        default: edit(writers[who], random);
      }
      if (random.one_in(4)) writers[random.below(3)].hear(writers[who]);
      if (!random.one_in(10)) continue;
      for (Writer& writer : writers) writers[0].hear(writer);
      for (Writer& writer : writers) writer.hear(writers[0]);
      for (Writer& writer : writers) ASSERT_EQ(writer.shown(), writers[0].shown()) << "step " << i;
      expect_reload_shows_the_same(writers[who]);
    }
  });
}

TEST(Marks, take_a_delta_as_quill_means_it) {
  Writer writer(1, "abcdef");
  ASSERT_TRUE(writer.marks().add(0, 6, {"bold", "", kYes}));
  const std::vector<DeltaOp> delta = {
      {.kind = DeltaOp::Kind::kRetain, .length = 1},
      {.kind = DeltaOp::Kind::kRetain, .length = 1, .attributes = {{"bold", kNo}}},
      {.text = "1", .attributes = {{"italic", kYes}}},
      {.text = "2", .attributes = {{"bold", kYes}}},
      {.kind = DeltaOp::Kind::kRemove, .length = 2},
      {.content = {Value(Any(AnyObject({{"image", Any("u")}})))}},
      {.kind = DeltaOp::Kind::kRetain, .length = 2, .attributes = {{"link", Any("v")}}}};
  ASSERT_TRUE(writer.marks().apply_delta(delta));
  EXPECT_EQ(
      writer.shown(),
      R"([{"insert":"a","attributes":{"bold":true}},{"insert":"b"},)"
      R"({"insert":"1","attributes":{"italic":true}},{"insert":"2","attributes":{"bold":true}},)"
      R"({"insert":{"image":"u"}},{"insert":"ef","attributes":{"bold":true,"link":"v"}}])");
  EXPECT_EQ(writer.text().to_string(), "ab12ef");
  EXPECT_FALSE(
      writer.marks().apply_delta(std::vector<DeltaOp>{{.text = "x", .attributes = {{"", kYes}}}}));
  EXPECT_EQ(writer.text().to_string(), "ab12ef");
}

// Whoever said it, and how.
TEST_F(Peritext, takes_all_of_a_key_with_ids_away_that_a_delta_says_null_of) {
  ASSERT_TRUE(alice.text().insert(0, "ab", {{"comment", Any("native")}}));
  ASSERT_TRUE(alice.text().insert(2, "cdefgh", {}));
  ASSERT_TRUE(alice.marks().add(3, 2, {"comment", "", Any("general")}));
  ASSERT_TRUE(alice.marks().add(4, 2, {"comment", "a", Any("why?")}));
  ASSERT_TRUE(alice.marks().add(4, 2, {"comment", "b", Any("who?")}));
  bob.hear(alice);
  const auto take_away = [](Writer& writer, uint32_t first, uint32_t end) {
    const std::vector<DeltaOp> delta = {
        {.kind = DeltaOp::Kind::kRetain, .length = first},
        {.kind = DeltaOp::Kind::kRetain, .length = end - first, .attributes = {{"comment", kNo}}}};
    ASSERT_TRUE(writer.marks().apply_delta(delta));
  };
  take_away(alice, 1, 5);
  EXPECT_EQ(merged(),
            R"([{"insert":"a","attributes":{"comment":"native"}},{"insert":"b"},{"insert":"cde"},)"
            R"({"insert":"f","attributes":{"comment":{"a":"why?","b":"who?"}}},)"
            R"({"insert":"gh"}])");
  // What says nothing needs no statement, and what is hidden already none either.
  const uint32_t statements = alice.overlay().length();
  take_away(alice, 6, 8);
  take_away(alice, 1, 3);
  EXPECT_EQ(alice.overlay().length(), statements);
  // Two of ids, none of what has none.
  take_away(bob, 5, 6);
  EXPECT_EQ(bob.overlay().length(), statements + 2);
  take_away(alice, 0, 8);
  EXPECT_EQ(merged(), R"([{"insert":"ab"},{"insert":"cdefgh"}])");
  expect_reload_shows_the_same(alice);
  // What is inserted with null among it has nothing either.
  ASSERT_TRUE(bob.marks().add(0, 8, {"comment", "", Any("general")}));
  ASSERT_TRUE(bob.marks().apply_delta(std::vector<DeltaOp>{
      {.kind = DeltaOp::Kind::kRetain, .length = 2},
      {.text = "x", .attributes = {{"comment", kNo}}},
      {.kind = DeltaOp::Kind::kRetain, .length = 6, .attributes = {{"comment", kNo}}}}));
  EXPECT_EQ(merged(),
            R"([{"insert":"ab","attributes":{"comment":"general"}},{"insert":"xcdefgh"}])");
}

TEST(Marks, refuse_a_delta_before_anything_of_it_is_done) {
  Writer writer(1, "abc");
  ASSERT_TRUE(writer.marks().add(0, 1, {"bold", "", kYes}));
  const auto in_ids = [](const std::string& id, const Any& value) {
    return Any(AnyObject({{"fine", kYes}, {id, value}}));
  };
  const std::vector<std::pair<std::string, Any>> refused = {
      {"", kYes},
      {"bold", Any()},
      {"bold", Any("\xff")},
      {"bold", Any(AnyObject({{"\xff", kYes}}))},
      {"bold", Any(std::string(20'000, 'v'))},
      {"\xff", kYes},
      {std::string(300, 'k'), kYes},
      {"comment", Any()},
      {"bold", Any(int64_t{7})},
      {"bold", Any(AnyArray{Any(int64_t{7})})},
      {"comment", in_ids("", kYes)},
      {"comment", in_ids("i", Any(int64_t{7}))},
      {"comment", in_ids(std::string(300, 'i'), kYes)},
      {"comment", in_ids("\xff", kYes)},
      {"comment", in_ids("i", Any())},
      {"comment", in_ids("i", Any("\xff"))},
      {"comment", in_ids("i", Any(std::string(20'000, 'v')))}};
  const Buffer before = writer.doc.encode_state_as_update();
  for (const auto& [key, value] : refused) {
    for (const DeltaOp& op :
         {DeltaOp{.text = "x", .attributes = {{key, value}}},
          DeltaOp{.kind = DeltaOp::Kind::kRetain, .length = 2, .attributes = {{key, value}}}}) {
      const std::vector<DeltaOp> delta = {
          {.text = "y", .attributes = {{"italic", kYes}}},
          op,
      };
      const Result<> done = writer.marks().apply_delta(delta);
      ASSERT_FALSE(done) << key;
      EXPECT_EQ(done.error().code, ErrorCode::kInvalid) << key;
      EXPECT_EQ(writer.doc.encode_state_as_update(), before) << key;
    }
  }
  EXPECT_FALSE(writer.marks().apply_delta(
      std::vector<DeltaOp>{{.text = "y", .attributes = {{"bold", kYes}}}, {.text = "\xff"}}));
  EXPECT_EQ(writer.doc.encode_state_as_update(), before);
}

// The limits are of each mark, not of all that lie on one character.
TEST(Marks, take_a_delta_with_more_comments_than_one_mark_may_say) {
  Writer writer(1);
  AnyObject comments;
  for (int i = 0; i < 40; ++i) comments.set(std::to_string(i), Any(std::string(1000, 'c')));
  ASSERT_TRUE(writer.marks().apply_delta(
      std::vector<DeltaOp>{{.text = "x", .attributes = {{"comment", Any(comments)}}}}));
  EXPECT_EQ(writer.marks().read().spans.size(), 40u);
}

TEST(Marks, tell_what_was_stated_and_where_it_is) {
  Writer alice(1, "The fox jumped.");
  Writer bob(2);
  bob.hear(alice);
  std::vector<std::string> heard;
  const Subscription watching = bob.marks().observe([&](const MarkEvent& event) {
    for (const MarkChange& change : event.stated) {
      heard.push_back(change.mark.key + to_json(change.mark.value) + std::to_string(change.first) +
                      "-" + std::to_string(change.end));
    }
    if (event.has_removed) heard.push_back(event.is_local ? "removed here" : "removed there");
  });
  ASSERT_TRUE(alice.marks().add(4, 3, {"bold", "", kYes}));
  ASSERT_TRUE(bob.text().insert(0, "> "));
  bob.hear(alice);
  ASSERT_TRUE(bob.marks().add(0, 10, {"bold", "", kNo}));
  EXPECT_EQ(bob.marks().prune(), 1u);
  ASSERT_TRUE(bob.text().insert(0, "x"));
  EXPECT_EQ(heard, (std::vector<std::string>{"boldtrue6-9", "boldnull0-10", "removed here"}));
}

TEST(Marks, go_with_a_document_that_moves) {
  Writer alice(1, "The fox");
  Marks marks = alice.marks();
  Doc moved = std::move(alice.doc);
  ASSERT_TRUE(marks.add(0, 3, {"bold", "", kYes}));
  EXPECT_EQ(marks.read().spans.size(), 1u);
}

// Where text is written at the ends of both, an equal mark over the same units counts as before.
TEST(Marks, prune_what_a_later_one_covers_and_nothing_else) {
  Writer alice(1, "The fox jumped.");
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(alice.marks().add(4, 3, {"bold", "", i % 2 == 0 ? kYes : kNo}));
  }
  ASSERT_TRUE(alice.marks().add(0, 9, {"bold", "", kYes}));
  ASSERT_TRUE(alice.marks().add(4, 3, {"link", "", Any("x")}));
  ASSERT_TRUE(alice.marks().add(4, 3, {"comment", "1", Any("a")}));
  ASSERT_TRUE(alice.marks().add(4, 3, {"comment", "2", Any("b")}));
  ASSERT_TRUE(alice.marks().add(2, 9, {"bold", "", kNo}));
  const std::string before = alice.shown();
  EXPECT_EQ(alice.marks().prune(), 50u);
  EXPECT_EQ(alice.overlay().length(), 5u);
  EXPECT_EQ(alice.shown(), before);
  EXPECT_EQ(alice.marks().prune(), 0u);
}

// Whatever is written later, and whoever prunes when, all see what they would without pruning.
TEST(Marks, mean_the_same_when_pruned) {
  for_each_seed(60, [](uint64_t seed) {
    Random random(seed);
    Writer keeper(1, "some words of text");
    Writer pruner(2);
    pruner.hear(keeper);
    for (int step = 0; step < 60; ++step) {
      const uint32_t length = keeper.text().length();
      const auto at = static_cast<uint32_t>(random.below(length));
      const auto count = static_cast<uint32_t>(1 + random.below(length - at));
      switch (random.below(6)) {
        case 0: ASSERT_TRUE(keeper.text().insert(at, "new")); break;
        case 1:
          if (length > 8) {
            ASSERT_TRUE(keeper.text().erase(at, std::min(count, 4u)));
          }
          break;
        default: {
          constexpr std::array kKeys = {"bold", "link", "quote", "indent"};
          const Any value = random.one_in(3) ? kNo : Any(static_cast<double>(step));
          ASSERT_TRUE(keeper.marks().add(at, count, {kKeys[random.below(4)], "", value}));
        }
      }
      pruner.hear(keeper);
      if (random.one_in(4)) pruner.marks().prune();
      ASSERT_EQ(pruner.shown(), keeper.shown()) << "step " << step;
    }
    EXPECT_LT(pruner.overlay().length(), keeper.overlay().length());
  });
}

}  // namespace
}  // namespace tidemark::crdt
