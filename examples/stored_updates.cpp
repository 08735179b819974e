// What a server does with updates that it keeps as bytes: merge them, say what they hold, cut out
// what a client lacks. No document is built for any of it.
#include <cstdio>
#include <string>
#include <vector>

#include "crdt/doc.h"
#include "crdt/inspect.h"
#include "crdt/update.h"

using namespace tidemark;
using namespace tidemark::crdt;

int main() {
  // A log of updates, as clients sent them.
  std::vector<Buffer> log;
  Doc writer({.client_id = 1});
  const Subscription logging =
      writer.on_update([&](const UpdateEvent& event) { log.push_back(copy_of(event.update)); });
  for (const char* word : {"to ", "be ", "or ", "not "}) {
    (void)writer.text("play").insert(writer.text("play").length(), word);
  }
  const StateVector client_has = writer.state_vector();
  (void)writer.text("play").insert(writer.text("play").length(), "to be");

  // Strangers sent these bytes: look at them before they are kept.
  for (const Buffer& update : log) {
    if (!validate_update(update, UpdateFormat::kV1)) return 1;
  }
  const std::vector<Bytes> views(log.begin(), log.end());
  const Result<Buffer> merged = merge_updates(views, UpdateFormat::kV1);
  if (!merged) return 1;
  std::printf("%zu updates became one of %zu bytes\n", log.size(), merged->size());

  const Result<StateVector> holds = state_vector_of_update(*merged, UpdateFormat::kV1);
  if (!holds) return 1;
  for (const auto& [client, clock] : holds->entries()) {
    std::printf("it holds client %llu up to %llu\n", static_cast<unsigned long long>(client),
                static_cast<unsigned long long>(clock));
  }
  const Result<DeleteSet> listed =
      inspect_update(*merged, UpdateFormat::kV1, [](const Block& block) {
        std::printf("  %s\n", describe(block).c_str());
        return true;
      });
  const Result<Buffer> rest = diff_update(*merged, client_has, UpdateFormat::kV1);
  if (!listed || !rest) return 1;
  std::printf("a client that has %llu units gets %zu bytes more\n",
              static_cast<unsigned long long>(client_has.clock_of(1)), rest->size());

  // Both encodings say the same; V2 is smaller for long histories.
  const Result<Buffer> v2 = convert_v1_to_v2(*merged);
  Doc reader({.client_id = 2});
  if (!v2 || !reader.apply_update_v2(*v2)) return 1;
  std::printf("%s\n", reader.text("play").to_string().c_str());
  return 0;
}
