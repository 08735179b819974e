#include "crdt/undo.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "crdt/update.h"

namespace tidemark::crdt {
namespace {

template <typename T>
T as(const SharedType& type) {
  return T(type.document(), type.branch());
}

// A stack over one type, and what it says.
struct Tracked {
  explicit Tracked(Doc& doc, const SharedType& scope, UndoOptions options = {})
      : Tracked(doc, std::vector<SharedType>{scope}, std::move(options)) {}
  Tracked(Doc& doc, const std::vector<SharedType>& scope, UndoOptions options)
      : stack(doc, scope, std::move(options)) {
    events = stack.on_event([this](const UndoEvent& event) {
      constexpr std::array kKinds = {"added", "updated", "popped", "cleared"};
      said += kKinds[static_cast<size_t>(event.kind)];
      if (event.kind != UndoEvent::Kind::kCleared) {
        said += event.side == UndoEvent::Side::kUndo ? "(undo)" : "(redo)";
      }
      said += ' ';
    });
  }
  std::string heard() { return std::exchange(said, {}); }

  UndoStack stack;
  std::string said;
  Subscription events;
};

void exchange(Doc& a, Doc& b, Origin origin = 99) {
  ASSERT_TRUE(a.apply_update(b.encode_state_as_update(a.state_vector()), origin));
  ASSERT_TRUE(b.apply_update(a.encode_state_as_update(b.state_vector()), origin));
}

std::string json(const SharedType& type) { return to_json(type.to_json()); }

std::string delta(const Text& text) { return to_json(delta_to_json(text.to_delta())); }

UndoOptions each_apart() {
  UndoOptions options;
  options.capture_timeout_ms = 0;
  return options;
}

TEST(Undo, takes_back_and_brings_back_text) {
  Doc doc;
  Text text = doc.text("t");
  UndoStack stack(doc, std::array<SharedType, 1>{text}, each_apart());
  ASSERT_TRUE(text.insert(0, "ab"));
  ASSERT_TRUE(text.insert(2, "cd"));
  ASSERT_TRUE(text.erase(1, 2));
  EXPECT_EQ(stack.undo_count(), 3u);
  EXPECT_TRUE(stack.undo());
  EXPECT_EQ(text.to_string(), "abcd");
  EXPECT_TRUE(stack.undo());
  EXPECT_EQ(text.to_string(), "ab");
  EXPECT_TRUE(stack.redo());
  EXPECT_TRUE(stack.redo());
  EXPECT_EQ(text.to_string(), "ad");
  EXPECT_FALSE(stack.redo());
  EXPECT_FALSE(stack.can_redo());
  EXPECT_EQ(doc.check(), "");
}

TEST(Undo, joins_what_comes_soon_and_parts_what_comes_late) {
  Doc doc;
  Text text = doc.text("t");
  Tracked tracked(doc, text);
  UndoStack& stack = tracked.stack;
  stack.set_time({1000});
  ASSERT_TRUE(text.insert(0, "a"));
  stack.set_time({1499});
  ASSERT_TRUE(text.insert(1, "b"));
  stack.set_time({1999});
  ASSERT_TRUE(text.insert(2, "c"));
  EXPECT_EQ(tracked.heard(), "added(undo) updated(undo) added(undo) ");
  stack.stop_capturing();
  ASSERT_TRUE(text.insert(3, "d"));
  EXPECT_EQ(stack.undo_count(), 3u);
  stack.undo();
  EXPECT_EQ(text.to_string(), "abc");
  stack.undo();
  EXPECT_EQ(text.to_string(), "ab");
  stack.undo();
  EXPECT_EQ(text.to_string(), "");
}

TEST(Undo, begins_a_new_step_after_an_undo) {
  Doc doc;
  Text text = doc.text("t");
  UndoStack stack(doc, std::array<SharedType, 1>{text});
  ASSERT_TRUE(text.insert(0, "a"));
  stack.stop_capturing();
  ASSERT_TRUE(text.insert(1, "b"));
  stack.undo();
  ASSERT_TRUE(text.insert(1, "c"));
  EXPECT_EQ(stack.undo_count(), 2u);
  EXPECT_FALSE(stack.can_redo());
}

TEST(Undo, leaves_alone_what_others_wrote) {
  Doc mine({.client_id = 1});
  Doc theirs({.client_id = 2});
  Text text = mine.text("t");
  UndoStack stack(mine, std::array<SharedType, 1>{text}, each_apart());
  ASSERT_TRUE(text.insert(0, "hello"));
  exchange(mine, theirs);
  ASSERT_TRUE(theirs.text("t").insert(2, "XX"));
  exchange(mine, theirs);
  EXPECT_EQ(stack.undo_count(), 1u);
  stack.undo();
  EXPECT_EQ(text.to_string(), "XX");
  stack.redo();
  EXPECT_EQ(text.to_string(), "heXXllo");
  exchange(mine, theirs);
  EXPECT_EQ(theirs.text("t").to_string(), "heXXllo");
}

TEST(Undo, hears_of_each_keystroke_of_a_peer_whose_origin_it_tracks) {
  Doc peer(DocOptions{.client_id = 2});
  std::vector<Buffer> sent;
  const Subscription kept =
      peer.on_update([&sent](const UpdateEvent& event) { sent.push_back(copy_of(event.update)); });
  Text typed = peer.text("t");
  for (uint32_t i = 0; i < 20; ++i) ASSERT_TRUE(typed.insert(i, "a"));
  for (const bool is_quick : {true, false}) {
    SCOPED_TRACE(is_quick ? "with shortcuts" : "step by step");
    Doc doc(DocOptions{.client_id = 1});
    doc.use_fast_paths(is_quick);
    Text text = doc.text("t");
    UndoOptions options = each_apart();
    options.tracked_origins = {9};
    Tracked tracked(doc, text, options);
    for (const Buffer& update : sent) ASSERT_TRUE(doc.apply_update(update, 9));
    EXPECT_EQ(tracked.stack.undo_count(), sent.size());
    while (tracked.stack.undo()) continue;
    EXPECT_EQ(text.to_string(), "");
  }
}

TEST(Undo, tracks_the_origins_it_is_told_to) {
  Doc doc;
  Text text = doc.text("t");
  UndoOptions options = each_apart();
  options.tracked_origins = {7};
  UndoStack stack(doc, std::array<SharedType, 1>{text}, options);
  ASSERT_TRUE(text.insert(0, "a"));
  EXPECT_FALSE(stack.can_undo());
  doc.transact([&] { ASSERT_TRUE(text.insert(1, "b")); }, 7);
  EXPECT_EQ(stack.undo_count(), 1u);
  stack.add_tracked_origin(8);
  doc.transact([&] { ASSERT_TRUE(text.insert(2, "c")); }, 8);
  EXPECT_EQ(stack.undo_count(), 2u);
  stack.remove_tracked_origin(7);
  doc.transact([&] { ASSERT_TRUE(text.erase(0, 1)); }, 7);
  EXPECT_EQ(stack.undo_count(), 2u);
  stack.undo();
  EXPECT_EQ(text.to_string(), "b");
}

TEST(Undo, does_not_hear_of_types_out_of_scope) {
  Doc doc;
  Map map = doc.map("m");
  Text text = doc.text("t");
  UndoStack stack(doc, std::array<SharedType, 1>{text}, each_apart());
  map.set("a", Any(1.0));
  EXPECT_FALSE(stack.can_undo());
  stack.add_to_scope(map);
  map.set("a", Any(2.0));
  stack.undo();
  EXPECT_EQ(json(map), R"({"a":1})");
}

TEST(Undo, of_one_type_spares_the_rest_of_its_transactions) {
  Doc doc;
  Text text = doc.text("t");
  Map map = doc.map("m");
  UndoStack stack(doc, std::array<SharedType, 1>{text}, each_apart());
  doc.transact([&] {
    ASSERT_TRUE(text.insert(0, "a"));
    map.set("k", Any(1.0));
  });
  stack.undo();
  EXPECT_EQ(text.to_string(), "");
  EXPECT_EQ(json(map), R"({"k":1})");
}

TEST(Undo, brings_back_a_value_of_a_key) {
  Doc doc;
  Map map = doc.map("m");
  UndoStack stack(doc, std::array<SharedType, 1>{map}, each_apart());
  map.set("k", Any(1.0));
  map.set("k", Any(2.0));
  map.erase("k");
  stack.undo();
  EXPECT_EQ(json(map), R"({"k":2})");
  stack.undo();
  EXPECT_EQ(json(map), R"({"k":1})");
  stack.undo();
  EXPECT_EQ(json(map), "{}");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(stack.redo());
  EXPECT_EQ(json(map), "{}");
  stack.undo();
  EXPECT_EQ(json(map), R"({"k":2})");
}

TEST(Undo, never_overwrites_a_value_that_somebody_else_set) {
  for (const bool ignores : {false, true}) {
    Doc mine({.client_id = 1});
    Doc theirs({.client_id = 2});
    Map map = mine.map("m");
    UndoOptions options = each_apart();
    options.ignores_remote_map_changes = ignores;
    UndoStack stack(mine, std::array<SharedType, 1>{map}, options);
    map.set("k", Any(1.0));
    map.set("k", Any(2.0));
    exchange(mine, theirs);
    theirs.map("m").set("k", Any(3.0));
    exchange(mine, theirs);
    stack.undo();
    EXPECT_EQ(json(map), ignores ? R"({"k":1})" : R"({"k":3})");
  }
}

TEST(Undo, brings_back_nested_types_with_all_that_was_in_them) {
  Doc doc;
  Array array = doc.array("a");
  UndoStack stack(doc, std::array<SharedType, 1>{array}, each_apart());
  doc.transact([&] {
    Map map = as<Map>(*array.insert_type(0, TypeRef::kMap));
    map.set("k", Any("v"));
    Text text = as<Text>(map.set_type("t", TypeRef::kText));
    ASSERT_TRUE(text.insert(0, "deep"));
  });
  ASSERT_TRUE(array.erase(0, 1));
  EXPECT_EQ(json(array), "[]");
  stack.undo();
  EXPECT_EQ(json(array), R"([{"k":"v","t":"deep"}])");
  stack.redo();
  EXPECT_EQ(json(array), "[]");
  stack.undo();
  stack.undo();
  EXPECT_EQ(json(array), "[]");
  stack.redo();
  EXPECT_EQ(json(array), R"([{"k":"v","t":"deep"}])");
  EXPECT_EQ(doc.check(), "");
}

TEST(Undo, brings_back_types_nested_without_end) {
  Doc doc;
  Array array = doc.array("a");
  UndoStack stack(doc, std::array<SharedType, 1>{array}, each_apart());
  constexpr int kDepth = 20000;
  doc.transact([&] {
    Array at = array;
    for (int i = 0; i < kDepth; ++i) at = as<Array>(*at.insert_type(0, TypeRef::kArray));
  });
  ASSERT_TRUE(array.erase(0, 1));
  stack.undo();
  Array at = array;
  int depth = 0;
  for (; at.length() == 1; ++depth) at = as<Array>(*at.at(0)->type());
  EXPECT_EQ(depth, kDepth);
}

TEST(Undo, brings_back_long_lists_in_their_order) {
  for (const uint32_t step : {0u, 1u, 7919u}) {
    Doc doc;
    Map map = doc.map("m");
    Array array = as<Array>(map.set_type("a", TypeRef::kArray));
    constexpr uint32_t kCount = 3000;
    for (uint32_t i = 0; i < kCount; ++i) {
      const uint32_t index = step == 1 ? i : (i * step) % (i + 1);
      as<Map>(*array.insert_type(index, TypeRef::kMap)).set("n", Any(static_cast<double>(i)));
    }
    const std::string before = json(map);
    UndoStack stack(doc, std::array<SharedType, 1>{map}, each_apart());
    map.erase("a");
    stack.undo();
    EXPECT_EQ(json(map), before);
    stack.redo();
    stack.undo();
    EXPECT_EQ(json(map), before);
    EXPECT_EQ(doc.check(), "");
  }
}

TEST(Undo, takes_formats_back) {
  Doc doc;
  Text text = doc.text("t");
  UndoStack stack(doc, std::array<SharedType, 1>{text}, each_apart());
  ASSERT_TRUE(text.insert(0, "abc"));
  ASSERT_TRUE(text.format(1, 1, {{"b", Any(true)}}));
  ASSERT_TRUE(text.format(0, 3, {{"b", Any(Null{})}}));
  EXPECT_EQ(delta(text), R"([{"insert":"abc"}])");
  stack.undo();
  EXPECT_EQ(delta(text),
            R"([{"insert":"a"},{"insert":"b","attributes":{"b":true}},{"insert":"c"}])");
  stack.undo();
  EXPECT_EQ(delta(text), R"([{"insert":"abc"}])");
  stack.redo();
  EXPECT_EQ(delta(text),
            R"([{"insert":"a"},{"insert":"b","attributes":{"b":true}},{"insert":"c"}])");
}

TEST(Undo, brings_back_xml_with_its_attributes) {
  Doc doc;
  XmlFragment root = doc.xml_fragment("x");
  UndoStack stack(doc, std::array<SharedType, 1>{root}, each_apart());
  doc.transact([&] {
    XmlElement element = *root.insert_element(0, "p");
    element.set_attribute("class", Any("c"));
    XmlText text = *element.insert_text(0);
    ASSERT_TRUE(text.insert(0, "hi"));
  });
  ASSERT_TRUE(root.erase(0, 1));
  stack.undo();
  EXPECT_EQ(root.to_string(), R"(<p class="c">hi</p>)");
}

TEST(Undo, skips_steps_that_have_no_effect_any_more) {
  Doc mine({.client_id = 1});
  Doc theirs({.client_id = 2});
  Text text = mine.text("t");
  UndoStack stack(mine, std::array<SharedType, 1>{text}, each_apart());
  ASSERT_TRUE(text.insert(0, "a"));
  ASSERT_TRUE(text.insert(1, "b"));
  exchange(mine, theirs);
  ASSERT_TRUE(theirs.text("t").erase(1, 1));
  exchange(mine, theirs);
  EXPECT_TRUE(stack.undo());
  EXPECT_EQ(text.to_string(), "");
  EXPECT_FALSE(stack.can_undo());
}

TEST(Undo, asks_which_transactions_to_take_and_what_it_may_delete) {
  Doc doc;
  Array array = doc.array("a");
  UndoOptions options = each_apart();
  options.tracked_origins = {0, 5};
  options.captures = [](const CapturedTransaction& transaction) { return transaction.origin != 5; };
  options.may_delete = [](const UndoTarget& target) {
    const std::vector<Value> values = target.values();
    return values.size() != 1 || !(*values.front().any() == Any("keep me"));
  };
  UndoStack stack(doc, std::array<SharedType, 1>{array}, options);
  doc.transact([&] { ASSERT_TRUE(array.insert(0, std::array{Any("untracked")})); }, 5);
  EXPECT_FALSE(stack.can_undo());
  ASSERT_TRUE(array.insert(1, std::array{Any("go")}));
  ASSERT_TRUE(array.insert(0, std::array{Any("keep me")}));
  EXPECT_TRUE(stack.undo());
  EXPECT_EQ(json(array), R"(["keep me","untracked"])");
  EXPECT_FALSE(stack.can_undo());
}

TEST(Undo, remembers_what_an_application_notes_with_a_step) {
  Doc doc;
  Text text = doc.text("t");
  Map other = doc.map("m");
  UndoStack stack(doc, std::array<SharedType, 1>{text}, each_apart());
  std::string restored;
  const Subscription events = stack.on_event([&](const UndoEvent& event) {
    if (event.kind == UndoEvent::Kind::kAdded) {
      EXPECT_TRUE(event.changed(text));
      EXPECT_FALSE(event.changed(other));
      (*event.meta)["cursor"] = Any("at " + std::to_string(text.length()));
    } else if (event.kind == UndoEvent::Kind::kPopped) {
      EXPECT_EQ(event.origin, stack.origin());
      restored += *(*event.meta)["cursor"].as_string() + ';';
    }
  });
  ASSERT_TRUE(text.insert(0, "ab"));
  ASSERT_TRUE(text.insert(2, "c"));
  stack.undo();
  stack.redo();
  EXPECT_EQ(restored, "at 3;at 2;");
}

TEST(Undo, keeps_deleted_content_only_while_a_step_needs_it) {
  Doc doc;
  Text text = doc.text("t");
  std::string big(1000, 'x');
  auto stack = std::make_unique<UndoStack>(doc, std::array<SharedType, 1>{text}, each_apart());
  doc.transact([&] { ASSERT_TRUE(text.insert(0, big)); }, 5);
  ASSERT_TRUE(text.erase(0, 1000));
  EXPECT_GT(doc.encode_state_as_update().size(), 1000u);
  stack->clear();
  EXPECT_FALSE(stack->can_undo());
  // What a step kept is collected with what is deleted next to it, or with its type, as in Yjs.
  Array array = doc.array("a");
  stack = std::make_unique<UndoStack>(doc, std::array<SharedType, 1>{array}, each_apart());
  Text nested;
  doc.transact([&] {
    nested = as<Text>(*array.insert_type(0, TypeRef::kText));
    ASSERT_TRUE(nested.insert(0, big));
  });
  ASSERT_TRUE(nested.erase(0, 1000));
  EXPECT_GT(doc.encode_state_as_update().size(), 2000u);
  stack.reset();
  ASSERT_TRUE(array.erase(0, 1));
  EXPECT_LT(doc.encode_state_as_update().size(), 1200u);
  EXPECT_EQ(doc.check(), "");
}

TEST(Undo, tells_when_it_is_cleared) {
  Doc doc;
  Text text = doc.text("t");
  Tracked tracked(doc, text, each_apart());
  tracked.stack.clear();
  EXPECT_EQ(tracked.heard(), "");
  ASSERT_TRUE(text.insert(0, "a"));
  tracked.stack.undo();
  EXPECT_EQ(tracked.heard(), "added(undo) added(redo) popped(undo) ");
  ASSERT_TRUE(text.insert(0, "b"));
  EXPECT_EQ(tracked.heard(), "cleared added(undo) ");
  tracked.stack.clear();
  EXPECT_EQ(tracked.heard(), "cleared ");
}

TEST(Undo, may_be_cleared_and_undone_from_its_own_events) {
  Doc doc;
  Text text = doc.text("t");
  UndoStack stack(doc, std::array<SharedType, 1>{text}, each_apart());
  const Subscription events = stack.on_event([&](const UndoEvent& event) {
    if (event.kind == UndoEvent::Kind::kCleared) return;
    if (text.length() > 3) stack.clear();
    (*event.meta)["seen"] = Any(true);
    EXPECT_TRUE(event.kind != UndoEvent::Kind::kPopped || !stack.undo());
  });
  for (uint32_t i = 0; i < 5; ++i) ASSERT_TRUE(text.insert(i, "a"));
  stack.undo();
  EXPECT_EQ(doc.check(), "");
}

TEST(Undo, may_outlive_its_document) {
  auto doc = std::make_unique<Doc>();
  Text text = doc->text("t");
  UndoStack stack(*doc, std::array<SharedType, 1>{text});
  ASSERT_TRUE(text.insert(0, "a"));
  doc.reset();
  EXPECT_FALSE(stack.can_undo());
  EXPECT_FALSE(stack.undo());
  stack.clear();
  stack.stop_capturing();
  UndoStack moved = std::move(stack);
  EXPECT_FALSE(moved.redo());
}

TEST(Undo, stacks_do_not_take_back_each_others_steps) {
  Doc doc;
  Text text = doc.text("t");
  const std::array<SharedType, 1> scope{text};
  UndoOptions first_options = each_apart();
  first_options.tracked_origins = {1};
  UndoOptions second_options = each_apart();
  second_options.tracked_origins = {2};
  UndoStack first(doc, scope, first_options);
  UndoStack second(doc, scope, second_options);
  EXPECT_NE(first.origin(), second.origin());
  doc.transact([&] { ASSERT_TRUE(text.insert(0, "one")); }, 1);
  doc.transact([&] { ASSERT_TRUE(text.insert(3, "two")); }, 2);
  first.undo();
  EXPECT_EQ(text.to_string(), "two");
  EXPECT_EQ(second.undo_count(), 1u);
  second.undo();
  EXPECT_EQ(text.to_string(), "");
  first.redo();
  EXPECT_EQ(text.to_string(), "one");
}

TEST(Undo, of_the_whole_document_takes_all_types) {
  Doc doc;
  UndoStack stack(doc);
  stack.set_time({1});
  ASSERT_TRUE(doc.text("t").insert(0, "a"));
  doc.map("m").set("k", Any(1.0));
  EXPECT_EQ(stack.undo_count(), 1u);
  stack.undo();
  EXPECT_EQ(to_json(doc.to_json()), R"({"t":"","m":{}})");
}

// Two documents with one history each, one of which takes no shortcuts.
class Twins {
 public:
  explicit Twins(uint64_t seed) : random_(seed) {
    slow_.doc.use_fast_paths(false);
    for (Twin* twin : {&quick_, &slow_}) {
      twin->updates = twin->doc.on_update(
          [twin](const UpdateEvent& event) { twin->emitted.push_back(copy_of(event.update)); });
    }
  }

