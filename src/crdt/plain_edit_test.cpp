#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "crdt/doc.h"

namespace tidemark::crdt {
namespace {

// A document that keeps every update it emits. Where nobody hears V2, as is usual, more shortcuts
// are taken.
struct Writer {
  Writer(uint64_t client, bool is_quick, bool hears_v2 = false,
         IntegrationRule rule = IntegrationRule::kYata)
      : doc(DocOptions{.client_id = client, .seed = client, .rule = rule}) {
    doc.use_fast_paths(is_quick);
    v1 = doc.on_update([this](const UpdateEvent& event) {
      emitted.push_back(copy_of(event.update));
      origins.push_back(event.origin);
    });
    if (!hears_v2) return;
    v2 = doc.on_update_v2(
        [this](const UpdateEvent& event) { emitted_v2.push_back(copy_of(event.update)); });
  }
  Text text() { return doc.text("t"); }

  Doc doc;
  std::vector<Buffer> emitted;
  std::vector<Buffer> emitted_v2;
  std::vector<Origin> origins;
  Subscription v1;
  Subscription v2;
};

IntegrationRule rule_of(uint64_t seed) {
  return seed % 5 < 2 ? IntegrationRule::kFugueMax : IntegrationRule::kYata;
}

// Edits as people make them: mostly on and around the place of the last one.
class Typist {
 public:
  explicit Typist(uint64_t seed) : random_(seed) {}

  // The same edit of both; they hold the same text.
  void edit(Writer& a, Writer& b) {
    const uint32_t length = a.text().length();
    caret_ = std::min(caret_, length);
    if (random_.one_in(8)) caret_ = static_cast<uint32_t>(random_.below(length + 1));
    const uint64_t kind = random_.below(12);
    const uint32_t units = random_.one_in(4) ? 1 + static_cast<uint32_t>(random_.below(5)) : 1;
    if (kind < 5) return insert(a, b);
    if (kind < 8) {
      const uint32_t back = std::min(units, caret_);
      caret_ -= back;
      return erase(a, b, back);
    }
    if (kind < 11) return erase(a, b, std::min(units, length - caret_));
    embed(a, b);
  }

  // One to three edits in one transaction, of which some have an origin.
  void transact(Writer& a, Writer& b) {
    const Origin origin = random_.below(3);
    a.doc.begin(origin);
    b.doc.begin(origin);
    const uint64_t edits = 1 + random_.below(3);
    for (uint64_t i = 0; i < edits; ++i) edit(a, b);
    a.doc.end();
    b.doc.end();
  }

  bool one_in(uint64_t n) { return random_.one_in(n); }

 private:
  void insert(Writer& a, Writer& b) {
    static constexpr std::array<std::string_view, 4> kWords = {"é", "\xF0\x9F\x98\x80", "some ",
                                                               "\n"};
    const std::string_view word = random_.one_in(6) ? kWords[random_.below(kWords.size())] : "x";
    ASSERT_TRUE(a.text().insert(caret_, word));
    ASSERT_TRUE(b.text().insert(caret_, word));
    caret_ += word == "some " ? 5 : word.size() == 4 ? 2 : 1;
  }
  void erase(Writer& a, Writer& b, uint32_t units) {
    ASSERT_TRUE(a.text().erase(caret_, units));
    ASSERT_TRUE(b.text().erase(caret_, units));
  }
  void embed(Writer& a, Writer& b) {
    if (!random_.one_in(6)) return;
    ASSERT_TRUE(a.text().insert_embed(caret_, Any(true)));
    ASSERT_TRUE(b.text().insert_embed(caret_, Any(true)));
  }

