// The order of FugueMax, against the tree of the paper written out plainly. A seed is a session of
// a few writers; --gtest_random_seed=N begins with seed N instead of 1.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "crdt/cold_doc.h"
#include "crdt/doc.h"
#include "crdt/doc_copy.h"
#include "crdt/test_hex.h"
#include "crdt/test_seeds.h"
#include "crdt/undo.h"
#include "crdt/update.h"

namespace tidemark::crdt {
namespace {

constexpr size_t kRoot = SIZE_MAX;
constexpr size_t kEnd = SIZE_MAX;

// One character as the paper's algorithm sends it: where it hangs in the tree was decided by the
// replica that inserted it.
struct Node {
  uint64_t client;
  char character;
  size_t parent;  // kRoot or the number of a node
  bool is_left_child;
  size_t right_origin;  // kEnd or the number of a node
};

// All that was ever inserted, in an order in which causes come first. A replica of it is the set of
// numbers that it has heard of.
using Nodes = std::vector<Node>;

class Tree {
 public:
  explicit Tree(const Nodes& nodes) : nodes_(nodes) {}

  // A node whose parent and right origin are known. Of one that is known already, nothing.
  void hear_of(size_t number) {
    if (known_.insert(number).second) add(number);
  }
  void hear_of_all(const Tree& other) {
    for (const size_t number : other.known_) hear_of(number);
  }

  // The numbers of all nodes, deleted ones too, as they stand in the list.
  std::vector<size_t> order() const {
    std::vector<size_t> out;
    visit(kRoot, out);
    return out;
  }
  bool has_right_children(size_t parent) const { return children(right_, parent) != nullptr; }

 private:
  using Children = std::map<size_t, std::vector<size_t>>;

  static const std::vector<size_t>* children(const Children& of, size_t parent) {
    const auto found = of.find(parent);
    return found == of.end() ? nullptr : &found->second;
  }

  void visit(size_t parent, std::vector<size_t>& out) const {
    if (const auto* left = children(left_, parent)) {
      for (const size_t child : *left) visit(child, out);
    }
    if (parent != kRoot) out.push_back(parent);
    if (const auto* right = children(right_, parent)) {
      for (const size_t child : *right) visit(child, out);
    }
  }

  void add(size_t number) {
    const Node& node = nodes_[number];
    std::vector<size_t>& siblings = (node.is_left_child ? left_ : right_)[node.parent];
    const std::vector<size_t> standing = order();
    const auto place_of = [&standing](size_t other) {
      return std::find(standing.begin(), standing.end(), other) - standing.begin();  // kEnd: last
    };
    const auto is_before = [&](size_t sibling) {
      const Node& other = nodes_[sibling];
      if (!node.is_left_child && other.right_origin != node.right_origin) {
        return place_of(other.right_origin) > place_of(node.right_origin);
      }
      return other.client != node.client ? other.client < node.client : sibling < number;
    };
    auto at = siblings.begin();
    while (at != siblings.end() && is_before(*at)) ++at;
    siblings.insert(at, number);
  }

