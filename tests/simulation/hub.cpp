// sim_hub [seed] [count]: worlds from `seed` on, each run twice, for a run that cannot be repeated
// is a fault of its own. A count of 1 also tells what happened in it. The last line is a sum.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <random>

#include "world.h"

namespace {

std::optional<uint64_t> number(const char* text) {
  uint64_t value = 0;
  const char* end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

// Prints what was wrong and how to see it again; false if anything was.
bool holds(uint64_t seed, bool is_verbose) {
  tidemark::simulation::World world(seed, is_verbose);
  std::string failure = world.run();
  tidemark::simulation::World again(seed, false);
  again.run();
  if (failure.empty() && world.trace() != again.trace()) failure = "two runs differ";
  if (failure.empty()) return true;
  std::printf("seed %llu: %s. Replay: ./dev sim %llu 1\n", static_cast<unsigned long long>(seed),
              failure.c_str(), static_cast<unsigned long long>(seed));
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  const auto first =
      argc > 1 ? number(argv[1]) : std::optional<uint64_t>(std::random_device{}() % 1'000'000'000);
  const auto count = argc > 2 ? number(argv[2]) : std::optional<uint64_t>(100);
  if (argc > 3 || !first || !count || *count == 0) {
    std::fprintf(stderr, "usage: sim_hub [seed] [count]\n");
    return 2;
  }
  std::printf("seeds %llu to %llu\n", static_cast<unsigned long long>(*first),
              static_cast<unsigned long long>(*first + *count - 1));
  for (uint64_t seed = *first; seed < *first + *count; ++seed) {
    if (!holds(seed, *count == 1)) return 1;
  }
  std::printf("%llu passed, 0 failed\n", static_cast<unsigned long long>(*count));
  return 0;
}
