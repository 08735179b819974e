// model_check small [EDITS]     every history of the families, of so many edits (3) or fewer
// model_check scripts [EDITS]   three clients with so many edits (3) or fewer each, in all orders
// model_check [SEED] [COUNT]    random histories from the seed on
//
// The last line is a sum. What differs is shown with the history that leads to it.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <random>
#include <string_view>

#include "model/small_cases.h"

namespace {

using namespace tidemark::model;

std::optional<uint64_t> number(const char* text) {
  uint64_t value = 0;
  const char* end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

uint64_t total = 0;

bool holds(const char* what, const Outcome& outcome) {
  total += outcome.histories;
  if (outcome.failure.empty()) return true;
  std::printf("%s: differs\n%s\n", what, outcome.failure.c_str());
  return false;
}

bool check_small(unsigned edits) {
  for (const Family family : kFamilies) {
    for (const bool starts_with_text : {false, true}) {
      if (starts_with_text && family != Family::kText) continue;
      Bounds bounds{family, 3, edits, starts_with_text, true};
      // Few places make few histories: there is room for one more edit.
      if (family == Family::kMap || (family == Family::kText && !starts_with_text)) ++bounds.edits;
      for (const bool collects_garbage : {true, false}) {
        if (!collects_garbage && family == Family::kText) continue;
        bounds.collects_garbage = collects_garbage;
        const Outcome outcome = compare_histories(bounds);
        std::printf("%s%s%s, up to %u edits: %llu histories\n", name_of(family),
                    starts_with_text ? " from three units" : "",
                    collects_garbage ? "" : " without garbage collection", bounds.edits,
                    static_cast<unsigned long long>(outcome.histories));
        if (!holds(name_of(family), outcome)) return false;
      }
    }
  }
  return true;
}

bool check_random(uint64_t first, uint64_t count) {
  std::printf("seeds %llu to %llu\n", static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(first + count - 1));
  for (uint64_t seed = first; seed < first + count; ++seed) {
    if (holds("random", compare_random(seed))) continue;
    std::printf("seed %llu: model and kernel differ. Replay: ./dev model %llu 1\n",
                static_cast<unsigned long long>(seed), static_cast<unsigned long long>(seed));
    return false;
  }
  return true;
}

int finish(bool is_good) {
  std::printf("%llu passed, %d failed\n", static_cast<unsigned long long>(total - !is_good),
              is_good ? 0 : 1);
  return is_good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view kind = argc > 1 ? argv[1] : "";
  const uint64_t size = argc > 2 ? number(argv[2]).value_or(0) : 0;
  const auto or_default = [&](uint64_t usual) { return size == 0 ? usual : size; };
  if (argc > 3 || (argc > 2 && size == 0)) {
    std::fprintf(stderr, "usage: model_check small [edits] | scripts [edits] | [seed] [count]\n");
    return 2;
  }
  if (kind == "small") return finish(check_small(static_cast<unsigned>(or_default(3))));
  if (kind == "scripts") {
    return finish(
        holds("scripts", compare_scripts({.edits = static_cast<unsigned>(or_default(3))})));
  }
  const std::optional<uint64_t> seed =
      argc > 1 ? number(argv[1]) : std::optional<uint64_t>(std::random_device{}() % 1'000'000'000);
  if (!seed) {
    std::fprintf(stderr, "model_check: neither small, scripts nor a seed\n");
    return 2;
  }
  return finish(check_random(*seed, or_default(1000)));
}
