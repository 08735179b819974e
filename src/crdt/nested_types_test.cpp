// Documents of strangers nest types without end; nothing may recurse over them.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/encoder.h"
#include "crdt/doc.h"
#include "crdt/update.h"

namespace tidemark::crdt {
namespace {

constexpr uint64_t kDepth = 100'000;

// Client 1 puts a type of this kind into the root "r", and each further one into the one before.
Buffer nested_types(TypeRef kind, uint64_t depth) {
  constexpr uint8_t kTypeItem = 7;
  const bool is_named = kind == TypeRef::kXmlElement || kind == TypeRef::kXmlHook;
  Encoder update;
  for (const uint64_t number : {uint64_t{1}, depth, uint64_t{1}, uint64_t{0}}) {
    update.write_varuint(number);
  }
  for (uint64_t clock = 0; clock < depth; ++clock) {
    update.write_byte(kTypeItem);
    if (clock == 0) {
      update.write_byte(1);
      update.write_varstring("r");
    } else {
      update.write_byte(0);
      update.write_varuint(1);
      update.write_varuint(clock - 1);
    }
    update.write_varuint(static_cast<uint64_t>(kind));
    if (is_named) update.write_varstring("p");
  }
  update.write_varuint(0);
  return update.take();
}

constexpr TypeRef kKinds[] = {TypeRef::kArray,   TypeRef::kMap,     TypeRef::kXmlElement,
                              TypeRef::kXmlText, TypeRef::kXmlHook, TypeRef::kXmlFragment,
                              TypeRef::kText};

TEST(NestedTypes, load_and_are_written_whatever_their_depth) {
  for (const TypeRef kind : kKinds) {
    const Buffer update = nested_types(kind, kDepth);
    Doc doc;
    ASSERT_TRUE(doc.apply_update(update));
    EXPECT_EQ(doc.check(), "");
    EXPECT_EQ(doc.encode_state_as_update(), update);
    Doc copy;
    ASSERT_TRUE(copy.apply_update_v2(doc.encode_state_as_update_v2()));
    EXPECT_EQ(copy.encode_state_as_update(), update);
  }
}

std::string repeated(std::string_view piece, uint64_t count) {
  std::string text;
  for (; count > 0; --count) text += piece;
  return text;
}

TEST(NestedTypes, are_whole_as_xml) {
  Doc doc;
  ASSERT_TRUE(doc.apply_update(nested_types(TypeRef::kXmlElement, kDepth)));
  const std::string xml = repeated("<p>", kDepth) + repeated("</p>", kDepth);
  EXPECT_EQ(doc.xml_fragment("r").to_string(), xml);
  EXPECT_EQ(doc.to_json().as_object()->find("r")->as_string()->size(), xml.size());
  EXPECT_TRUE(doc.is_json_whole());
}

TEST(NestedTypes, are_null_as_json_where_they_are_too_deep) {
  for (const uint64_t beyond : {uint64_t{0}, uint64_t{1}}) {
    Doc doc;
    ASSERT_TRUE(doc.apply_update(nested_types(TypeRef::kArray, kMaxJsonDepth + beyond)));
    const std::string innermost = beyond == 0 ? "" : "null";
    EXPECT_EQ(to_json(doc.array("r").to_json()),
              repeated("[", kMaxJsonDepth + 1) + innermost + repeated("]", kMaxJsonDepth + 1));
    EXPECT_EQ(doc.is_json_whole(), beyond == 0);
    EXPECT_EQ(doc.array("r").length(), 1u);
  }
}

TEST(NestedTypes, are_read_as_any_kind) {
  for (const TypeRef kind : kKinds) {
    const Buffer update = nested_types(kind, 20'000);
    for (const TypeRef root : {TypeRef::kArray, TypeRef::kXmlFragment, TypeRef::kXmlText}) {
      Doc doc;
      ASSERT_TRUE(doc.apply_update(update));
      const SharedType type = doc.root("r", root);
      EXPECT_LT(to_json(type.to_json()).size(), 200'000u);
      EXPECT_LT(type.to_string().size(), 200'000u);
    }
  }
}

TEST(NestedTypes, are_deleted_whatever_their_depth) {
  for (const TypeRef kind : kKinds) {
    for (const bool collects_garbage : {true, false}) {
      Doc doc{{.client_id = 2, .gc = collects_garbage ? GcPolicy::always() : GcPolicy::never()}};
      ASSERT_TRUE(doc.apply_update(nested_types(kind, kDepth)));
      // Client 1 deletes its clock 0.
      ASSERT_TRUE(doc.apply_update(Buffer{0, 1, 1, 1, 0, 1}));
      EXPECT_EQ(doc.check(), "");
      EXPECT_EQ(doc.root("r", TypeRef::kArray).length(), 0u);
      EXPECT_EQ(doc.stats().deleted_units, kDepth);
    }
  }
}

TEST(NestedTypes, tell_observers_of_all_depths) {
  constexpr uint64_t kLevels = 20'000;
  Doc doc{{.client_id = 2}};
  size_t longest_path = 0;
  const Array root = doc.array("r");
  ASSERT_TRUE(doc.apply_update(nested_types(TypeRef::kArray, kLevels)));
  const auto watch = root.observe_deep([&](const DeepEvents& deep) {
    for (const Event& event : deep.events) longest_path = event.path().size();
  });
  // Client 3 puts a value into the innermost one.
  Encoder update;
  update.write_bytes(Buffer{1, 1, 3, 0, 8, 0, 1});
  update.write_varuint(kLevels - 1);
  update.write_bytes(Buffer{1, 126, 0});
  ASSERT_TRUE(doc.apply_update(update.bytes()));
  EXPECT_EQ(longest_path, kLevels);
}

// Client 3 puts a value into each of the nested arrays.
Buffer value_in_each(uint64_t depth) {
  Encoder update;
  for (const uint64_t number : {uint64_t{1}, depth, uint64_t{3}, uint64_t{0}}) {
    update.write_varuint(number);
  }
  for (uint64_t clock = 0; clock < depth; ++clock) {
    update.write_bytes(Buffer{8, 0, 1});
    update.write_varuint(clock);
    update.write_bytes(Buffer{1, 126});
  }
  update.write_varuint(0);
  return update.take();
}

TEST(NestedTypes, tell_observers_of_changes_at_all_depths) {
  Doc doc{{.client_id = 2}};
  ASSERT_TRUE(doc.apply_update(nested_types(TypeRef::kArray, kDepth)));
  const Array root = doc.array("r");
  const SharedType below = *root.at(0)->type();
  size_t updates = 0;
  std::vector<size_t> targets;
  const auto on_update = doc.on_update([&](const UpdateEvent&) { ++updates; });
  const auto count = [&](const DeepEvents& deep) { targets.push_back(deep.events.size()); };
  const auto outer = root.observe_deep(count);
  const auto inner = below.observe_deep(count);
  ASSERT_TRUE(doc.apply_update(value_in_each(kDepth)));
  EXPECT_EQ(updates, 1u);
  EXPECT_EQ(targets, (std::vector<size_t>{kDepth, kDepth}));
}

TEST(NestedTypes, wait_for_their_parents_whatever_their_depth) {
  const Buffer whole = nested_types(TypeRef::kMap, kDepth);
  StateVector known;
  known.set(1, 1);
  const Result<Buffer> rest = diff_update(whole, known, UpdateFormat::kV1);
  ASSERT_TRUE(rest);
  Doc doc{{.client_id = 2}};
  ASSERT_TRUE(doc.apply_update(*rest));
  EXPECT_TRUE(doc.has_pending());
  ASSERT_TRUE(doc.apply_update(nested_types(TypeRef::kMap, 1)));
  EXPECT_FALSE(doc.has_pending());
  EXPECT_EQ(doc.encode_state_as_update(), whole);
}

}  // namespace
}  // namespace tidemark::crdt
