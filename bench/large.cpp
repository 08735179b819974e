// Times a very large text: a trace played a hundred times, each time into the front of what is
// there. Writes the state for the other engines to load.
//   bench_large TRACE STATE
#include <malloc.h>

#include <cstdio>
#include <fstream>
#include <memory>

#include "base/assert.h"
#include "crdt/doc.h"
#include "support/trace_file.h"
#include "timing.h"

namespace tidemark::bench {
namespace {

constexpr int kTimes = 100;
constexpr int kLoads = 3;

void play(const support::EditTrace& trace, crdt::Doc& doc) {
  crdt::Text text = doc.text("t");
  for (const support::TraceStep& step : trace.steps) {
    for (const support::Patch& patch : step.patches) {
      doc.transact([&] {
        if (patch.removed > 0) TM_ASSERT(text.erase(patch.position, patch.removed));
        if (!patch.inserted.empty()) TM_ASSERT(text.insert(patch.position, patch.inserted));
      });
    }
  }
}

Buffer write(const support::EditTrace& trace, size_t length) {
  crdt::Doc doc({.client_id = 1});
  uint64_t bytes = 0;
  const crdt::Subscription counted =
      doc.on_update([&](const crdt::UpdateEvent& event) { bytes += event.update.size(); });
  std::printf("\"replay_ms\": %.1f, ", ms_of([&] {
                for (int i = 0; i < kTimes; ++i) play(trace, doc);
              }));
  TM_ASSERT(doc.text("t").length() == length);
  Buffer state = doc.encode_state_as_update();
  std::printf("\"v1_bytes\": %zu, \"length\": %zu, ", state.size(), length);
  return state;
}

void run(const char* file, const char* output) {
  const support::EditTrace trace = support::read_trace(file);
  const size_t length = trace.end_content.size() * kTimes;
  std::printf("{");
  const Buffer state = write(trace, length);
  std::ofstream out(output, std::ios::binary);
  out.write(reinterpret_cast<const char*>(state.data()),
            static_cast<std::streamsize>(state.size()));
  TM_ASSERT(out.good());
  out.close();

  malloc_trim(0);
  const double before = resident_kb();
  std::unique_ptr<crdt::Doc> doc;
  const double load_ms = median_ms(
      [&] {
        doc = std::make_unique<crdt::Doc>(crdt::DocOptions{.client_id = 2});
        const crdt::Text text = doc->text("t");
        TM_ASSERT(doc->apply_update(state));
        TM_ASSERT(text.to_string().size() == length);
      },
      kLoads);
  malloc_trim(0);
  std::printf("\"load_ms\": %.1f, \"resident_kb\": %.0f}\n", load_ms, resident_kb() - before);
}

}  // namespace
}  // namespace tidemark::bench

int main(int argc, char** argv) {
  TM_ASSERT(argc == 3);
  tidemark::bench::run(argv[1], argv[2]);
  return 0;
}
