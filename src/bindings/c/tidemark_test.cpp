// The C interface as a C program sees it; what documents do is tested elsewhere.
#include "bindings/c/tidemark.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <string_view>

namespace {

const uint8_t* utf8(std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); }

std::string text_of(const tm_bytes* bytes) {
  return {reinterpret_cast<const char*>(bytes->data), bytes->size};
}

class Face : public testing::Test {
 protected:
  ~Face() override {
    for (tm_doc* doc : docs_) tm_doc_close(doc);
    tm_close(kernel_);
  }

  tm_doc* new_doc(double client_id) {
    docs_.push_back(tm_doc_open(kernel_, client_id, 0, 1));
    return docs_.back();
  }
  static tm_type text_in(tm_doc* doc) {
    return static_cast<tm_type>(tm_root(doc, utf8("t"), 1, TM_TEXT));
  }
  std::string shown(tm_doc* doc) {
    EXPECT_EQ(tm_string(doc, text_in(doc)), TM_OK);
    return text_of(tm_answer(kernel_));
  }

  tm_kernel* kernel_ = tm_open();
  std::vector<tm_doc*> docs_;
};

TEST_F(Face, refuses_what_nobody_could_read_back) {
  for (const double id : {9007199254740992.0, -1.0, 1e300, std::nan("")}) {
    EXPECT_EQ(tm_doc_open(kernel_, id, 0, 1), nullptr) << id;
  }
  tm_doc* doc = new_doc(9007199254740991.0);
  ASSERT_NE(doc, nullptr);
  EXPECT_EQ(tm_client_id(doc), 9007199254740991.0);
  EXPECT_EQ(tm_root(doc, utf8("a\xff"), 2, TM_TEXT), TM_INVALID);
  for (const uint32_t kind : {7u, 256u + TM_TEXT}) {
    EXPECT_EQ(tm_root(doc, utf8("r"), 1, kind), TM_INVALID) << kind;
    const auto map = static_cast<tm_type>(tm_root(doc, utf8("m"), 1, TM_MAP));
    EXPECT_LT(tm_entry_set_type(doc, map, kind, utf8("k"), 1), 0) << kind;
    const auto list = static_cast<tm_type>(tm_root(doc, utf8("a"), 1, TM_ARRAY));
    const tm_bytes name{};
    EXPECT_LT(tm_list_insert_type(doc, list, 0, kind, &name), 0) << kind;
  }
}

TEST_F(Face, tells_of_updates_after_the_call_that_made_them) {
  tm_doc* doc = new_doc(1);
  tm_doc* follower = new_doc(2);
  const tm_type text = text_in(doc);
  ASSERT_EQ(tm_watch(doc, TM_V1 + TM_V2), TM_OK);
  ASSERT_EQ(tm_begin(doc, 7), TM_OK);
  ASSERT_EQ(tm_insert(doc, text, 0, utf8("hello"), 5), TM_OK);
  ASSERT_EQ(tm_insert_unit(doc, text, 5, '!'), TM_OK);
  ASSERT_EQ(tm_events(kernel_)->count, 0u);
  ASSERT_EQ(tm_end(doc), TM_OK);
  ASSERT_EQ(tm_events(kernel_)->count, 2u);
  const tm_event event = tm_events(kernel_)->first[0];
  EXPECT_EQ(event.format, static_cast<uint32_t>(TM_V1));
  EXPECT_EQ(event.is_local, 1u);
  EXPECT_EQ(event.origin, 7);
  ASSERT_EQ(tm_apply(follower, TM_V1, event.update.data, event.update.size, 0), TM_OK);
  EXPECT_EQ(shown(follower), "hello!");
  EXPECT_EQ(tm_events(kernel_)->count, 0u);
}

TEST_F(Face, refuses_what_makes_no_sense) {
  tm_doc* doc = new_doc(1);
  const tm_type text = text_in(doc);
  EXPECT_EQ(tm_insert(nullptr, text, 0, utf8("x"), 1), TM_FREED);
  EXPECT_EQ(tm_insert(doc, text, 1, utf8("x"), 1), TM_INVALID);
  EXPECT_FALSE(text_of(tm_failure(kernel_)).empty());
  EXPECT_EQ(tm_insert(doc, text, 0, utf8("\xff"), 1), TM_INVALID);
  EXPECT_EQ(tm_root(doc, utf8("t"), 1, TM_MAP), TM_CONFLICT);
  EXPECT_EQ(tm_entry_erase(doc, text, utf8("k"), 1), TM_INVALID);
  EXPECT_EQ(tm_list_insert(doc, text, 0, utf8("v"), 1), TM_INVALID);
  EXPECT_EQ(tm_apply(doc, TM_V1, utf8("\x01\x02"), 2, 0), TM_MALFORMED);
  EXPECT_EQ(tm_apply_all(doc, TM_V2, utf8("\x09"), 1, 0), TM_MALFORMED);
  EXPECT_EQ(shown(doc), "");
}

// Values as lib0 writes them: 119 is a string, 117 an array, 125 a number.
constexpr std::string_view kOneA =
    "\x75\x01\x77\x01"
    "a";