  Random random_;
  uint32_t caret_ = 0;
};

void expect_equal(Writer& a, Writer& b) {
  EXPECT_EQ(a.emitted, b.emitted);
  EXPECT_EQ(a.emitted_v2, b.emitted_v2);
  EXPECT_EQ(a.origins, b.origins);
  EXPECT_EQ(a.doc.encode_state_as_update(), b.doc.encode_state_as_update());
  EXPECT_EQ(a.doc.encode_state_as_update_v2(), b.doc.encode_state_as_update_v2());
}

TEST(PlainEdit, leaves_no_trace_of_having_been_a_shortcut) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Typist typist(seed);
    const bool hears_v2 = seed % 3 == 0;
    Writer quick(1, true, hears_v2, rule_of(seed));
    Writer slow(1, false, hears_v2, rule_of(seed));
    for (int i = 0; i < 200; ++i) {
      if (typist.one_in(3)) {
        typist.transact(quick, slow);
      } else {
        typist.edit(quick, slow);
      }
      ASSERT_EQ(quick.doc.check(), "");
      ASSERT_EQ(quick.emitted, slow.emitted) << "after edit " << i;
    }
    expect_equal(quick, slow);
  }
}

TEST(PlainEdit, leaves_no_trace_among_what_others_write) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Typist typist(seed);
    Typist others(seed + 1000);
    const bool hears_v2 = seed % 3 == 0;
    Writer quick(5, true, hears_v2, rule_of(seed));
    Writer slow(5, false, hears_v2, rule_of(seed));
    Writer peer(seed % 2 == 0 ? 2 : 7, true, false, rule_of(seed));
    Writer peers_twin(peer.doc.client_id(), false, false, rule_of(seed));
    for (int i = 0; i < 150; ++i) {
      typist.transact(quick, slow);
      ASSERT_EQ(quick.emitted, slow.emitted) << "after edit " << i;
      if (!typist.one_in(4)) others.edit(peer, peers_twin);
      if (typist.one_in(6)) {
        const Buffer news = peer.doc.encode_state_as_update(quick.doc.state_vector());
        const Buffer ours = quick.doc.encode_state_as_update(peer.doc.state_vector());
        for (Writer* writer : {&quick, &slow}) ASSERT_TRUE(writer->doc.apply_update(news));
        for (Writer* writer : {&peer, &peers_twin}) ASSERT_TRUE(writer->doc.apply_update(ours));
      }
      ASSERT_EQ(quick.doc.check(), "");
    }
    expect_equal(quick, slow);
    expect_equal(peer, peers_twin);
  }
}

// Every update of a writer whose turn it is goes to two replicas, one of which takes shortcuts.
class Replicas {
 public:
  explicit Replicas(uint64_t seed)
      : quick(9, true, seed % 3 == 0, rule_of(seed)),
        slow(9, false, seed % 3 == 0, rule_of(seed)),
        random_(seed) {}

  void deliver(Writer& writer, size_t& sent) {
    for (; sent < writer.emitted.size(); ++sent) waiting_.push_back(writer.emitted[sent]);
    while (!waiting_.empty() && !random_.one_in(5)) {
      // Mostly in order; sometimes something overtakes, and sometimes it comes twice.
      const size_t next = random_.one_in(12) ? random_.below(waiting_.size()) : 0;
      ASSERT_TRUE(quick.doc.apply_update(waiting_[next], 4));
      ASSERT_TRUE(slow.doc.apply_update(waiting_[next], 4));
      if (!random_.one_in(20)) waiting_.erase(waiting_.begin() + static_cast<ptrdiff_t>(next));
      ASSERT_EQ(quick.doc.check(), "");
      ASSERT_EQ(quick.emitted, slow.emitted);
    }
  }
  void deliver_rest() {
    for (const Buffer& update : waiting_) {
      ASSERT_TRUE(quick.doc.apply_update(update, 4));
      ASSERT_TRUE(slow.doc.apply_update(update, 4));
    }
    waiting_.clear();
  }

  Writer quick;
  Writer slow;

 private:
  Random random_;
  std::vector<Buffer> waiting_;
};

