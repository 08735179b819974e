#include "base/sort.h"

namespace tidemark {
namespace {

// Shorter runs are sorted by insertion.
constexpr size_t kRun = 8;

bool is_in_order(uint32_t count, PlaceLess less, const void* context) {
  for (uint32_t i = 1; i < count; ++i) {
    if (less(context, i, i - 1)) return false;
  }
  return true;
}

}  // namespace

std::vector<uint32_t> stable_order(uint32_t count, PlaceLess less, const void* context) {
  if (is_in_order(count, less, context)) return {};
  std::vector<uint32_t> order(count);
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t to = i;
    for (; to % kRun != 0 && less(context, i, order[to - 1]); --to) order[to] = order[to - 1];
    order[to] = i;
  }
  std::vector<uint32_t> merged(count > kRun ? count : 0);
  for (size_t width = kRun; width < count; width *= 2) {
    for (size_t start = 0; start < count; start += 2 * width) {
      size_t a = start;
      const size_t middle = std::min<size_t>(start + width, count);
      size_t b = middle;
      const size_t end = std::min<size_t>(start + 2 * width, count);
      for (size_t to = start; to < end; ++to) {
        const bool takes_b = b < end && (a == middle || less(context, order[b], order[a]));
        merged[to] = order[takes_b ? b++ : a++];
      }
    }
    order.swap(merged);
  }
  return order;
}

}  // namespace tidemark