  const Nodes& nodes_;
  std::set<size_t> known_;
  Children left_;
  Children right_;
};

// A document and, beside it, what the paper says that it holds.
struct Writer {
  uint64_t client;
  Doc doc;
  Tree tree;
  std::set<size_t> deleted = {};
};

class Session {
 public:
  explicit Session(uint64_t seed) : random_(seed) {
    std::vector<uint64_t> ids = {11, 12, 13, 14};
    for (size_t i = ids.size(); i > 1; --i) std::swap(ids[i - 1], ids[random_.below(i)]);
    for (size_t i = 0; i < 2 + seed % 3; ++i) {
      writers_.push_back(
          {ids[i], Doc({.client_id = ids[i], .rule = IntegrationRule::kFugueMax}), Tree(nodes_)});
      writers_.back().doc.use_fast_paths(!random_.one_in(3));
    }
    for (Writer& writer : writers_) {
      subscriptions_.push_back(writer.doc.on_update([this](const UpdateEvent& event) {
        if (event.is_local) updates_.push_back(copy_of(event.update));
      }));
    }
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void write(size_t steps) {
    for (size_t i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
      edit(any_writer());
      if (random_.one_in(4)) hear(any_writer(), any_writer());
    }
  }

  // Everybody hears of everything, and a newcomer of every update in any order.
  void settle() {
    for (Writer& writer : writers_) hear(writers_[0], writer);
    for (Writer& writer : writers_) hear(writer, writers_[0]);
    const std::string expected = writers_[0].doc.text("t").to_string();
    for (int tries = 0; tries < 4; ++tries) {
      for (size_t i = updates_.size(); i > 1; --i) {
        std::swap(updates_[i - 1], updates_[random_.below(i)]);
      }
      Doc late({.client_id = 99});
      late.use_fast_paths(tries % 2 == 0);
      for (const Buffer& update : updates_) ASSERT_TRUE(late.apply_update(update));
      ASSERT_EQ(late.text("t").to_string(), expected);
      ASSERT_EQ(late.rule(), IntegrationRule::kFugueMax);
      ASSERT_EQ(late.check(), "");
    }
    expect_at_once(expected);
  }

 private:
  Writer& any_writer() { return writers_[random_.below(writers_.size())]; }

  std::vector<size_t> shown(const Writer& writer) const {
    std::vector<size_t> out;
    for (const size_t number : writer.tree.order()) {
      if (!writer.deleted.contains(number)) out.push_back(number);
    }
    return out;
  }

  void expect_at_once(const std::string& expected) {
    Doc at_once;
    ASSERT_TRUE(at_once.apply_update_v2(writers_.back().doc.encode_state_as_update_v2()));
    EXPECT_EQ(at_once.text("t").to_string(), expected);
    const std::vector<Bytes> parts(updates_.begin(), updates_.end());
    Doc merged;
    ASSERT_TRUE(merged.apply_update(*merge_updates(parts, UpdateFormat::kV1)));
    EXPECT_EQ(merged.text("t").to_string(), expected);
  }

  void hear(Writer& to, const Writer& from) {
    if (&to == &from) return;
    ASSERT_TRUE(to.doc.apply_update(from.doc.encode_state_as_update(to.doc.state_vector())));
    to.tree.hear_of_all(from.tree);
    to.deleted.insert(from.deleted.begin(), from.deleted.end());
    expect_as_in_the_paper(to);
  }

  void edit(Writer& writer) {
    const auto length = static_cast<uint32_t>(shown(writer).size());
    if (length > 0 && random_.one_in(4)) return erase(writer, length);
    // Mostly where somebody else may be writing, too.
    const uint64_t places = random_.one_in(2) ? length + 1 : std::min<uint64_t>(length + 1, 3);
    auto index = static_cast<uint32_t>(random_.below(places));
    const bool goes_back = random_.one_in(2);
    for (uint64_t count = 1 + random_.below(4); count > 0; --count) {
      insert(writer, index, 1 + random_.below(3));
      if (!goes_back) ++index;
    }
    expect_as_in_the_paper(writer);
  }

  void erase(Writer& writer, uint32_t length) {
    const auto index = static_cast<uint32_t>(random_.below(length));
    const auto count = static_cast<uint32_t>(1 + random_.below(std::min(length - index, 3u)));
    const std::vector<size_t> before = shown(writer);
    const auto first = before.begin() + static_cast<std::ptrdiff_t>(index);
    writer.deleted.insert(first, first + static_cast<std::ptrdiff_t>(count));
    ASSERT_TRUE(writer.doc.text("t").erase(index, count));
    expect_as_in_the_paper(writer);
  }

  void insert(Writer& writer, uint32_t index, uint64_t count) {
    std::string characters;
    for (uint64_t i = 0; i < count; ++i) {
      const char character = static_cast<char>('!' + nodes_.size() % 94);
      characters += character;
      insert_node(writer, index + static_cast<uint32_t>(i), character);
    }
    ASSERT_TRUE(writer.doc.text("t").insert(index, characters));
  }

  // Behind what was deleted at the place.
  void insert_node(Writer& writer, uint32_t index, char character) {
    const std::vector<size_t> all = writer.tree.order();
    size_t at = 0;
    for (uint32_t seen = 0; at < all.size(); ++at) {
      if (writer.deleted.contains(all[at])) continue;
      if (seen++ == index) break;
    }
    const size_t left = at == 0 ? kRoot : all[at - 1];
    const size_t right = at == all.size() ? kEnd : all[at];
    const bool is_left_child = writer.tree.has_right_children(left);
    nodes_.push_back(
        {writer.client, character, is_left_child ? right : left, is_left_child, right});
    writer.tree.hear_of(nodes_.size() - 1);
  }

  void expect_as_in_the_paper(Writer& writer) {
    std::string expected;
    for (const size_t number : shown(writer)) expected += nodes_[number].character;
    ASSERT_EQ(writer.doc.text("t").to_string(), expected);
    ASSERT_EQ(writer.doc.check(), "");
  }

  Random random_;
  Nodes nodes_;
  std::vector<Writer> writers_;
  std::vector<Subscription> subscriptions_;
  std::vector<Buffer> updates_;
};

TEST(FugueMax, orders_as_the_tree_of_the_paper_does) {
  for_each_seed(200, [](uint64_t seed) {
    Session session(seed);
    session.write(10 + seed % 40);
    if (!testing::Test::HasFailure()) session.settle();
  });
}

// What several people write into one gap at the same time, each in runs of one letter.
class Gap {
 public:
  Gap(IntegrationRule rule, uint64_t writers) : rule_(rule) {
    Doc base({.client_id = 50, .rule = rule});
    EXPECT_TRUE(base.text("t").insert(0, "[]"));
    base_ = base.encode_state_as_update();
    for (uint64_t i = 0; i < writers; ++i) docs_.push_back(replica(1 + i));
  }

