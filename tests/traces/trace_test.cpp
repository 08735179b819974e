// Replays real editing histories and compares every emitted update, V1 and V2, with what npm yjs
// emits for the same client ids: hashes.json, written by hash.mjs, has rolling hashes of that. The
// traces are not part of the project; the test says so where they are missing.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <set>

#include "crdt/doc.h"
#include "support/json_values.h"
#include "support/trace_file.h"

namespace tidemark::support {
namespace {

constexpr crdt::Origin kRemote = 1;

// As RollingHash in trace.mjs.
class RollingHash {
 public:
  void add(Bytes bytes) {
    const auto length = static_cast<uint32_t>(bytes.size());
    for (unsigned i = 0; i < 4; ++i) feed(static_cast<uint8_t>(length >> (8 * i)));
    for (const uint8_t byte : bytes) feed(byte);
  }
  std::string text() const {
    std::array<uint8_t, 8> out{};
    for (unsigned i = 0; i < 4; ++i) {
      out[i] = static_cast<uint8_t>(a_ >> (24 - 8 * i));
      out[4 + i] = static_cast<uint8_t>(b_ >> (24 - 8 * i));
    }
    return to_hex(out);
  }

 private:
  void feed(uint8_t byte) {
    a_ = (a_ ^ byte) * 0x01000193u;
    b_ = (b_ ^ byte) * 0x85ebca6bu;
  }
  uint32_t a_ = 0x811c9dc5;
  uint32_t b_ = 0x01000193;
};

std::string hash_of(Bytes bytes) {
  RollingHash hash;
  hash.add(bytes);
  return hash.text();
}

// Feeds one format's updates to the hash and holds it against the checkpoints as it goes, so that a
// difference is noticed near the update that made it.
class Expectation {
 public:
  Expectation(const Json& expected, unsigned every) : expected_(expected), every_(every) {}

  void note(Bytes update) {
    hash_.add(update);
    bytes_ += update.size();
    ++updates_;
    if (updates_ % every_ != 0 || differs_) return;
    const auto checkpoint = static_cast<rapidjson::SizeType>(updates_ / every_ - 1);
    const std::string_view wanted = text_of(expected_["checkpoints"][checkpoint]);
    differs_ = hash_.text() != wanted;
    EXPECT_FALSE(differs_) << "differs from yjs among updates " << updates_ - every_ << " to "
                           << updates_;
  }
  void finish() const {
    EXPECT_EQ(updates_, expected_["updates"].GetUint());
    EXPECT_EQ(bytes_, expected_["bytes"].GetUint64());
    EXPECT_EQ(hash_.text(), text_of(expected_["hash"]));
  }

 private:
  const Json& expected_;
  unsigned every_;
  RollingHash hash_;
  uint64_t bytes_ = 0;
  unsigned updates_ = 0;
  bool differs_ = false;
};

// One author: a document and the steps that it has seen.
struct Replica {
  explicit Replica(uint64_t id) : doc({.client_id = id}), text(doc.text("t")) {}

  void edit(const Patch& patch) {
    doc.transact([&] {
      const bool erased = patch.removed == 0 || text.erase(patch.position, patch.removed);
      const bool inserted = patch.inserted.empty() || text.insert(patch.position, patch.inserted);
      ASSERT_TRUE(erased && inserted);
    });
  }

  crdt::Doc doc;
  crdt::Text text;
  std::set<uint32_t> seen;
  std::vector<crdt::Subscription> subscriptions;
};

class Replay {
 public:
  Replay(const EditTrace& trace, const Json& expected)
      : trace_(trace),
        expected_(expected),
        v1_(expected["v1"], expected["every"].GetUint()),
        v2_(expected["v2"], expected["every"].GetUint()),
        updates_(trace.steps.size()) {
    for (uint32_t agent = 0; agent < trace.agents; ++agent) {
      replicas_.push_back(std::make_unique<Replica>(agent + 1));
      watch(*replicas_.back());
    }
  }

