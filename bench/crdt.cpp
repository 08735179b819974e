// Times the kernel on an editing trace and prints one JSON object: what crdt.mjs compares with npm
// yjs doing the same.
#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/assert.h"
#include "crdt/doc.h"
#include "crdt/update.h"
#include "support/trace_file.h"
#include "timing.h"

namespace tidemark::bench {
namespace {

constexpr int kCopies = 10;
constexpr int kFresh = 15;
constexpr size_t kMerged = 20'000;

void report(const char* name, double value) { std::printf("\"%s\": %.4f, ", name, value); }

// Every patch in a transaction of its own, with a listener that gets its update.
void replay(const support::EditTrace& trace, crdt::Doc& doc) {
  crdt::Text text = doc.text("t");
  for (const support::TraceStep& step : trace.steps) {
    for (const support::Patch& patch : step.patches) {
      doc.begin();
      if (patch.removed > 0) TM_ASSERT(text.erase(patch.position, patch.removed));
      if (!patch.inserted.empty()) TM_ASSERT(text.insert(patch.position, patch.inserted));
      doc.end();
    }
  }
}

std::unique_ptr<crdt::Doc> load(Bytes state, bool is_v2) {
  auto doc = std::make_unique<crdt::Doc>(crdt::DocOptions{.client_id = 2});
  doc->text("t");
  TM_ASSERT(is_v2 ? doc->apply_update_v2(state) : doc->apply_update(state));
  return doc;
}

// Of documents that nobody asked before, and of one that has not changed since.
template <typename F>
void measure_encoding(const std::string& name, Bytes v1, F&& encodes) {
  std::vector<double> times;
  std::unique_ptr<crdt::Doc> doc;
  for (int i = 0; i < kFresh; ++i) {
    doc = load(v1, false);
    times.push_back(ms_of([&] { TM_ASSERT(encodes(*doc)); }));
  }
  std::sort(times.begin(), times.end());
  report((name + "_ms").c_str(), times[times.size() / 2]);
  report((name + "_again_ms").c_str(), median_ms([&] { TM_ASSERT(encodes(*doc)); }));
}

void measure_loads(Bytes v1, Bytes v2, const std::string& content) {
  report("load_v1_ms", median_ms([&] {
           TM_ASSERT(load(v1, false)->text("t").to_string().size() == content.size());
         }));
  report("load_v2_ms", median_ms([&] {
           TM_ASSERT(load(v2, true)->text("t").to_string().size() == content.size());
         }));
  measure_encoding("encode_v1", v1, [&](crdt::Doc& doc) {
    return doc.encode_state_as_update().size() == v1.size();
  });
  measure_encoding("encode_v2", v1, [&](crdt::Doc& doc) {
    return doc.encode_state_as_update_v2().size() == v2.size();
  });
  const crdt::StateVector state = load(v1, false)->state_vector();
  measure_encoding("diff", v1,
                   [&](crdt::Doc& doc) { return !doc.encode_state_as_update(state).empty(); });
  malloc_trim(0);
  const double before = resident_kb();
  std::vector<std::unique_ptr<crdt::Doc>> copies;
  for (int i = 0; i < kCopies; ++i) copies.push_back(load(v1, false));
  report("kb_per_document", (resident_kb() - before) / kCopies);
}

void measure_apply(const std::vector<Buffer>& updates, const std::string& content) {
  crdt::Doc doc({.client_id = 2});
  crdt::Text text = doc.text("t");
  report("apply_each_ms", ms_of([&] {
           for (const Buffer& update : updates) TM_ASSERT(doc.apply_update(update));
         }));
  TM_ASSERT(text.to_string() == content);
}

// As servers keep them: nobody has a document of it.
void measure_merge(const std::vector<Buffer>& updates) {
  const size_t count = std::min<size_t>(updates.size(), kMerged);
  const std::vector<Bytes> parts(updates.begin(),
                                 updates.begin() + static_cast<std::ptrdiff_t>(count));
  size_t bytes = 0;
  report("merge_ms", median_ms([&] {
           const Result<Buffer> merged = crdt::merge_updates(parts, crdt::UpdateFormat::kV1);
           TM_ASSERT(merged);
           bytes = merged->size();
         }));
  std::printf("\"merged_bytes\": %zu, ", bytes);
}

void run(const std::string& file) {
  const support::EditTrace trace = support::read_trace(file);
  std::vector<Buffer> updates;
  {
    crdt::Doc doc({.client_id = 1});
    const crdt::Subscription kept = doc.on_update(
        [&](const crdt::UpdateEvent& event) { updates.push_back(copy_of(event.update)); });
    replay(trace, doc);
  }
  crdt::Doc doc({.client_id = 1});
  uint64_t bytes = 0;
  const crdt::Subscription counted =
      doc.on_update([&](const crdt::UpdateEvent& event) { bytes += event.update.size(); });
  std::printf("{");
  report("replay_ms", ms_of([&] { replay(trace, doc); }));
  crdt::Doc unheard({.client_id = 1});
  report("replay_unheard_ms", ms_of([&] { replay(trace, unheard); }));
  TM_ASSERT(doc.text("t").to_string() == trace.end_content);
  const Buffer v1 = doc.encode_state_as_update();
  const Buffer v2 = doc.encode_state_as_update_v2();
  measure_loads(v1, v2, trace.end_content);
  measure_apply(updates, trace.end_content);
  measure_merge(updates);
  std::printf("\"updates\": %zu, \"update_bytes\": %llu, \"v1_bytes\": %zu, \"v2_bytes\": %zu}\n",
              updates.size(), static_cast<unsigned long long>(bytes), v1.size(), v2.size());
}

}  // namespace
}  // namespace tidemark::bench

int main(int argc, char** argv) {
  TM_ASSERT(argc == 2);
  tidemark::bench::run(argv[1]);
  return 0;
}
