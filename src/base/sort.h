// Sorting for code that is also the wasm module. There each instance of std::sort is two kilobytes,
// so all share one routine that sorts numbers of places by asking; elsewhere it is std::sort.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

namespace tidemark {

// Whether the element at the first place goes before that at the second one.
using PlaceLess = bool (*)(const void* context, uint32_t a, uint32_t b);

// The places 0 to count in their order, equal ones as they lie; empty if all lie in order.
std::vector<uint32_t> stable_order(uint32_t count, PlaceLess less, const void* context);

// Stable, in O(n log n) with O(n) memory; what lies in order is only looked at.
template <typename Iterator, typename Less>
void sort_by_order(Iterator first, Iterator last, const Less& less) {
  struct Asked {
    Iterator first;
    const Less& less;
  };
  const Asked asked{first, less};
  const auto at = [](Iterator from, uint32_t place) -> decltype(auto) {
    return from[static_cast<std::ptrdiff_t>(place)];
  };
  const PlaceLess compare = [](const void* context, uint32_t a, uint32_t b) {
    const auto& of = *static_cast<const Asked*>(context);
    return static_cast<bool>(of.less(of.first[static_cast<std::ptrdiff_t>(a)],
                                     of.first[static_cast<std::ptrdiff_t>(b)]));
  };
  std::vector<uint32_t> order = stable_order(static_cast<uint32_t>(last - first), compare, &asked);
  // Along each cycle of places, so that each element moves once.
  for (uint32_t start = 0; start < order.size(); ++start) {
    if (order[start] == start) continue;
    auto held = std::move(at(first, start));
    uint32_t to = start;
    for (uint32_t from = order[to]; from != start; from = order[to]) {
      at(first, to) = std::move(at(first, from));
      order[to] = to;
      to = from;
    }
    at(first, to) = std::move(held);
    order[to] = to;
  }
}

template <typename Iterator, typename Less = std::less<>>
void compact_sort(Iterator first, Iterator last, Less less = {}) {
#ifdef __wasm__
  sort_by_order(first, last, less);
#else
  std::sort(first, last, less);
#endif
}

// What lies in order is only looked at.
template <typename Iterator, typename Less>
void compact_stable_sort(Iterator first, Iterator last, Less less) {
#ifdef __wasm__
  sort_by_order(first, last, less);
#else
  if (!std::is_sorted(first, last, less)) std::stable_sort(first, last, less);
#endif
}

}  // namespace tidemark
