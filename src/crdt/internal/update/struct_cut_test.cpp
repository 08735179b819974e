// Reaches into internal/ because cutting has no public face of its own: documents and byte
// functions share it.
#include "crdt/internal/update/struct_cut.h"

#include <gtest/gtest.h>

#include "base/utf.h"
#include "crdt/internal/update/writer.h"

namespace tidemark::crdt {
namespace {

StructView text_view(std::string_view text) {
  StructView view;
  view.id = {7, 100};
  view.ref = Ref::kString;
  view.parent = StructView::Parent::kRoot;
  view.root_name = "t";
  view.text = text;
  view.text_is_ascii = is_ascii(text);
  view.len = utf16_length(text);
  return view;
}

std::string shown(const StructView& view) {
  std::string text;
  if (view.starts_with_replacement) text += kReplacement;
  text += view.text;
  if (view.ends_with_replacement) text += kReplacement;
  return text;
}

// The text with each half of the character that a cut at `units` falls into replaced.
TEST(StructCut, replaces_both_halves_of_a_character_that_it_cuts) {
  const std::string text = "a\xF0\x9F\x98\x80\xC3\xA9\xF0\x9F\x98\x80";
  const std::string half(kReplacement);
  const std::vector<std::pair<std::string, std::string>> cuts = {
      {"a", "\xF0\x9F\x98\x80\xC3\xA9\xF0\x9F\x98\x80"},
      {"a" + half, half + "\xC3\xA9\xF0\x9F\x98\x80"},
      {"a\xF0\x9F\x98\x80", "\xC3\xA9\xF0\x9F\x98\x80"},
      {"a\xF0\x9F\x98\x80\xC3\xA9", "\xF0\x9F\x98\x80"},
      {"a\xF0\x9F\x98\x80\xC3\xA9" + half, half}};
  for (uint64_t at = 1; at < 6; ++at) {
    StructView left = text_view(text);
    StructView right = left;
    truncate(left, at);
    slice(right, at);
    EXPECT_EQ(shown(left), cuts[at - 1].first);
    EXPECT_EQ(shown(right), cuts[at - 1].second);
    EXPECT_EQ(left.len + right.len, 6u);
    EXPECT_EQ(utf16_length(shown(left)), left.len);
    EXPECT_EQ(utf16_length(shown(right)), right.len);
  }
}

TEST(StructCut, cuts_what_was_cut_before) {
  StructView view = text_view(
      "\xF0\x9F\x98\x80"
      "b\xF0\x9F\x98\x80");
  slice(view, 1);
  truncate(view, 3);
  EXPECT_EQ(shown(view),
            "\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
  StructView tail = view;
  slice(tail, 2);
  EXPECT_EQ(shown(tail), "\xEF\xBF\xBD");
  truncate(view, 1);
  EXPECT_EQ(shown(view), "\xEF\xBF\xBD");
}

TEST(StructCut, gives_the_right_part_an_origin_and_no_parent) {
  StructView view = text_view("hello");
  view.has_right_origin = true;
  view.right_origin = {3, 4};
  slice(view, 2);
  EXPECT_EQ(view.id, (WireId{7, 102}));
  EXPECT_TRUE(view.has_origin);
  EXPECT_EQ(view.origin, (WireId{7, 101}));
  EXPECT_EQ(view.right_origin, (WireId{3, 4}));
  EXPECT_EQ(view.parent, StructView::Parent::kInherited);
}

TEST(StructCut, leaves_garbage_without_an_origin) {
  StructView view;
  view.id = {1, 0};
  view.ref = Ref::kGc;
  view.len = 5;
  slice(view, 3);
  EXPECT_FALSE(view.has_origin);
  EXPECT_EQ(view.len, 2u);
}

TEST(StructCut, cuts_arrays_between_their_elements) {
  const Buffer values = {125, 1, 119, 1, 'a', 126};
  StructView view;
  view.ref = Ref::kAny;
  view.len = 3;
  view.payload = values;
  StructView right = view;
  truncate(view, 2);
  slice(right, 2);
  EXPECT_EQ(to_hex(view.payload), "7d01770161");
  EXPECT_EQ(to_hex(right.payload), "7e");
}

TEST(UpdateWriter, writes_an_update_without_knowing_its_counts_beforehand) {
  LazyUpdateWriter<UpdateWriterV1> writer;
  writer.write(text_view("ab"));
  StructView other = text_view("c");
  other.id = {2, 0};
  writer.write(other);
  EXPECT_EQ(to_hex(writer.take(DeleteSet())), "020107640401017402616201020004010174016300");
  EXPECT_EQ(to_hex(writer.take(DeleteSet())), "0000");
}

}  // namespace
}  // namespace tidemark::crdt
