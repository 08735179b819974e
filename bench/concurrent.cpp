// Times a fresh replica that is told everything that several people wrote at the same time, one
// update for each edit, and writes these updates for the other engines to do the same.
//   bench_concurrent TRACE UPDATES       update := uint32 size (little endian), bytes
#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <set>
#include <vector>

#include "base/assert.h"
#include "crdt/doc.h"
#include "support/trace_file.h"
#include "timing.h"

namespace tidemark::bench {
namespace {

constexpr crdt::Origin kRemote = 1;

struct Author {
  explicit Author(uint64_t client) : doc({.client_id = client}), text(doc.text("t")) {}

  crdt::Doc doc;
  crdt::Text text;
  std::set<uint32_t> seen;
  crdt::Subscription subscription;
};

// Everybody has a replica, which receives what an edit builds on before the edit.
class Session {
 public:
  explicit Session(const support::EditTrace& trace) : trace_(trace), updates_(trace.steps.size()) {
    for (uint32_t agent = 0; agent < trace.agents; ++agent) {
      authors_.push_back(std::make_unique<Author>(agent + 1));
      authors_.back()->subscription =
          authors_.back()->doc.on_update([this](const crdt::UpdateEvent& event) {
            if (event.origin != kRemote) updates_[step_].push_back(copy_of(event.update));
          });
    }
  }

  std::vector<Buffer> updates() {
    for (step_ = 0; step_ < trace_.steps.size(); ++step_) edit(trace_.steps[step_]);
    std::vector<Buffer> all;
    for (const auto& list : updates_) all.insert(all.end(), list.begin(), list.end());
    return all;
  }

 private:
  void edit(const support::TraceStep& step) {
    Author& author = *authors_[step.agent];
    learn(author, step.parents);
    for (const support::Patch& patch : step.patches) {
      author.doc.transact([&] {
        if (patch.removed > 0) TM_ASSERT(author.text.erase(patch.position, patch.removed));
        if (!patch.inserted.empty()) TM_ASSERT(author.text.insert(patch.position, patch.inserted));
      });
    }
    author.seen.insert(step_);
  }

  void learn(Author& author, std::vector<uint32_t> todo) {
    std::vector<uint32_t> missing;
    while (!todo.empty()) {
      const uint32_t step = todo.back();
      todo.pop_back();
      if (!author.seen.insert(step).second) continue;
      missing.push_back(step);
      const std::vector<uint32_t>& parents = trace_.steps[step].parents;
      todo.insert(todo.end(), parents.begin(), parents.end());
    }
    std::sort(missing.begin(), missing.end());
    for (const uint32_t step : missing) {
      for (const Buffer& update : updates_[step]) {
        TM_ASSERT(author.doc.apply_update(update, kRemote));
      }
    }
  }

  const support::EditTrace& trace_;
  std::vector<std::unique_ptr<Author>> authors_;
  std::vector<std::vector<Buffer>> updates_;  // by step
  uint32_t step_ = 0;
};

void write(const std::vector<Buffer>& updates, const char* file) {
  std::ofstream out(file, std::ios::binary);
  for (const Buffer& update : updates) {
    const auto size = static_cast<uint32_t>(update.size());
    const std::array<char, 4> head{static_cast<char>(size), static_cast<char>(size >> 8),
                                   static_cast<char>(size >> 16), static_cast<char>(size >> 24)};
    out.write(head.data(), head.size());
    out.write(reinterpret_cast<const char*>(update.data()), static_cast<std::streamsize>(size));
  }
  TM_ASSERT(out.good());
}

void run(const char* file, const char* output) {
  const support::EditTrace trace = support::read_trace(file);
  const std::vector<Buffer> updates = Session(trace).updates();
  write(updates, output);
  const double apply_ms = median_ms([&] {
    crdt::Doc doc({.client_id = 1000});
    const crdt::Text text = doc.text("t");
    for (const Buffer& update : updates) TM_ASSERT(doc.apply_update(update));
    TM_ASSERT(text.to_string() == trace.end_content);
  });
  std::printf("{\"apply_ms\": %.4f, \"updates\": %zu}\n", apply_ms, updates.size());
}

}  // namespace
}  // namespace tidemark::bench

int main(int argc, char** argv) {
  TM_ASSERT(argc == 3);
  tidemark::bench::run(argv[1], argv[2]);
  return 0;
}
