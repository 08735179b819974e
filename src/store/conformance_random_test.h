// Random operations on a backend and on the memory store, which must say the same; part of
// conformance_test.h.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "store/backend_test.h"
#include "store/memory_store.h"

namespace tidemark::store {

// One random step on both stores; what either of them says is written down.
inline std::string random_step(DocumentStore& store, uint64_t seed) {
  Random random(seed);
  const auto name = [&] { return std::string(1, static_cast<char>('a' + random.below(4))); };
  const std::string a = name();
  const std::string b = name();
  switch (random.below(8)) {
    case 0:
    case 1:
    case 2: {
      std::vector<Append> batch(random.below(4));
      const std::string update = std::to_string(seed);
      for (size_t i = 0; i < batch.size(); ++i) {
        batch[i] = {i % 2 == 0 ? a : b, as_bytes(update), "d", "o", static_cast<int64_t>(seed)};
      }
      const auto ids = store.append(batch);
      return ids ? "appended " + std::to_string(ids->size()) : ids.error().detail;
    }
    case 3:
    case 4: {
      const auto state = store.load(a);
      if (!state || !*state) return "nothing to compact";
      const StoredState& stored = **state;
      // Compacts a random part of the tail.
      const size_t count = stored.tail.empty() ? 0 : random.below(stored.tail.size() + 1);
      std::string text(stored.snapshot ? as_text(stored.snapshot->state) : "");
      for (size_t i = 0; i < count; ++i) text += as_text(stored.tail[i].update);
      const LogId covers = count > 0         ? stored.tail[count - 1].id
                           : stored.snapshot ? stored.snapshot->covers
                                             : kBeforeLog;
      const auto done = store.replace_snapshot(
          {a, as_bytes(text), covers, random.below(4), static_cast<int64_t>(seed)});
      return done ? "compacted" : std::string(name_of(done.error().code));
    }
    case 5: return *store.rename(a, b) ? "renamed" : "not renamed";
    case 6: return random.one_in(3) && *store.remove(a) ? "removed" : "not removed";
    default: return told(store.state_at(a, random.below(seed % 40 + 1)));
  }
}

inline std::string everything(DocumentStore& store) {
  std::string out;
  const auto page = store.list("", 100);
  for (const DocumentStatistics& one : page.value()) {
    out += one.name + " " + std::to_string(one.log_rows) + "/" + std::to_string(one.log_bytes) +
           " " + std::to_string(one.tail_rows) + "/" + std::to_string(one.tail_bytes) + " " +
           std::to_string(one.created_ms) + "-" + std::to_string(one.updated_ms) + " " +
           std::to_string(store.updates_since(one.name, 0)->trimmed_through) + " " +
           told(store.load(one.name)) + "\n";
  }
  return out;
}

}  // namespace tidemark::store