  void run() {
    for (now_ = 0; now_ < trace_.steps.size(); ++now_) {
      const TraceStep& step = trace_.steps[now_];
      Replica& replica = *replicas_[step.agent];
      if (!trace_.is_sequential) learn(replica, step.parents);
      for (const Patch& patch : step.patches) replica.edit(patch);
      replica.seen.insert(now_);
    }
    if (!trace_.is_sequential) learn_all();
    v1_.finish();
    v2_.finish();
    const Replica& first = *replicas_.front();
    EXPECT_EQ(first.text.to_string(), trace_.end_content);
    EXPECT_EQ(hash_of(first.doc.encode_state_as_update()), text_of(expected_["state_v1"]));
    EXPECT_EQ(hash_of(first.doc.encode_state_as_update_v2()), text_of(expected_["state_v2"]));
    for (const auto& replica : replicas_) EXPECT_EQ(replica->doc.check(), "");
  }

 private:
  void watch(Replica& replica) {
    replica.subscriptions.push_back(replica.doc.on_update([this](const crdt::UpdateEvent& event) {
      if (event.origin == kRemote) return;
      v1_.note(event.update);
      if (!trace_.is_sequential) updates_[now_].push_back(copy_of(event.update));
    }));
    replica.subscriptions.push_back(
        replica.doc.on_update_v2([this](const crdt::UpdateEvent& event) {
          if (event.origin != kRemote) v2_.note(event.update);
        }));
  }

  // Brings a replica what it lacks of these steps and of everything they build on.
  void learn(Replica& replica, std::vector<uint32_t> todo) {
    std::vector<uint32_t> missing;
    while (!todo.empty()) {
      const uint32_t step = todo.back();
      todo.pop_back();
      if (!replica.seen.insert(step).second) continue;
      missing.push_back(step);
      for (const uint32_t parent : trace_.steps[step].parents) todo.push_back(parent);
    }
    std::sort(missing.begin(), missing.end());
    for (const uint32_t step : missing) {
      for (const Buffer& update : updates_[step]) {
        ASSERT_TRUE(replica.doc.apply_update(update, kRemote));
      }
    }
  }

  void learn_all() {
    std::vector<uint32_t> all(trace_.steps.size());
    for (uint32_t i = 0; i < all.size(); ++i) all[i] = i;
    for (const auto& replica : replicas_) learn(*replica, all);
  }

  const EditTrace& trace_;
  const Json& expected_;
  Expectation v1_;
  Expectation v2_;
  std::vector<std::unique_ptr<Replica>> replicas_;
  std::vector<std::vector<Buffer>> updates_;  // by step; only where somebody else wants them
  uint32_t now_ = 0;
};

const rapidjson::Document& hashes() {
  static const rapidjson::Document document = [] {
    std::ifstream in(TM_SOURCE_DIR "/tests/traces/hashes.json");
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    rapidjson::Document json;
    json.Parse(text.c_str(), text.size());
    return json;
  }();
  return document;
}

class Traces : public testing::TestWithParam<const char*> {};

TEST_P(Traces, emits_what_yjs_emits) {
  const std::string file = traces_folder(TM_SOURCE_DIR) + "/" + GetParam() + ".json.gz";
  if (!trace_exists(file)) {
    std::cout << "no trace at " << file
              << ": nothing compared (TIDEMARK_SHARED names the folder)\n";
    return;
  }
  const EditTrace trace = read_trace(file);
  Replay(trace, hashes()[GetParam()]).run();
}

INSTANTIATE_TEST_SUITE_P(Shared, Traces,
                         testing::Values("sequential/automerge-paper", "sequential/rustcode",
                                         "sequential/seph-blog1", "sequential/sveltecomponent",
                                         "concurrent/clownschool", "concurrent/friendsforever"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::replace_if(
                               name.begin(), name.end(),
                               [](char c) { return c == '/' || c == '-'; }, '_');
                           return name;
                         });

}  // namespace
}  // namespace tidemark::support