  void step() {
    now_ += static_cast<int64_t>(random_.below(300));
    const uint32_t length = quick_.text.length();
    if (random_.one_in(6)) caret_ = static_cast<uint32_t>(random_.below(length + 1));
    caret_ = std::min(caret_, length);
    const uint64_t kind = random_.below(14);
    const bool is_tracked = !random_.one_in(4);
    const uint32_t units = 1 + static_cast<uint32_t>(random_.below(random_.one_in(4) ? 6 : 1));
    const uint32_t back = std::min(units, caret_);
    const uint32_t ahead = std::min(units, length - caret_);
    const std::string word = random_.one_in(8) ? "é" : "x";
    if (kind >= 5 && kind < 8) caret_ -= back;
    for (Twin* twin : {&quick_, &slow_}) {
      twin->stack.set_time({now_});
      const auto edit = [&] {
        if (kind < 5) {
          ASSERT_TRUE(twin->text.insert(caret_, word));
        } else if (kind < 8) {
          ASSERT_TRUE(twin->text.erase(caret_, back));
        } else if (kind < 10) {
          ASSERT_TRUE(twin->text.erase(caret_, ahead));
        }
      };
      if (kind < 10) twin->doc.transact(edit, is_tracked ? 0 : 3);
      if (kind == 10 || kind == 11) twin->stack.undo();
      if (kind == 12) twin->stack.redo();
      if (kind == 13 && is_tracked) twin->stack.stop_capturing();
    }
    if (kind < 5) ++caret_;
  }