  Doc replica(uint64_t client) const {
    Doc doc({.client_id = client, .rule = rule_});
    EXPECT_TRUE(doc.apply_update(base_));
    return doc;
  }

  // `places` are indices within what the writer has written so far.
  void write(size_t writer, const std::vector<uint32_t>& places) {
    const std::string letter(1, static_cast<char>('a' + writer));
    for (const uint32_t place : places) {
      ASSERT_TRUE(docs_[writer].text("t").insert(1 + place, letter));
    }
  }
  void hear(size_t to, size_t from) {
    ASSERT_TRUE(docs_[to].apply_update(docs_[from].encode_state_as_update()));
  }

  Buffer state(size_t writer) const { return docs_[writer].encode_state_as_update(); }

  // The same whoever is heard first.
  std::string merged() const {
    std::vector<size_t> order;
    for (size_t i = 0; i < docs_.size(); ++i) order.push_back(i);
    std::set<std::string> seen;
    do {
      Doc doc = replica(99);
      for (const size_t i : order) {
        EXPECT_TRUE(doc.apply_update(docs_[i].encode_state_as_update()));
      }
      seen.insert(doc.text("t").to_string());
    } while (std::next_permutation(order.begin(), order.end()));
    EXPECT_EQ(seen.size(), 1u);
    return *seen.begin();
  }

