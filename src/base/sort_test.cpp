#include "base/sort.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace tidemark {
namespace {

// Keys that come again, and which of them came first.
using Entry = std::pair<std::string, size_t>;

bool key_less(const Entry& a, const Entry& b) { return a.first < b.first; }

TEST(Sort, is_what_the_library_would_do) {
  constexpr uint64_t kSeed = 1;
  std::mt19937_64 random(kSeed);
  for (size_t size = 0; size < 200; ++size) {
    for (const uint64_t keys : {1u, 3u, 1000u}) {
      std::vector<Entry> entries;
      for (size_t i = 0; i < size; ++i) {
        entries.emplace_back(std::string(20, 'k') + std::to_string(random() % keys), i);
      }
      std::vector<Entry> expected = entries;
      std::stable_sort(expected.begin(), expected.end(), key_less);
      sort_by_order(entries.begin(), entries.end(), key_less);
      ASSERT_EQ(entries, expected) << "seed " << kSeed << ", size " << size << ", keys " << keys;
      sort_by_order(entries.begin(), entries.end(), key_less);
      ASSERT_EQ(entries, expected);
    }
  }
}

TEST(Sort, takes_any_order) {
  std::vector<int> numbers{3, 1, 2};
  compact_sort(numbers.begin(), numbers.end(), std::greater<>());
  EXPECT_EQ(numbers, (std::vector<int>{3, 2, 1}));
  compact_sort(numbers.begin(), numbers.end());
  EXPECT_EQ(numbers, (std::vector<int>{1, 2, 3}));
}

}  // namespace
}  // namespace tidemark