  void compare() {
    ASSERT_EQ(quick_.emitted, slow_.emitted);
    ASSERT_EQ(quick_.stack.undo_count(), slow_.stack.undo_count());
    ASSERT_EQ(quick_.stack.redo_count(), slow_.stack.redo_count());
    ASSERT_EQ(quick_.doc.encode_state_as_update(), slow_.doc.encode_state_as_update());
    ASSERT_EQ(quick_.doc.check(), "");
    quick_.emitted.clear();
    slow_.emitted.clear();
  }

 private:
  struct Twin {
    Doc doc;
    Text text = doc.text("t");
    UndoStack stack{doc, std::array<SharedType, 1>{text}};
    std::vector<Buffer> emitted;
    Subscription updates;
  };
  Random random_;
  Twin quick_;
  Twin slow_;
  int64_t now_ = 1;
  uint32_t caret_ = 0;
};

TEST(Undo, does_not_notice_shortcuts) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Twins twins(seed);
    for (int i = 0; i < 150; ++i) {
      twins.step();
      twins.compare();
      if (HasFatalFailure()) return;
    }
  }
}

TEST(Undo, does_nothing_inside_of_an_event_of_its_stack) {
  Doc doc;
  Text text = doc.text("t");
  UndoStack stack(doc, std::array<SharedType, 1>{text}, each_apart());
  std::vector<bool> answers;
  const Subscription events = stack.on_event([&](const UndoEvent&) {
    answers.push_back(stack.undo());
    answers.push_back(stack.redo());
  });
  ASSERT_TRUE(text.insert(0, "a"));
  EXPECT_EQ(answers, std::vector<bool>(2));
  EXPECT_EQ(text.to_string(), "a");
  EXPECT_EQ(stack.undo_count(), 1u);
  EXPECT_TRUE(stack.undo());
  EXPECT_TRUE(stack.redo());
  stack.clear();
  EXPECT_FALSE(std::find(answers.begin(), answers.end(), true) != answers.end());
  EXPECT_EQ(text.to_string(), "a");
}