TEST_F(Face, tells_all_of_a_list_at_once) {
  tm_doc* doc = new_doc(1);
  const auto list = static_cast<tm_type>(tm_root(doc, utf8("a"), 1, TM_ARRAY));
  const tm_bytes no_name{};
  ASSERT_EQ(tm_list_insert(doc, list, TM_END, utf8(kOneA), kOneA.size()), TM_OK);
  const tm_status made = tm_list_insert_type(doc, list, TM_END, TM_MAP, &no_name);
  ASSERT_GT(made, 0);
  ASSERT_EQ(tm_list_values(doc, list), TM_OK);
  const std::string type = {'\x75', 2, '\x7d', static_cast<char>(made), '\x7d', TM_MAP};
  EXPECT_EQ(text_of(tm_answer(kernel_)),
            "\x01\x77\x01"
            "a\x02" +
                type);
  EXPECT_EQ(tm_list_values(doc, static_cast<tm_type>(made)), TM_INVALID);
  EXPECT_EQ(tm_list_values(nullptr, list), TM_FREED);
}

TEST_F(Face, pushes_behind_what_was_deleted) {
  tm_doc* doc = new_doc(1);
  const auto list = static_cast<tm_type>(tm_root(doc, utf8("a"), 1, TM_ARRAY));
  ASSERT_EQ(tm_list_insert(doc, list, TM_END, utf8(kOneA), kOneA.size()), TM_OK);
  ASSERT_EQ(tm_erase(doc, list, 0, 1), TM_OK);
  ASSERT_EQ(tm_watch(doc, TM_V1), TM_OK);
  ASSERT_EQ(tm_list_insert(doc, list, TM_END, utf8(kOneA), kOneA.size()), TM_OK);
  // Client 1, clock 1, with an origin: {1, 0}.
  const std::string update = text_of(&tm_events(kernel_)->first[0].update);
  EXPECT_EQ(update.substr(0, 7), std::string("\x01\x01\x01\x01\x88\x01\x00", 7));
}

TEST_F(Face, knows_entries_and_names) {
  tm_doc* doc = new_doc(1);
  const auto tree = static_cast<tm_type>(tm_root(doc, utf8("x"), 1, TM_XML_FRAGMENT));
  const tm_bytes name{utf8("row"), 3};
  const auto element =
      static_cast<tm_type>(tm_list_insert_type(doc, tree, 0, TM_XML_ELEMENT, &name));
  const auto hook = static_cast<tm_type>(tm_list_insert_type(doc, tree, 1, TM_XML_HOOK, &name));
  constexpr std::string_view kEntry = "\x75\x02\x77\x01kx";
  for (const tm_type type : {element, hook}) {
    EXPECT_EQ(tm_name(doc, type), TM_OK);
    EXPECT_EQ(text_of(tm_answer(kernel_)), "row");
    EXPECT_EQ(tm_entry_has(doc, type, utf8("k"), 1), 0);
    ASSERT_EQ(tm_entry_set(doc, type, utf8(kEntry), kEntry.size()), TM_OK);
    EXPECT_EQ(tm_entry_has(doc, type, utf8("k"), 1), 1);
    ASSERT_EQ(tm_entry_keys(doc, type), TM_OK);
    EXPECT_EQ(text_of(tm_answer(kernel_)), "\x75\x01\x77\x01k");
    ASSERT_EQ(tm_entry_erase(doc, type, utf8("k"), 1), TM_OK);
    EXPECT_EQ(tm_entry_has(doc, type, utf8("k"), 1), 0);
  }
  EXPECT_EQ(tm_name(doc, tree), TM_INVALID);
  EXPECT_EQ(tm_entry_has(doc, tree, utf8("k"), 1), TM_INVALID);
}

TEST_F(Face, keeps_the_last_updates_in_its_ring) {
  tm_doc* doc = new_doc(1);
  const tm_type text = text_in(doc);
  ASSERT_EQ(tm_watch(doc, TM_V1), TM_OK);
  std::vector<std::pair<tm_bytes, std::string>> kept;
  for (int i = 0; i < 4000; ++i) {
    const std::string word(static_cast<size_t>(1 + i % 50), 'x');
    ASSERT_EQ(tm_insert(doc, text, 0, utf8(word), word.size()), TM_OK);
    const tm_bytes update = tm_events(kernel_)->first[0].update;
    kept.emplace_back(update, text_of(&update));
  }
  for (size_t i = kept.size() - 500; i < kept.size(); ++i) {
    EXPECT_EQ(text_of(&kept[i].first), kept[i].second);
  }
}

TEST_F(Face, takes_back_and_brings_back) {
  tm_doc* doc = new_doc(1);
  const tm_type text = text_in(doc);
  const double nobody = 0;
  tm_history* history = tm_history_open(doc, &text, 1, &nobody, 1, 0);
  ASSERT_EQ(tm_insert(doc, text, 0, utf8("ab"), 2), TM_OK);
  ASSERT_EQ(tm_erase(doc, text, 0, 1), TM_OK);
  EXPECT_EQ(tm_undo_count(history), 2);
  EXPECT_EQ(tm_undo(history), 1);
  EXPECT_EQ(shown(doc), "ab");
  EXPECT_EQ(tm_redo(history), 1);
  EXPECT_EQ(tm_redo(history), 0);
  EXPECT_EQ(shown(doc), "b");
  tm_history_close(history);
}

}  // namespace
