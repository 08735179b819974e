// Rows of a log that the disk gives back changed: they load as a document or are called corrupt,
// and compaction never changes what they load as.
//
//   input := varbytes row, varbytes row, ...
#include "laws.h"
#include "store/memory_store.h"
#include "store/stored_doc.h"

namespace tidemark::fuzz {
namespace {

constexpr std::string_view kName = "notes";

std::optional<Buffer> load(store::MemoryStore& store) {
  const auto doc = store::load_doc(store, kName);
  if (!doc) return std::nullopt;
  return (*doc)->encode_state_as_update();
}

void run(Bytes input) {
  store::MemoryStore store;
  Decoder rows(input);
  while (!rows.at_end()) {
    const Bytes row = rows.read_varbytes();
    if (row.empty()) continue;
    const store::Append append = {.document = kName, .update = row};
    must(store.append({&append, 1}), "a row is appended");
  }
  if (!must(store.statistics(kName), "statistics")) return;
  const std::optional<Buffer> before = load(store);
  const auto compacted = store::compact_step(store, kName, {});
  if (!before) {
    require(!compacted, "what does not load is not compacted");
    return;
  }
  require(load(store) == before, "compaction changes nothing");
}

}  // namespace
}  // namespace tidemark::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  tidemark::fuzz::run({bytes, size});
  return 0;
}