TEST(Undo, in_a_callback_of_the_document_is_an_edit_like_any_other) {
  Doc doc;
  Text text = doc.text("t");
  UndoStack stack(doc, std::array<SharedType, 1>{text}, each_apart());
  ASSERT_TRUE(text.insert(0, "a"));
  int left = 1;
  bool undone = false;
  const Subscription heard = text.observe([&](const Event&) {
    if (left-- > 0) undone = stack.undo();
  });
  ASSERT_TRUE(text.insert(1, "b"));
  EXPECT_TRUE(undone);
  EXPECT_EQ(text.to_string(), "b");
  EXPECT_EQ(stack.undo_count(), 2u);
  EXPECT_EQ(stack.redo_count(), 0u);
}

// What redo writes after undoing what several writers sent in one update.
std::string redone_of(const Buffer& before, const Buffer& several, bool is_quick) {
  Doc doc;
  doc.use_fast_paths(is_quick);
  EXPECT_TRUE(doc.apply_update(before));
  UndoOptions options;
  options.tracked_origins = {7};
  UndoStack stack(doc, std::array<SharedType, 1>{doc.text("t")}, std::move(options));
  EXPECT_TRUE(doc.apply_update(several, 7));
  EXPECT_TRUE(stack.undo());
  std::string written;
  const Subscription updates =
      doc.on_update([&](const UpdateEvent& event) { written += to_hex(event.update); });
  EXPECT_TRUE(stack.redo());
  return written;
}

