// Bugs in the program that uses the library end it with a message; they are never undefined. Native
// only: what dies here is a process.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "crdt/doc.h"
#include "crdt/marks.h"
#include "crdt/undo.h"

namespace tidemark::crdt {
namespace {

constexpr const char* kNoDocument = "handle_has_a_document";
constexpr const char* kEdited = "nobody_edited_since_the_range_began";

void abort_loudly(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: %s\n", file, line, expression);
  std::abort();
}

TEST(MisuseDeathTest, handles_whose_document_is_gone) {
  set_assertion_hook(abort_loudly);
  std::optional<Doc> doc(std::in_place);
  Text text = doc->text("t");
  Array array = doc->array("a");
  Map map = doc->map("m");
  XmlFragment xml = doc->xml_fragment("x");
  doc.reset();
  EXPECT_DEATH((void)text.insert(0, "a"), kNoDocument);
  EXPECT_DEATH((void)text.erase(0, 1), kNoDocument);
  EXPECT_DEATH((void)text.to_delta(), kNoDocument);
  EXPECT_DEATH((void)text.length(), kNoDocument);
  EXPECT_DEATH((void)text.is_live(), kNoDocument);
  EXPECT_DEATH((void)text.observe([](const Event&) {}), kNoDocument);
  EXPECT_DEATH((void)array.values(), kNoDocument);
  EXPECT_DEATH((void)array.push(std::vector<Any>{Any(1.0)}), kNoDocument);
  EXPECT_DEATH(map.set("k", Any(1.0)), kNoDocument);
  EXPECT_DEATH((void)map.at("k"), kNoDocument);
  EXPECT_DEATH((void)map.keys(), kNoDocument);
  EXPECT_DEATH((void)xml.insert_element(0, "p"), kNoDocument);
  EXPECT_DEATH((void)text.runs(), kNoDocument);
  EXPECT_DEATH((void)SharedType().kind(), kNoDocument);
}

TEST(MisuseDeathTest, visitors_that_edit_what_they_visit) {
  set_assertion_hook(abort_loudly);
  Doc doc;
  Text text = doc.text("t");
  EXPECT_TRUE(text.insert(0, "a"));
  const auto edit = [&](const Block&) { return text.insert(0, "b").has_value(); };
  EXPECT_DEATH(doc.inspect(edit), "visitor_did_not_edit");
}

TEST(MisuseDeathTest, handles_of_numbers_and_kinds_that_there_are_not) {
  set_assertion_hook(abort_loudly);
  constexpr const char* kNoType = "document_has_this_type";
  constexpr const char* kOtherKind = "type_is_of_this_kind";
  Doc doc;
  const Text text = doc.text("t");
  const SharedType map = doc.map("m");
  EXPECT_DEATH(SharedType(doc.document(), 12345), kNoType);
  EXPECT_DEATH(Array(doc.document(), 12345), kNoType);
  EXPECT_DEATH(Text(doc.document(), map.branch()), kOtherKind);
  EXPECT_DEATH(Array(doc.document(), text.branch()), kOtherKind);
  EXPECT_DEATH(Map(doc.document(), doc.array("a").branch()), kOtherKind);
  EXPECT_DEATH(XmlText(doc.document(), text.branch()), kOtherKind);
  EXPECT_DEATH(XmlElement(doc.document(), doc.xml_fragment("f").branch()), kOtherKind);
  // Attributes are entries.
  ASSERT_TRUE(doc.text("t").set_attribute("k", Any(1.0)));
  EXPECT_TRUE(Map(doc.document(), text.branch()).contains("k"));
}

// Nobody could read what they would write.
TEST(MisuseDeathTest, client_ids_and_names_of_roots_that_cannot_be_written) {
  set_assertion_hook(abort_loudly);
  constexpr const char* kBadId = "client_id_is_below_2_to_the_53";
  constexpr const char* kBadName = "root_name_is_utf8";
  Doc doc;
  EXPECT_DEATH(Doc({.client_id = kMaxClientId + 1}), kBadId);
  EXPECT_DEATH(doc.change_client_id(kMaxClientId + 1), kBadId);
  EXPECT_DEATH(doc.change_client_id(~uint64_t{0}), kBadId);
  EXPECT_DEATH((void)doc.text("\xff\xfe"), kBadName);
  EXPECT_DEATH((void)doc.array("a\x80"), kBadName);
  EXPECT_DEATH((void)doc.map("\xff"), kBadName);
  EXPECT_DEATH((void)doc.xml_fragment("\xff"), kBadName);
  EXPECT_DEATH((void)doc.xml_element("\xff"), kBadName);
  EXPECT_DEATH((void)doc.xml_text("\xff"), kBadName);
}

TEST(MisuseDeathTest, undo_of_types_of_another_document) {
  set_assertion_hook(abort_loudly);
  constexpr const char* kForeign = "type_is_of_this_document";
  Doc doc;
  Doc other;
  // Its number is one that no type of the document has.
  for (const char* name : {"a", "b", "c"}) other.text(name);
  const std::vector<SharedType> foreign = {other.text("c")};
  EXPECT_DEATH(UndoStack(doc, foreign), kForeign);
  EXPECT_DEATH(UndoStack(doc, std::vector<SharedType>{SharedType()}), kNoDocument);
  Text text = doc.text("t");
  UndoStack stack(doc, std::vector<SharedType>{text});
  EXPECT_DEATH(stack.add_to_scope(foreign[0]), kForeign);
  const Subscription events =
      stack.on_event([&](const UndoEvent& event) { (void)event.changed(foreign[0]); });
  EXPECT_DEATH((void)text.insert(0, "a"), kForeign);
}

TEST(MisuseDeathTest, marks_on_types_of_another_document) {
  set_assertion_hook(abort_loudly);
  Doc doc;
  Doc other;
  EXPECT_DEATH(Marks(doc, other.text("t"), doc.array("m")), "text_is_of_this_document");
  EXPECT_DEATH(Marks(doc, doc.text("t"), other.array("m")), "overlay_is_of_this_document");
  EXPECT_DEATH(Marks(doc, Text(), doc.array("m")), kNoDocument);
  UndoStack foreign(other);
  const Marks marks(doc, doc.text("t"), doc.array("m"));
  EXPECT_DEATH((void)marks.follow(foreign), "stack_is_of_this_document");
}

// Whatever runs would go on with a document that is no more.
TEST(MisuseDeathTest, documents_destroyed_by_what_they_call) {
  set_assertion_hook(abort_loudly);
  constexpr const char* kOpen = "no_transaction_is_under_way";
  constexpr const char* kCalling = "no_callback_is_under_way";
  std::optional<Doc> doc(std::in_place);
  Text text = doc->text("t");
  ASSERT_TRUE(text.insert(0, "ab"));
  EXPECT_DEATH(doc->transact([&] { doc.reset(); }), kOpen);
  EXPECT_DEATH(doc->transact([&] { *doc = Doc(); }), kOpen);
  {
    // Typing on, the shortest path there is.
    const Subscription updates = doc->on_update([&](const UpdateEvent&) { doc.reset(); });
    EXPECT_DEATH((void)text.insert(2, "c"), kOpen);
  }
  {
    const Subscription events = text.observe([&](const Event&) { doc.reset(); });
    EXPECT_DEATH((void)text.insert(0, "c"), kOpen);
  }
  // The event of a stack is told when the transaction is over.
  UndoStack stack(*doc);
  ASSERT_TRUE(text.insert(0, "c"));
  const Subscription pops = stack.on_event([&](const UndoEvent& event) {
    if (event.kind == UndoEvent::Kind::kPopped) doc.reset();
  });
  EXPECT_DEATH((void)stack.undo(), kCalling);
}

TEST(MisuseDeathTest, undo_stacks_destroyed_by_what_they_call) {
  set_assertion_hook(abort_loudly);
  constexpr const char* kCalling = "no_call_of_the_stack_is_under_way";
  Doc doc;
  Text text = doc.text("t");
  std::optional<UndoStack> stack;
  bool is_armed = false;
  const auto destroy = [&] {
    if (is_armed) stack.reset();
    return true;
  };
  stack.emplace(doc, UndoOptions{.captures = [&](const CapturedTransaction&) { return destroy(); },
                                 .may_delete = [](const UndoTarget&) { return true; }});
  ASSERT_TRUE(text.insert(0, "a"));
  is_armed = true;
  EXPECT_DEATH((void)text.insert(0, "b"), kCalling);
  stack.emplace(doc, UndoOptions{.may_delete = [&](const UndoTarget&) { return destroy(); }});
  ASSERT_TRUE(text.insert(0, "c"));
  EXPECT_DEATH((void)stack->undo(), kCalling);
  stack.emplace(doc);
  const Subscription events = stack->on_event([&](const UndoEvent&) { destroy(); });
  EXPECT_DEATH((void)text.insert(0, "d"), kCalling);
}

TEST(MisuseDeathTest, documents_and_undo_stacks_that_were_moved_from) {
  set_assertion_hook(abort_loudly);
  constexpr const char* kNoDoc = "doc_was_not_moved_from";
  constexpr const char* kNoStack = "stack_was_not_moved_from";
  Doc doc;
  UndoStack stack(doc);
  Doc taken(std::move(doc));
  UndoStack kept(std::move(stack));
  // NOLINTBEGIN(bugprone-use-after-move): that is the misuse.
  EXPECT_DEATH((void)doc.text("t"), kNoDoc);
  EXPECT_DEATH((void)doc.client_id(), kNoDoc);
  EXPECT_DEATH((void)doc.encode_state_as_update(), kNoDoc);
  EXPECT_DEATH((void)doc.apply_update({}), kNoDoc);
  EXPECT_DEATH(doc.begin(), kNoDoc);
  EXPECT_DEATH(doc.transact([] {}), kNoDoc);
  EXPECT_DEATH((void)doc.on_update([](const UpdateEvent&) {}), kNoDoc);
  EXPECT_DEATH(doc.compact(), kNoDoc);
  EXPECT_DEATH((void)doc.stats(), kNoDoc);
  EXPECT_DEATH((void)doc.document(), kNoDoc);
  EXPECT_DEATH(UndoStack{doc}, kNoDoc);
  EXPECT_DEATH((void)stack.undo(), kNoStack);
  EXPECT_DEATH((void)stack.undo_count(), kNoStack);
  EXPECT_DEATH((void)stack.origin(), kNoStack);
  EXPECT_DEATH(stack.set_time({}), kNoStack);
  EXPECT_DEATH(stack.clear(), kNoStack);
  EXPECT_DEATH((void)stack.on_event([](const UndoEvent&) {}), kNoStack);
  // NOLINTEND(bugprone-use-after-move)
  // Both may be assigned to.
  doc = std::move(taken);
  stack = std::move(kept);
  ASSERT_TRUE(doc.text("t").insert(0, "a"));
  EXPECT_TRUE(stack.undo());
}

// Not a misuse, but native only too: the program may use exceptions, though the library does not.
TEST(Exceptions, end_the_transaction_that_they_leave) {
  Doc doc;
  Text text = doc.text("t");
  int updates = 0;
  const Subscription heard = doc.on_update([&](const UpdateEvent&) { ++updates; });
  const auto type_and_throw = [&] {
    (void)text.insert(0, "a");
    doc.transact([&] {
      (void)text.insert(1, "b");
      throw std::runtime_error("no more");
    });
  };
  EXPECT_THROW(doc.transact(type_and_throw), std::runtime_error);
  EXPECT_EQ(text.to_string(), "ab");
  EXPECT_EQ(updates, 1);
  ASSERT_TRUE(text.insert(2, "c"));
  EXPECT_EQ(updates, 2);
  doc.compact();  // dies inside of a transaction
}

// Whoever edits while reading is told so, whichever path the edit takes.
TEST(MisuseDeathTest, edits_while_a_range_is_read) {
  set_assertion_hook(abort_loudly);
  Doc doc;
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "ab"));
  ASSERT_TRUE(text.insert(2, "c", {{"b", Any(true)}}));
  Doc other({.client_id = 2});
  ASSERT_TRUE(other.text("t").insert(0, "x"));
  const Buffer update = other.encode_state_as_update();
  const auto read_while = [&](const std::function<void()>& edit) {
    for ([[maybe_unused]] const TextRun& run : text.runs()) edit();
  };
  EXPECT_DEATH(read_while([&] { (void)text.insert(0, "y"); }), kEdited);
  EXPECT_DEATH(read_while([&] { (void)text.erase(0, 1); }), kEdited);
  EXPECT_DEATH(read_while([&] { (void)doc.apply_update(update); }), kEdited);
  EXPECT_DEATH(read_while([&] { doc.map("m").set("k", Any(1.0)); }), kEdited);
  EXPECT_DEATH(doc.transact([&] { read_while([&] { (void)text.insert(0, "y"); }); }), kEdited);
  Text plain = doc.text("plain");
  ASSERT_TRUE(plain.insert(0, "ab"));
  // Typing on, the shortest path there is.
  uint32_t end = 2;
  EXPECT_DEATH(read_while([&] { (void)plain.insert(end++, "c"); }), kEdited);
  read_while([&] { EXPECT_EQ(text.length(), 3u); });
}

}  // namespace
}  // namespace tidemark::crdt