TEST(PlainEdit, leaves_no_trace_of_being_a_shortcut_for_what_peers_send) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Typist first_typist(seed + 2000);
    Typist second_typist(seed + 3000);
    Typist reader(seed + 4000);
    Writer first(3, true, false, rule_of(seed));
    Writer firsts_twin(3, true, false, rule_of(seed));
    Writer second(4, true, false, rule_of(seed));
    Writer seconds_twin(4, true, false, rule_of(seed));
    Replicas replicas(seed);
    size_t sent_by_first = 0;
    size_t sent_by_second = 0;
    for (int i = 0; i < 120; ++i) {
      first_typist.edit(first, firsts_twin);
      if (random.one_in(3)) second_typist.edit(second, seconds_twin);
      replicas.deliver(first, sent_by_first);
      replicas.deliver(second, sent_by_second);
      if (random.one_in(10)) reader.edit(replicas.quick, replicas.slow);
      if (random.one_in(8)) {
        const Buffer news = second.doc.encode_state_as_update(first.doc.state_vector());
        ASSERT_TRUE(first.doc.apply_update(news));
        ASSERT_TRUE(firsts_twin.doc.apply_update(news));
        sent_by_first = first.emitted.size();
      }
    }
    replicas.deliver_rest();
    EXPECT_EQ(replicas.quick.doc.check(), "");
    expect_equal(replicas.quick, replicas.slow);
  }
}

TEST(PlainEdit, notices_what_came_between_two_keystrokes_of_a_peer) {
  Writer peer(2, true);
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(peer.text().insert(static_cast<uint32_t>(i), "a"));
  Writer quick(1, true);
  Writer slow(1, false);
  for (Writer* writer : {&quick, &slow}) {
    // Now and then the listener types right behind what it has just heard of, or deletes it.
    const Subscription reply = writer->doc.on_update([writer](const UpdateEvent& event) {
      const uint32_t length = writer->text().length();
      if (event.is_local || length % 7 > 1) return;
      if (length % 7 == 1) {
        EXPECT_TRUE(writer->text().erase(length - 1, 1));
      } else {
        EXPECT_TRUE(writer->text().insert(length, "!"));
      }
    });
    for (size_t i = 0; i < peer.emitted.size(); ++i) {
      ASSERT_TRUE(writer->doc.apply_update(peer.emitted[i], 9));
      if (i % 11 == 0) {
        ASSERT_TRUE(writer->text().insert(writer->text().length(), "b"));
      }
      ASSERT_EQ(writer->doc.check(), "");
    }
  }
  expect_equal(quick, slow);
}

// More than are remembered, so that some take each other's place.
TEST(PlainEdit, keeps_the_turns_of_a_hundred_peers_apart) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    Writer base(1000, true);
    for (int i = 0; i < 300; ++i) {
      ASSERT_TRUE(
          base.text().insert(static_cast<uint32_t>(random.below(base.text().length() + 1)), "ab"));
    }
    const Buffer state = base.doc.encode_state_as_update();
    std::vector<std::unique_ptr<Writer>> peers;
    std::vector<size_t> sent(100, 0);
    for (uint64_t peer = 0; peer < sent.size(); ++peer) {
      peers.push_back(std::make_unique<Writer>(1 + peer, true));
      ASSERT_TRUE(peers.back()->doc.apply_update(state));
      Text text = peers.back()->text();
      auto at = static_cast<uint32_t>(random.below(text.length()));
      for (int i = 0; i < 140; ++i) {
        if (random.one_in(12) && at > 0) {
          ASSERT_TRUE(text.erase(--at, 1));
        } else {
          ASSERT_TRUE(text.insert(at++, "x"));
        }
      }
    }
    Writer quick(2000, true);
    Writer slow(2000, false);
    for (Writer* reader : {&quick, &slow}) ASSERT_TRUE(reader->doc.apply_update(state));
    for (int turn = 0; turn < 14'000; ++turn) {
      const size_t peer = random.one_in(3) ? random.below(sent.size()) : random.below(8);
      const Writer& writer = *peers[peer];
      if (sent[peer] == writer.emitted.size()) continue;
      const Buffer& update = writer.emitted[sent[peer]++];
      for (Writer* reader : {&quick, &slow}) {
        ASSERT_TRUE(reader->doc.apply_update(update, 9));
        if (turn % 97 == 0) {
          ASSERT_TRUE(reader->text().erase(static_cast<uint32_t>(turn) % 300, 2));
        }
      }
    }
    EXPECT_EQ(quick.doc.check(), "");
    expect_equal(quick, slow);
  }
}