// The bytes are those of Yjs, which goes through writers in the order of their first structs.
TEST(Undo, goes_through_writers_as_they_came) {
  Doc low(DocOptions{.client_id = 2});
  Doc high(DocOptions{.client_id = 3});
  ASSERT_TRUE(low.text("t").insert(0, "b"));
  const StateVector middle = low.state_vector();
  ASSERT_TRUE(low.text("t").insert(0, "c"));
  ASSERT_TRUE(high.text("t").insert(0, "h"));
  // So far the document did nothing for the lower writer but wait.
  const Buffer waiting = low.encode_state_as_update(middle);
  ASSERT_TRUE(low.apply_update(high.encode_state_as_update()));
  for (const bool is_quick : {true, false}) {
    EXPECT_EQ(redone_of(waiting, low.encode_state_as_update(), is_quick),
              "01030100c40201020001624402010163c402000300016800");
  }
}

TEST(Undo, goes_through_writers_as_they_came_when_loaded) {
  Doc low(DocOptions{.client_id = 2});
  Doc high(DocOptions{.client_id = 3});
  ASSERT_TRUE(low.text("t").insert(0, "a"));
  ASSERT_TRUE(high.apply_update(low.encode_state_as_update()));
  // Comes first in the update, and has to wait for the other.
  ASSERT_TRUE(high.text("t").insert(1, "b"));
  const Buffer nested = high.encode_state_as_update();
  const StateVector middle = high.state_vector();
  ASSERT_TRUE(high.text("t").insert(2, "d"));
  ASSERT_TRUE(low.text("t").insert(0, "c"));
  ASSERT_TRUE(high.apply_update(low.encode_state_as_update()));
  for (const bool is_quick : {true, false}) {
    EXPECT_EQ(redone_of(nested, high.encode_state_as_update(middle), is_quick),
              "01020100c4030003010164440201016300");
  }
}

