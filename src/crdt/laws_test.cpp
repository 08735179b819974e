// Laws that hold for every history, whoever wrote what and in whichever order it arrives. A seed is
// a history of three writers; --gtest_random_seed=N begins with seed N instead of 1.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "crdt/doc.h"
#include "crdt/test_seeds.h"
#include "crdt/update.h"

namespace tidemark::crdt {
namespace {

constexpr std::array kFormats = {UpdateFormat::kV1, UpdateFormat::kV2};

Result<> apply(Doc& doc, Bytes update, UpdateFormat format) {
  return format == UpdateFormat::kV1 ? doc.apply_update(update) : doc.apply_update_v2(update);
}

Buffer state_of(const Doc& doc, UpdateFormat format, const StateVector& known = {}) {
  return format == UpdateFormat::kV1 ? doc.encode_state_as_update(known)
                                     : doc.encode_state_as_update_v2(known);
}

// An update as the other format says it. A struct between others need not name its key; conversion
// leaves that out, as Yjs does.
std::string converted(Bytes update, UpdateFormat format) {
  const Result<Buffer> other =
      format == UpdateFormat::kV1 ? convert_v1_to_v2(update) : convert_v2_to_v1(update);
  return other ? to_hex(*other) : other.error().detail;
}

// Members sorted: the order in which keys first appeared is each replica's own.
Any sorted(const Any& value) {
  if (const AnyArray* list = value.as_array()) {
    AnyArray out;
    for (const Any& element : *list) out.push_back(sorted(element));
    return Any(std::move(out));
  }
  const AnyObject* object = value.as_object();
  if (object == nullptr) return value;
  std::vector<AnyObject::Member> members;
  for (const auto& [key, member] : object->members()) members.emplace_back(key, sorted(member));
  std::sort(members.begin(), members.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return Any(AnyObject(std::move(members)));
}

// Everything that a document shows and knows.
std::string shown(Doc& doc) {
  for (const char* name : {"a", "m"})
    doc.root(name, name[0] == 'a' ? TypeRef::kArray : TypeRef::kMap);
  std::string text = to_json(sorted(delta_to_json(doc.text("t").to_delta()))) +
                     to_json(sorted(doc.array("a").to_json())) +
                     to_json(sorted(doc.map("m").to_json())) + doc.xml_fragment("x").to_string();
  return text + " " + to_hex(encode_state_vector(doc.state_vector()));
}

// Three writers of all kinds of types who hear of each other now and then.
class History {
 public:
  explicit History(uint64_t seed) : random_(seed) {
    if (random_.one_in(4)) gc_ = GcPolicy::never();
    const IntegrationRule rule =
        random_.one_in(2) ? IntegrationRule::kYata : IntegrationRule::kFugueMax;
    for (uint64_t i = 0; i < kWriters; ++i) {
      const uint64_t id = random_.one_in(3) ? (uint64_t{1} << 52) + i : i + 1;
      docs_.emplace_back(DocOptions{.client_id = id, .seed = i, .gc = gc_, .rule = rule});
    }
    for (Doc& doc : docs_) {
      subscriptions_.push_back(doc.on_update([this](const UpdateEvent& event) {
        if (event.is_local) updates_[0].push_back(copy_of(event.update));
        was_local_ = event.is_local;
      }));
      subscriptions_.push_back(doc.on_update_v2([this](const UpdateEvent& event) {
        if (was_local_) updates_[1].push_back(copy_of(event.update));
      }));
    }
  }
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  void write(size_t steps) {
    for (size_t i = 0; i < steps; ++i) {
      edit(any_doc());
      if (random_.one_in(3)) exchange(any_doc(), any_doc());
    }
  }
  void write_until(size_t updates) {
    while (updates_[0].size() < updates) write(1);
  }
  void exchange(Doc& to, Doc& from) {
    if (&to == &from) return;
    const UpdateFormat format = kFormats[random_.below(2)];
    ASSERT_TRUE(apply(to, state_of(from, format, to.state_vector()), format));
    ASSERT_EQ(to.check(), "");
  }
  // The first document hears of everything.
  Doc& gathered() {
    for (Doc& doc : docs_) exchange(docs_[0], doc);
    return docs_[0];
  }

  // A replica that only receives must not answer with clean-ups of its own.
  Doc replica() const {
    return Doc(DocOptions{.client_id = 99, .gc = gc_, .cleans_formatting = false});
  }
  Doc loaded(Bytes update, UpdateFormat format) const {
    Doc doc = replica();
    EXPECT_TRUE(apply(doc, update, format));
    EXPECT_EQ(doc.check(), "");
    return doc;
  }

  Random& random() { return random_; }
  Doc& any_doc() { return docs_[random_.below(kWriters)]; }
  // What was written, in order: a dependency always comes before what depends on it.
  const std::vector<Buffer>& updates(UpdateFormat format) const {
    return updates_[format == UpdateFormat::kV1 ? 0 : 1];
  }

 private:
  static constexpr uint64_t kWriters = 3;

  uint32_t index(uint32_t length) { return static_cast<uint32_t>(random_.below(length + 1)); }

  void edit(Doc& doc) {
    switch (random_.below(4)) {
      case 0: return edit_text(doc.text("t"));
      case 1: return edit_array(doc.array("a"));
      case 2: return edit_map(doc.map("m"));
      default: return edit_xml(doc.xml_fragment("x"));
    }
  }

  void edit_text(Text text) {
    // No surrogate pairs: whoever cuts one sees halves that others may never hear of.
    static constexpr std::array<std::string_view, 4> kWords = {"a", "bc", "\xC3\xA9", "word "};
    const uint32_t length = text.length();
    const uint64_t kind = random_.below(8);
    if (kind < 4 || length == 0) {
      ASSERT_TRUE(text.insert(index(length), kWords[random_.below(kWords.size())]));
      return;
    }
    const auto at = static_cast<uint32_t>(random_.below(length));
    const uint32_t count = 1 + index(length - at - 1);
    if (kind < 6) {
      ASSERT_TRUE(text.erase(at, count));
    } else if (kind == 6) {
      const Any value = random_.one_in(3) ? Any(Null{}) : Any(true);
      ASSERT_TRUE(text.format(at, count, {{random_.one_in(2) ? "b" : "i", value}}));
    } else {
      ASSERT_TRUE(text.insert_embed(at, Any(AnyObject({{"image", Any("u")}}))));
    }
  }

  void edit_array(Array array) {
    const uint32_t length = array.length();
    const uint64_t kind = random_.below(6);
    if (kind < 2 && length > 0) {
      ASSERT_TRUE(array.erase(static_cast<uint32_t>(random_.below(length)), 1));
    } else if (kind == 2) {
      const Result<SharedType> nested = array.insert_type(index(length), TypeRef::kText);
      ASSERT_TRUE(nested);
      edit_text(Text(nested->document(), nested->branch()));
    } else if (kind == 3) {
      ASSERT_TRUE(array.insert_subdocument(index(length), {"guid", Any(AnyObject{})}));
    } else {
      const std::array<Any, 3> values = {Any(static_cast<double>(random_.below(100))), Any("x"),
                                         Any(Buffer{0, 255})};
      ASSERT_TRUE(array.insert(index(length), values));
    }
  }

  void edit_map(Map map) {
    const std::string key = "k" + std::to_string(random_.below(3));
    const uint64_t kind = random_.below(5);
    if (kind == 0) {
      map.erase(key);
    } else if (kind == 1) {
      const SharedType nested = map.set_type(key, TypeRef::kArray);
      edit_array(Array(nested.document(), nested.branch()));
    } else {
      map.set(key, Any(static_cast<double>(random_.below(9))));
    }
  }

  void edit_xml(XmlFragment parent) {
    const uint32_t length = parent.length();
    if (length > 0 && random_.one_in(4)) {
      ASSERT_TRUE(parent.erase(static_cast<uint32_t>(random_.below(length)), 1));
      return;
    }
    if (random_.one_in(3)) {
      Result<XmlText> text = parent.insert_text(index(length));
      ASSERT_TRUE(text);
      edit_text(*text);
      return;
    }
    Result<XmlElement> element = parent.insert_element(index(length), "p");
    ASSERT_TRUE(element);
    element->set_attribute("class", Any("c"));
    if (random_.one_in(2)) edit_xml(*element);
  }

  Random random_;
  std::vector<Doc> docs_;
  std::array<std::vector<Buffer>, 2> updates_;
  std::vector<Subscription> subscriptions_;
  bool was_local_ = false;
  GcPolicy gc_;
};

void expect_equal(Doc& actual, Doc& expected) {
  EXPECT_EQ(shown(actual), shown(expected));
  EXPECT_EQ(actual.delete_set(), expected.delete_set());
  EXPECT_EQ(actual.has_pending(), expected.has_pending());
  for (const UpdateFormat format : kFormats) {
    EXPECT_EQ(to_hex(state_of(actual, format)), to_hex(state_of(expected, format)));
  }
}

TEST(Laws, every_order_of_up_to_five_updates_makes_the_same_document) {
  for_each_seed(15, [](uint64_t seed) {
    History history(seed);
    const size_t count = 1 + seed % 5;
    history.write_until(count);
    std::vector<size_t> order(count);
    std::iota(order.begin(), order.end(), size_t{0});
    Doc first = history.replica();
    for (const size_t i : order)
      ASSERT_TRUE(first.apply_update(history.updates(UpdateFormat::kV1)[i]));
    do {
      Doc doc = history.replica();
      for (const size_t i : order) {
        const UpdateFormat format = kFormats[history.random().below(2)];
        ASSERT_TRUE(apply(doc, history.updates(format)[i], format));
        ASSERT_EQ(doc.check(), "");
      }
      expect_equal(doc, first);
    } while (!testing::Test::HasFailure() && std::next_permutation(order.begin(), order.end()));
  });
}

TEST(Laws, what_is_encoded_and_loaded_is_the_same_document) {
  for_each_seed(60, [](uint64_t seed) {
    History history(seed);
    history.write(40);
    Doc& doc = history.gathered();
    for (const UpdateFormat format : kFormats) {
      Doc copy = history.loaded(state_of(doc, format), format);
      expect_equal(copy, doc);
    }
  });
}

// The first update of a document takes a road of its own; nobody may see which one it took.
TEST(Laws, what_is_loaded_at_once_is_what_is_loaded_step_by_step) {
  for_each_seed(120, [](uint64_t seed) {
    History history(seed);
    Random& random = history.random();
    history.write(10 + random.below(60));
    const UpdateFormat format = kFormats[seed % 2];
    Buffer update = state_of(history.gathered(), format);
    if (random.one_in(3)) {
      // As servers keep it: one after the other, never merged by a document; some may be missing.
      std::vector<Bytes> parts(history.updates(format).begin(), history.updates(format).end());
      if (random.one_in(2)) parts.erase(parts.begin() + static_cast<ptrdiff_t>(parts.size() / 2));
      update = *merge_updates(parts, format);
    }
    Doc at_once = history.replica();
    Doc step_by_step = history.replica();
    step_by_step.use_fast_paths(false);
    for (Doc* doc : {&at_once, &step_by_step}) {
      if (seed % 3 == 0) doc->xml_fragment("x");
      if (seed % 5 == 0) doc->text("t");
      ASSERT_TRUE(apply(*doc, update, format));
      ASSERT_EQ(doc->check(), "");
    }
    EXPECT_EQ(at_once.root_names(), step_by_step.root_names());
    EXPECT_EQ(at_once.stats().total().blocks, step_by_step.stats().total().blocks);
    expect_equal(at_once, step_by_step);
    ASSERT_TRUE(at_once.text("t").insert(0, "on"));
    ASSERT_TRUE(step_by_step.text("t").insert(0, "on"));
    expect_equal(at_once, step_by_step);
  });
}

// What was encoded is kept until the document changes; inside a transaction it is encoded anew.
TEST(Laws, what_is_encoded_again_is_what_is_encoded_anew) {
  for_each_seed(60, [](uint64_t seed) {
    History history(seed);
    for (int step = 0; step < 60; ++step) {
      history.write(1);
      Doc& doc = history.any_doc();
      const StateVector known = history.any_doc().state_vector();
      for (const UpdateFormat format : kFormats) {
        const Buffer whole = state_of(doc, format);
        const Buffer rest = state_of(doc, format, known);
        doc.begin();
        EXPECT_EQ(whole, state_of(doc, format));
        EXPECT_EQ(rest, state_of(doc, format, known));
        doc.end();
        ASSERT_EQ(whole, state_of(doc, format)) << "after step " << step;
      }
    }
  });
}

TEST(Laws, what_waits_is_encoded_and_loaded_too) {
  for_each_seed(60, [](uint64_t seed) {
    History history(seed);
    history.write(20);
    const UpdateFormat format = kFormats[seed % 2];
    const std::vector<Buffer>& updates = history.updates(format);
    Doc whole = history.replica();
    Doc late = history.replica();
    const size_t missing = history.random().below(updates.size());
    for (size_t i = 0; i < updates.size(); ++i) {
      ASSERT_TRUE(apply(whole, updates[i], format));
      if (i == missing) continue;
      ASSERT_TRUE(apply(late, updates[i], format));
    }
    Doc copy = history.loaded(state_of(late, format), format);
    ASSERT_TRUE(apply(copy, updates[missing], format));
    EXPECT_FALSE(copy.has_pending());
    EXPECT_EQ(shown(copy), shown(whole));
    EXPECT_EQ(copy.delete_set(), whole.delete_set());
  });
}

// Pieces end at the moments of one replica; each begins at or before the end of the one before it.
TEST(Laws, any_split_by_state_vectors_merges_to_the_whole) {
  for_each_seed(60, [](uint64_t seed) {
    History history(seed);
    Random& random = history.random();
    const UpdateFormat format = kFormats[seed % 2];
    std::vector<Buffer> pieces;
    StateVector known;
    for (uint64_t moments = 2 + random.below(5); moments > 0; --moments) {
      history.write(1 + random.below(12));
      Doc& doc = history.gathered();
      StateVector from;
      for (const auto& [client, clock] : known.entries()) {
        from.set(client, random.one_in(2) ? clock : random.below(clock + 1));
      }
      const Result<Buffer> piece = diff_update(state_of(doc, format), from, format);
      ASSERT_TRUE(piece);
      EXPECT_EQ(converted(*piece, format), converted(state_of(doc, format, from), format));
      pieces.push_back(*piece);
      known = doc.state_vector();
    }
    for (size_t i = pieces.size(); i > 1; --i) std::swap(pieces[i - 1], pieces[random.below(i)]);
    const std::vector<Bytes> parts(pieces.begin(), pieces.end());
    const Result<Buffer> merged = merge_updates(parts, format);
    ASSERT_TRUE(merged);
    Doc whole = history.loaded(state_of(history.gathered(), format), format);
    Doc rejoined = history.loaded(*merged, format);
    expect_equal(rejoined, whole);
    Doc one_by_one = history.replica();
    for (const Bytes piece : parts) ASSERT_TRUE(apply(one_by_one, piece, format));
    expect_equal(one_by_one, whole);
  });
}

void expect_same_meaning(const Buffer& v1, const Buffer& v2) {
  const Result<Buffer> to_v2 = convert_v1_to_v2(v1);
  const Result<Buffer> to_v1 = convert_v2_to_v1(v2);
  ASSERT_TRUE(to_v1 && to_v2);
  EXPECT_EQ(converted(*to_v2, UpdateFormat::kV2), to_hex(*to_v1));
  EXPECT_EQ(converted(*to_v1, UpdateFormat::kV1), to_hex(*to_v2));
}

TEST(Laws, both_formats_say_the_same) {
  for_each_seed(60, [](uint64_t seed) {
    History history(seed);
    history.write(30);
    Doc by_v1 = history.replica();
    Doc by_v2 = history.replica();
    const std::vector<Buffer>& v1 = history.updates(UpdateFormat::kV1);
    const std::vector<Buffer>& v2 = history.updates(UpdateFormat::kV2);
    ASSERT_EQ(v1.size(), v2.size());
    for (size_t i = 0; i < v1.size(); ++i) {
      expect_same_meaning(v1[i], v2[i]);
      ASSERT_TRUE(by_v1.apply_update(v1[i]));
      ASSERT_TRUE(by_v2.apply_update_v2(v2[i]));
    }
    expect_equal(by_v2, by_v1);
    expect_same_meaning(by_v1.encode_state_as_update(), by_v1.encode_state_as_update_v2());
  });
}

}  // namespace
}  // namespace tidemark::crdt
