// How long commits took, in buckets as Prometheus counts them.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tidemark::host {

struct CommitTimes {
  // Upper bounds in seconds: from a fast disk's sync to one in trouble.
  static constexpr std::array<double, 10> kBounds = {0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                     0.025,  0.05,  0.25,   1,     5};

  void observe(std::chrono::nanoseconds time) {
    const double seconds = std::chrono::duration<double>(time).count();
    size_t bucket = 0;
    while (bucket < kBounds.size() && seconds > kBounds[bucket]) ++bucket;
    ++counts[bucket];
    sum_seconds += seconds;
  }

  std::array<uint64_t, kBounds.size() + 1> counts = {};  // the last one: above all bounds
  double sum_seconds = 0;
};

}  // namespace tidemark::host