// The copies of "qu" are cut apart by a format and go through two lists, so that one of them would
// have the other for its neighbour on both sides. In Yjs only the document that undid shows
// "xyzqu".
TEST(Undo, puts_copies_where_peers_put_them) {
  Doc doc;
  Array root = doc.array("x");
  Text text = as<Text>(*root.insert_type(0, TypeRef::kText));
  ASSERT_TRUE(text.insert(0, "xyz"));
  UndoStack stack(doc, std::array<SharedType, 1>{root}, {});
  ASSERT_TRUE(text.insert(3, "qu"));
  ASSERT_TRUE(stack.undo());
  ASSERT_TRUE(stack.redo());
  ASSERT_TRUE(text.format(0, 4, {{"link", Any("u")}}));
  stack.stop_capturing();
  ASSERT_TRUE(root.erase(0, 1));
  ASSERT_TRUE(stack.undo());
  const std::string shown = R"([{"insert":"xyzq","attributes":{"link":"u"}},{"insert":"u"}])";
  EXPECT_EQ(delta(as<Text>(*root.at(0)->type())), shown);
  for (const bool is_quick : {true, false}) {
    Doc peer(DocOptions{.client_id = 2});
    peer.use_fast_paths(is_quick);
    ASSERT_TRUE(peer.apply_update(doc.encode_state_as_update()));
    EXPECT_EQ(delta(as<Text>(*peer.array("x").at(0)->type())), shown);
  }
}

