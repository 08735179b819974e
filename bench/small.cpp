// Times many small documents: what loading one takes, and what each takes of memory while it is
// open and while it is cold. Writes the note that all of them hold to a file, for yjs_small.mjs.
//   bench_small FILE [documents]
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/random.h"
#include "crdt/cold_doc.h"
#include "timing.h"

namespace tidemark::bench {
namespace {

void report(const char* name, double value) { std::printf("\"%s\": %.4f, ", name, value); }

// Twenty bursts of typing at places of a note, with words taken out again.
crdt::Doc written_note() {
  crdt::Doc doc({.client_id = 1'234'567'890});
  crdt::Text text = doc.text("t");
  Random random(20);
  for (int burst = 0; burst < 20; ++burst) {
    auto at = static_cast<uint32_t>(random.below(text.length() + 1));
    for (int word = 0; word < 10; ++word) {
      const std::string typed = "word" + std::to_string(random.below(1000)) + " ";
      TM_ASSERT(text.insert(at, typed));
      at += static_cast<uint32_t>(typed.size());
    }
    for (int slip = 0; slip < 1 + burst % 2; ++slip) {
      const auto from = static_cast<uint32_t>(random.below(text.length() - 20));
      TM_ASSERT(text.erase(from, 5 + static_cast<uint32_t>(random.below(15))));
    }
  }
  TM_ASSERT(text.erase(0, text.length() - 940));
  return doc;
}

double heap_bytes() {
  const struct mallinfo2 all = mallinfo2();
  return static_cast<double>(all.uordblks) + static_cast<double>(all.hblkhd);
}

void run(const std::string& file, size_t count) {
  const crdt::Doc note = written_note();
  const Buffer state = note.encode_state_as_update();
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(state.data()),
             static_cast<std::streamsize>(state.size()));
  const Result<crdt::ColdDoc> cold = crdt::ColdDoc::of(state, crdt::UpdateFormat::kV1);
  const crdt::ColdDoc cold_v2 = crdt::ColdDoc::of(note);

  std::printf("{");
  report("blocks", static_cast<double>(note.stats().total().blocks));
  report("v1_bytes", static_cast<double>(state.size()));
  report("v2_bytes", static_cast<double>(cold_v2.update().size()));
  const auto loads = [&](const crdt::ColdDoc& from) {
    double before = heap_bytes();
    std::vector<crdt::Doc> docs;
    docs.reserve(count);
    const double reserved = heap_bytes();
    const double ms = ms_of([&] {
      for (size_t i = 0; i < count; ++i) docs.push_back(*from.thaw({.client_id = i + 2}));
    });
    before = heap_bytes() - reserved;
    TM_ASSERT(docs.back().text("t").length() == 940);
    return std::pair(ms, before);
  };
  loads(*cold);  // a warm-up
  const auto [v1_ms, open_bytes] = loads(*cold);
  report("load_us", v1_ms * 1e3 / static_cast<double>(count));
  report("open_bytes", open_bytes / static_cast<double>(count));
  report("load_v2_us", loads(cold_v2).first * 1e3 / static_cast<double>(count));
  const double before = heap_bytes();
  std::vector<crdt::ColdDoc> frozen;
  frozen.reserve(count);
  report("freeze_us", ms_of([&] {
                        for (size_t i = 0; i < count; ++i)
                          frozen.push_back(crdt::ColdDoc::of(note));
                      }) * 1e3 /
                          static_cast<double>(count));
  report("cold_bytes", (heap_bytes() - before) / static_cast<double>(count));
  std::printf("\"documents\": %zu}\n", count);
}

}  // namespace
}  // namespace tidemark::bench

int main(int argc, char** argv) {
  TM_ASSERT(argc >= 2);
  tidemark::bench::run(argv[1], argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 100'000);
  return 0;
}
