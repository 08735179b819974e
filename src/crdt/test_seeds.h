// For tests: random histories by number. --gtest_random_seed=N begins with seed N instead of 1.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>

namespace tidemark::crdt {

// Checks this many seeds, up to the first that fails.
inline void for_each_seed(uint64_t count, const std::function<void(uint64_t)>& check) {
  const auto chosen = static_cast<uint64_t>(GTEST_FLAG_GET(random_seed));
  const uint64_t first = chosen == 0 ? 1 : chosen;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE("replay with --gtest_random_seed=" + std::to_string(seed));
    check(seed);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace tidemark::crdt