TEST(Undo, tells_what_came_back_within_its_transaction) {
  Doc doc(DocOptions{.client_id = 1});
  Text text = doc.text("t");
  Map notes = doc.map("m");
  UndoStack stack(doc, std::array<SharedType, 2>{text, notes}, each_apart());
  ASSERT_TRUE(text.insert(0, "abcdef"));
  ASSERT_TRUE(text.erase(1, 2));
  ASSERT_TRUE(text.format(0, 2, {{"b", Any(true)}}));  // cuts, and is not erased
  std::vector<std::vector<RestoredUnits>> told;
  int updates = 0;
  const Subscription restored = stack.on_restore([&](std::span<const RestoredUnits> units) {
    told.emplace_back(units.begin(), units.end());
    notes.set("restored", Any(static_cast<double>(units.size())));
  });
  const Subscription heard = doc.on_update([&](const UpdateEvent&) { ++updates; });
  ASSERT_TRUE(stack.undo());
  EXPECT_TRUE(told.empty());  // the formats went
  updates = 0;
  ASSERT_TRUE(stack.undo());
  // "bc" was written as the units 1 and 2; the formats took 6 and 7.
  const std::vector<RestoredUnits> expected = {{{1, 1}, {1, 8}, 2}};
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0], expected);
  EXPECT_EQ(text.to_string(), "abcdef");
  EXPECT_EQ(json(notes), R"({"restored":1})");
  EXPECT_EQ(updates, 1);
  // What was said of it stays, so that taking it back and forth does not pile up.
  ASSERT_TRUE(stack.redo());
  EXPECT_EQ(json(notes), R"({"restored":1})");
  EXPECT_EQ(text.to_string(), "adef");
}

