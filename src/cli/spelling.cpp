#include "cli/spelling.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace tidemark::cli {

namespace {

// How many characters must be put in, taken out or replaced to make one of the other.
size_t distance(std::string_view from, std::string_view to) {
  std::vector<size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < from.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < to.size(); ++j) {
      const size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row[to.size()];
}

}  // namespace

std::string did_you_mean(std::string_view written, std::span<const std::string> candidates) {
  const std::string* nearest = nullptr;
  size_t least = 4;
  for (const std::string& candidate : candidates) {
    const size_t apart = distance(written, candidate);
    if (apart >= least || apart * 2 >= candidate.size()) continue;
    least = apart;
    nearest = &candidate;
  }
  return nearest == nullptr ? "" : "; did you mean " + *nearest + "?";
}

}  // namespace tidemark::cli
