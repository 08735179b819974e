// sim_hub [seed] [count]: worlds from `seed` on, each run twice, for a run that cannot be repeated
// is a fault of its own. With a count of 1 it tells what happened. The last line is a sum.
#include <cstdio>
#include <cstdlib>
#include <random>

#include "world.h"

int main(int argc, char** argv) {
  const uint64_t first =
      argc > 1 ? std::strtoull(argv[1], nullptr, 10) : std::random_device{}() % 1'000'000'000;
  const uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    tidemark::simulation::World world(seed, count == 1);
    std::string failure = world.run();
    tidemark::simulation::World again(seed, false);
    again.run();
    if (failure.empty() && world.trace() != again.trace()) failure = "two runs differ";
    if (failure.empty()) continue;
    std::printf("seed %llu: %s. Replay: sim_hub %llu 1\n", static_cast<unsigned long long>(seed),
                failure.c_str(), static_cast<unsigned long long>(seed));
    return 1;
  }
  std::printf("%llu passed, 0 failed\n", static_cast<unsigned long long>(count));
  return 0;
}