TEST(Undo, does_not_pile_up_what_is_said_of_what_came_back) {
  Doc doc(DocOptions{.client_id = 1});
  Text text = doc.text("t");
  Array notes = doc.array("a");
  UndoStack stack(doc, std::array<SharedType, 2>{text, notes}, each_apart());
  const Subscription restored = stack.on_restore([&](std::span<const RestoredUnits> units) {
    ASSERT_TRUE(notes.insert(notes.length(), std::array{Any(static_cast<double>(units.size()))}));
  });
  ASSERT_TRUE(text.insert(0, "abc"));
  ASSERT_TRUE(text.erase(0, 2));
  size_t bytes = 0;
  const Subscription updates =
      doc.on_update([&](const UpdateEvent& event) { bytes = event.update.size(); });
  ASSERT_TRUE(stack.undo());
  const size_t first = bytes;
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(stack.redo());
    ASSERT_TRUE(stack.undo());
  }
  EXPECT_LE(bytes, first + 8);  // longer numbers
  EXPECT_EQ(notes.length(), 51u);
  EXPECT_EQ(text.to_string(), "abc");
}

// Compaction looks at what the step holds before the step is complete. As many copies as Yjs makes.
TEST(Undo, brings_back_in_one_piece_what_went_in_two) {
  for (const bool compacts : {false, true}) {
    Doc doc(DocOptions{.client_id = 1});
    Text text = doc.text("t");
    ASSERT_TRUE(text.insert(0, "hello"));
    UndoStack stack(doc, std::array<SharedType, 1>{text}, {});
    ASSERT_TRUE(text.insert(1, "Z", {{"i", Any(true)}}));
    ASSERT_TRUE(text.erase(1, 3));
    if (compacts) doc.compact();
    ASSERT_TRUE(text.erase(1, 2));
    std::string written;
    const Subscription updates =
        doc.on_update([&](const UpdateEvent& event) { written = to_hex(event.update); });
    ASSERT_TRUE(stack.undo());
    EXPECT_EQ(written, "01010108c40107010104656c6c6f00") << compacts;
    EXPECT_EQ(text.to_string(), "hello");
  }
}

// The two values are one item by then; the bytes are those of Yjs.
TEST(Undo, brings_back_in_one_piece_values_of_a_key_that_went_one_by_one) {
  Doc other(DocOptions{.client_id = 2});
  Doc doc(DocOptions{.client_id = 1});
  Map map = doc.map("m");
  UndoStack stack(doc, std::array<SharedType, 1>{map}, {});
  for (int i = 1; i <= 2; ++i) {
    ASSERT_TRUE(other.map("m").set("k", Any(static_cast<double>(i))));
    ASSERT_TRUE(doc.apply_update(other.encode_state_as_update(), 7));
    map.erase("k");
  }
  std::string written;
  const Subscription updates =
      doc.on_update([&](const UpdateEvent& event) { written = to_hex(event.update); });
  ASSERT_TRUE(stack.undo());
  EXPECT_EQ(written, "01010100a80201027d017d0200");
  EXPECT_EQ(json(map), R"({"k":2})");
  EXPECT_EQ(doc.check(), "");
  const Buffer state = doc.encode_state_as_update();
  for (const bool is_quick : {true, false}) {
    Doc peer(DocOptions{.client_id = 3, .gc = GcPolicy::never()});
    peer.use_fast_paths(is_quick);
    ASSERT_TRUE(peer.apply_update(state));
    EXPECT_EQ(json(peer.map("m")), R"({"k":2})");
    EXPECT_EQ(to_hex(peer.encode_state_as_update()), to_hex(state));
  }
  // Nothing of it stays when somebody takes out the second only.
  ASSERT_TRUE(doc.apply_update(Buffer{0, 1, 1, 1, 1, 1}));
  EXPECT_EQ(json(map), "{}");
  EXPECT_EQ(doc.check(), "");
}

}  // namespace
}  // namespace tidemark::crdt
