// Updates of many clients that come in another order than they were made in: how much longer that
// takes than in order. Prints a line for each order, in processor time, medians.
//
//   bench_out_of_order [UPDATES] [CLIENTS]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/random.h"
#include "crdt/doc.h"
#include "timing.h"

namespace tidemark::bench {
namespace {

struct Traffic {
  std::vector<Buffer> updates;
  std::vector<uint64_t> writers;
  std::string content;
};

// Everybody has seen everything before each edit, so that every update needs the one before.
Traffic write(size_t count, uint64_t clients) {
  Traffic traffic;
  Random random(7);
  crdt::Doc doc({.client_id = 1});
  crdt::Text text = doc.text("t");
  const crdt::Subscription kept = doc.on_update([&](const crdt::UpdateEvent& event) {
    traffic.updates.push_back(copy_of(event.update));
    traffic.writers.push_back(doc.client_id());
  });
  while (traffic.updates.size() < count) {
    doc.change_client_id(1 + random.below(clients));
    const uint32_t length = text.length();
    if (length > 0 && random.one_in(4)) {
      TM_ASSERT(text.erase(static_cast<uint32_t>(random.below(length)), 1));
    } else {
      TM_ASSERT(text.insert(static_cast<uint32_t>(random.below(length + 1)), "x"));
    }
  }
  traffic.content = text.to_string();
  return traffic;
}

using Order = std::vector<size_t>;

// The updates lie in memory as they come, as what a network brings does: how far apart they were
// written is not what is measured.
double ms_to_hear(const Traffic& traffic, const Order& order, bool uses_fast_paths) {
  std::vector<Buffer> updates;
  for (const size_t update : order) updates.push_back(copy_of(traffic.updates[update]));
  return median_ms(
      [&] {
        crdt::Doc doc({.client_id = 1'000'000});
        doc.use_fast_paths(uses_fast_paths);
        for (const Buffer& update : updates) TM_ASSERT(doc.apply_update(update));
        TM_ASSERT(!doc.has_pending() && doc.text("t").to_string() == traffic.content);
      },
      5);
}

Order shuffled(Order order) {
  Random random(3);
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

void measure(size_t count, uint64_t clients) {
  const Traffic traffic = write(count, clients);
  Order in_order(count);
  std::iota(in_order.begin(), in_order.end(), size_t{0});
  const double least = ms_to_hear(traffic, in_order, true);
  std::printf("%zu updates of %llu clients, each of which needs the one before\n", count,
              static_cast<unsigned long long>(clients));
  const auto report = [&](const char* name, const Order& order, bool uses_fast_paths) {
    const double ms = ms_to_hear(traffic, order, uses_fast_paths);
    std::printf("%-32s %8.2f ms %6.2f us each %6.1f times in order\n", name, ms,
                ms * 1e3 / static_cast<double>(count), ms / least);
  };
  Order by_client = in_order;
  std::stable_sort(by_client.begin(), by_client.end(),
                   [&](size_t a, size_t b) { return traffic.writers[a] < traffic.writers[b]; });
  Order first_comes_last = in_order;
  std::rotate(first_comes_last.begin(), first_comes_last.begin() + 1, first_comes_last.end());
  report("in order", in_order, true);
  report("in order, without fast paths", in_order, false);
  report("backwards", Order(in_order.rbegin(), in_order.rend()), true);
  report("the first one last", first_comes_last, true);
  report("client after client", by_client, true);
  report("client after client, backwards", Order(by_client.rbegin(), by_client.rend()), true);
  report("shuffled", shuffled(in_order), true);
}

}  // namespace
}  // namespace tidemark::bench

int main(int argc, char** argv) {
  const size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20'000;
  const uint64_t clients = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100;
  if (count < 2 || clients < 1) {
    std::fprintf(stderr, "usage: bench_out_of_order [updates] [clients]\n");
    return 2;
  }
  tidemark::bench::measure(count, clients);
  return 0;
}