 private:
  IntegrationRule rule_;
  Buffer base_;
  std::vector<Doc> docs_;
};

size_t count_runs(const std::string& text) {
  std::string runs = text;
  runs.erase(std::unique(runs.begin(), runs.end()), runs.end());
  return runs.size() - 2;  // without the brackets
}

// Where the next letter goes: behind the others, before them, or anywhere among them.
std::vector<uint32_t> random_places(Random& random, uint64_t direction) {
  std::vector<uint32_t> places;
  for (uint32_t i = 0; i < 1 + random.below(6); ++i) {
    places.push_back(direction == 0   ? i
                     : direction == 1 ? 0
                                      : static_cast<uint32_t>(random.below(i + 1)));
  }
  return places;
}

TEST(FugueMax, keeps_apart_what_each_wrote_into_one_gap) {
  for (uint64_t direction = 0; direction < 3; ++direction) {
    for_each_seed(60, [direction](uint64_t seed) {
      Random random(seed);
      const size_t writers = 2 + seed % 3;
      Gap gap(IntegrationRule::kFugueMax, writers);
      for (size_t i = 0; i < writers; ++i) gap.write(i, random_places(random, direction));
      EXPECT_EQ(count_runs(gap.merged()), writers) << gap.merged();
    });
  }
}

// The third writer begins, the first one hears of it and writes on in front of that, and the second
// one knows of neither.
std::string written_backwards_by_two(IntegrationRule rule) {
  Gap gap(rule, 3);
  gap.write(2, {0});
  gap.hear(0, 2);
  gap.write(0, {0, 0});
  gap.write(1, {0, 0});
  return gap.merged();
}

TEST(FugueMax, keeps_together_what_two_wrote_backwards_where_yata_does_not) {
  EXPECT_EQ(written_backwards_by_two(IntegrationRule::kYata), "[aabbc]");
  EXPECT_EQ(written_backwards_by_two(IntegrationRule::kFugueMax), "[bbaac]");
}

// Copies that undo makes stand where the deleted stood, also in a type that comes back as a new
// one, and everybody agrees on where that is.
TEST(FugueMax, agrees_on_what_undo_brings_back) {
  for_each_seed(60, [](uint64_t seed) {
    Random random(seed);
    std::vector<Doc> docs;
    std::vector<Buffer> updates;
    std::vector<Subscription> subscriptions;
    for (uint64_t i = 0; i < 3; ++i) {
      docs.emplace_back(DocOptions{.client_id = 7 - i, .rule = IntegrationRule::kFugueMax});
    }
    std::vector<UndoStack> stacks;
    for (Doc& doc : docs) {
      stacks.emplace_back(doc);
      subscriptions.push_back(doc.on_update([&updates](const UpdateEvent& event) {
        if (event.is_local) updates.push_back(copy_of(event.update));
      }));
    }
    for (int i = 0; i < 60; ++i) {
      const size_t which = random.below(3);
      Doc& doc = docs[which];
      stacks[which].stop_capturing();
      Array list = doc.array("a");
      const auto index = static_cast<uint32_t>(random.below(list.length() + 1));
      Text text = doc.text("t");
      if (list.length() > 0 && random.one_in(2)) {
        const SharedType nested = *list.at(index % list.length())->type();
        text = Text(nested.document(), nested.branch());
      }
      const auto at = static_cast<uint32_t>(random.below(text.length() + 1));
      switch (random.below(8)) {
        case 0: ASSERT_TRUE(list.insert_type(index, TypeRef::kText)); break;
        case 1: ASSERT_TRUE(list.erase(index / 2, index - index / 2)); break;
        case 2: ASSERT_TRUE(text.erase(at / 2, at - at / 2)); break;
        case 3: stacks[which].undo(); break;
        case 4: stacks[which].redo(); break;
        case 5: {
          const Doc& from = docs[random.below(3)];
          if (&from == &doc) break;
          ASSERT_TRUE(doc.apply_update(from.encode_state_as_update(doc.state_vector())));
          break;
        }
        default: ASSERT_TRUE(text.insert(at, std::string(3, static_cast<char>('a' + i % 26))));
      }
      ASSERT_EQ(doc.check(), "");
    }
    std::set<std::string> seen;
    for (int tries = 0; tries < 6; ++tries) {
      Doc late({.client_id = 99, .cleans_formatting = false});
      late.use_fast_paths(tries % 2 == 0);
      for (const Buffer& update : updates) ASSERT_TRUE(late.apply_update(update));
      for (size_t i = updates.size(); i > 1; --i) {
        std::swap(updates[i - 1], updates[random.below(i)]);
      }
      ASSERT_FALSE(late.has_pending());
      seen.insert(late.text("t").to_string() + to_json(late.array("a").to_json()));
    }
    for (Doc& doc : docs) {
      for (const Buffer& update : updates) ASSERT_TRUE(doc.apply_update(update));
      seen.insert(doc.text("t").to_string() + to_json(doc.array("a").to_json()));
    }
    EXPECT_EQ(seen.size(), 1u);
  });
}

Doc written_under(IntegrationRule rule, uint64_t client) {
  Doc doc({.client_id = client, .rule = rule});
  EXPECT_TRUE(doc.text("t").insert(0, "ab"));
  return doc;
}

TEST(IntegrationRule, is_that_of_those_who_wrote_the_document) {
  for (const IntegrationRule rule : {IntegrationRule::kYata, IntegrationRule::kFugueMax}) {
    for (const IntegrationRule asked : {IntegrationRule::kYata, IntegrationRule::kFugueMax}) {
      for (const bool is_quick : {true, false}) {
        const Doc written = written_under(rule, 1);
        Doc doc({.client_id = 2, .rule = asked});
        doc.use_fast_paths(is_quick);
        EXPECT_EQ(doc.rule(), asked);
        ASSERT_TRUE(doc.apply_update(written.encode_state_as_update()));
        EXPECT_EQ(doc.rule(), rule);
        ASSERT_TRUE(doc.text("t").insert(1, "c"));
        Doc third;
        ASSERT_TRUE(third.apply_update_v2(doc.encode_state_as_update_v2()));
        EXPECT_EQ(third.rule(), rule);
        EXPECT_EQ(third.text("t").to_string(), "acb");
        EXPECT_EQ(clone_of(written, {.client_id = 9}).rule(), rule);
      }
    }
  }
}

TEST(IntegrationRule, is_not_broken_by_writers_of_another_one) {
  for (const bool is_quick : {true, false}) {
    Doc yata = written_under(IntegrationRule::kYata, 1);
    Doc fugue = written_under(IntegrationRule::kFugueMax, 2);
    yata.use_fast_paths(is_quick);
    fugue.use_fast_paths(is_quick);
    const Buffer theirs = fugue.encode_state_as_update();
    const Buffer ours = yata.encode_state_as_update();
    for (const auto& [doc, update] : {std::pair{&yata, &theirs}, std::pair{&fugue, &ours}}) {
      const Buffer before = doc->encode_state_as_update();
      const Result<> applied = doc->apply_update(*update);
      ASSERT_FALSE(applied);
      EXPECT_EQ(applied.error().code, ErrorCode::kConflict);
      EXPECT_EQ(doc->encode_state_as_update(), before);
      EXPECT_EQ(doc->check(), "");
      EXPECT_TRUE(doc->text("t").insert(0, "on"));
    }
    const std::vector<Bytes> both = {ours, theirs};
    Doc empty;
    empty.use_fast_paths(is_quick);
    EXPECT_FALSE(empty.apply_update(*merge_updates(both, UpdateFormat::kV1)));
    EXPECT_EQ(empty.stats().total().blocks, 0u);
  }
}

TEST(IntegrationRule, is_known_before_anything_is_put_in_order) {
  Doc writer({.client_id = 3, .rule = IntegrationRule::kFugueMax});
  std::vector<Buffer> updates;
  const Subscription subscription = writer.on_update(
      [&updates](const UpdateEvent& event) { updates.push_back(copy_of(event.update)); });
  ASSERT_TRUE(writer.text("t").insert(0, "a"));
  ASSERT_TRUE(writer.text("t").insert(0, "b"));
  Doc late;
  ASSERT_TRUE(late.apply_update(updates[1]));
  EXPECT_TRUE(late.has_pending());
  EXPECT_EQ(late.rule(), IntegrationRule::kYata);
  ASSERT_TRUE(late.apply_update(updates[0]));
  EXPECT_EQ(late.rule(), IntegrationRule::kFugueMax);
  EXPECT_EQ(late.text("t").to_string(), "ba");
}

TEST(IntegrationRule, shows_in_nothing_but_the_first_unit_of_each_writer) {
  Doc doc = written_under(IntegrationRule::kFugueMax, 1);
  EXPECT_EQ(doc.root_names(), std::vector<std::string>{"t"});
  EXPECT_EQ(to_json(doc.to_json()), R"({"t":"ab"})");
  EXPECT_EQ(doc.delete_set().clients().size(), 1u);
  EXPECT_EQ(to_hex(doc.encode_state_as_update()), "01020100010111" +
                                                      to_hex(as_bytes(std::string(kFugueMaxRoot))) +
                                                      "01040101740261620101010001");
}

// Deleted later, it would be a claim that contradicts what its writer does.
TEST(IntegrationRule, lets_nothing_but_claims_into_their_root) {
  const std::string name = to_hex(as_bytes(std::string(kFugueMaxRoot)));
  for (const auto& [what, text] : std::map<std::string, std::string>{
           {"text", "01010200040111" + name + "016100"},
           {"a type", "01010200070111" + name + "0000"},
           {"a deleted entry", "01010200210111" + name + "016b0100"},
           {"a second claim", "01020200040101740161010111" + name + "0100"}}) {
    const Buffer update = from_hex(text);
    for (const bool is_quick : {true, false}) {
      Doc doc;
      doc.use_fast_paths(is_quick);
      const Result<> taken = doc.apply_update(update);
      ASSERT_FALSE(taken) << what;
    }
    EXPECT_FALSE(ColdDoc::of(update, UpdateFormat::kV1)) << what;
  }
}

// Origins that no honest writer names together are still the same tree for everybody.
TEST(IntegrationRule, takes_any_origins_the_same_way_on_either_road) {
  for_each_seed(400, [](uint64_t seed) {
    Random random(seed);
    Gap gap(IntegrationRule::kFugueMax, 3);
    for (size_t i = 0; i < 3; ++i) gap.write(i, random_places(random, 2));
    gap.hear(0, 1);
    gap.write(0, random_places(random, 2));
    gap.hear(0, 2);
    Buffer update = gap.state(0);
    for (uint64_t changes = 1 + random.below(3); changes > 0; --changes) {
      update[random.below(update.size())] = static_cast<uint8_t>(random.below(8));
    }
    Doc at_once;
    Doc step_by_step;
    step_by_step.use_fast_paths(false);
    const bool is_taken = at_once.apply_update(update).has_value();
    ASSERT_EQ(step_by_step.apply_update(update).has_value(), is_taken);
    if (!is_taken) return;
    ASSERT_EQ(at_once.check(), "");
    ASSERT_EQ(step_by_step.check(), "");
    EXPECT_EQ(at_once.text("t").to_string(), step_by_step.text("t").to_string());
    EXPECT_EQ(at_once.encode_state_as_update(), step_by_step.encode_state_as_update());
    Doc replica;
    ASSERT_TRUE(replica.apply_update_v2(at_once.encode_state_as_update_v2()));
    if (at_once.has_pending()) return;
    EXPECT_EQ(replica.text("t").to_string(), at_once.text("t").to_string());
  });
}

}  // namespace
}  // namespace tidemark::crdt