TEST(PlainEdit, lets_who_hears_of_an_update_edit_at_once) {
  Writer quick(1, true);
  Writer slow(1, false);
  std::array<Subscription, 2> replies;
  std::array<Writer*, 2> writers = {&quick, &slow};
  for (size_t i = 0; i < 2; ++i) {
    replies[i] = writers[i]->doc.on_update([writer = writers[i]](const UpdateEvent& event) {
      if (event.origin != 9) return;
      writer->doc.begin(0);
      EXPECT_TRUE(writer->text().insert(0, "!"));
      writer->doc.end();
    });
  }
  for (Writer* writer : writers) {
    ASSERT_TRUE(writer->text().insert(0, "abc"));
    writer->doc.begin(9);
    ASSERT_TRUE(writer->text().insert(3, "d"));
    writer->doc.end();
    ASSERT_TRUE(writer->text().insert(5, "e"));
    EXPECT_EQ(writer->text().to_string(), "!abcde");
    EXPECT_EQ(writer->doc.check(), "");
  }
  expect_equal(quick, slow);
}

TEST(PlainEdit, gives_the_memory_of_deleted_text_back) {
  Doc doc(DocOptions{.client_id = 1});
  Text text = doc.text("t");
  ASSERT_TRUE(text.insert(0, "ab"));
  const std::string line(1000, 'x');
  for (int i = 0; i < 2000; ++i) {
    ASSERT_TRUE(text.insert(1, line));
    ASSERT_TRUE(text.erase(1, static_cast<uint32_t>(line.size())));
  }
  EXPECT_EQ(text.to_string(), "ab");
  EXPECT_LT(doc.memory().total(), 1000u * 1000u);
}

TEST(PlainEdit, reaches_the_text_behind_a_long_run_of_tombstones) {
  Writer quick(1, true);
  Writer slow(1, false);
  for (Writer* writer : {&quick, &slow}) {
    // Every second word is another client's, so that no two tombstones merge.
    Doc other(DocOptions{.client_id = 2});
    for (int i = 0; i < 40; ++i) {
      ASSERT_TRUE(writer->text().insert(writer->text().length(), "a"));
      ASSERT_TRUE(other.apply_update(writer->doc.encode_state_as_update(other.state_vector())));
      ASSERT_TRUE(other.text("t").insert(other.text("t").length(), "b"));
      ASSERT_TRUE(
          writer->doc.apply_update(other.encode_state_as_update(writer->doc.state_vector())));
    }
    while (writer->text().length() > 2) ASSERT_TRUE(writer->text().erase(1, 1));
    ASSERT_TRUE(writer->text().insert(1, "between"));
    ASSERT_TRUE(writer->text().erase(8, 1));
    ASSERT_TRUE(writer->text().insert(8, "end"));
    EXPECT_EQ(writer->text().to_string(), "abetweenend");
    EXPECT_EQ(writer->doc.check(), "");
  }
  expect_equal(quick, slow);
}

// A format that changes nothing cuts the text and emits nothing.
TEST(PlainEdit, leaves_cuts_of_the_same_transaction_to_the_general_path) {
  Writer quick(1, true);
  Writer slow(1, false);
  for (Writer* writer : {&quick, &slow}) {
    ASSERT_TRUE(writer->text().insert(0, "ab"));
    for (const uint32_t index : {0u, 3u}) {
      writer->doc.begin();
      ASSERT_TRUE(writer->text().format(0, 1, {{"bold", Any(Null{})}}));
      ASSERT_TRUE(writer->text().insert(index, "x"));
      writer->doc.end();
    }
    writer->doc.begin();
    ASSERT_TRUE(writer->text().format(1, 1, {{"bold", Any(Null{})}}));
    ASSERT_TRUE(writer->text().erase(3, 1));
    writer->doc.end();
  }
  expect_equal(quick, slow);
}

}  // namespace
}  // namespace tidemark::crdt
