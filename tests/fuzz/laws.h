// What fuzz targets share: a law that must hold ends the program where it does not.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "base/result.h"

namespace tidemark::fuzz {

inline void require(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "broken law: %s\n", law);
  std::abort();
}

// The value of something that must not fail for the bytes at hand.
template <typename T>
T must(Result<T> result, const char* law) {
  if (!result) std::fprintf(stderr, "error: %s\n", result.error().detail.c_str());
  require(result.has_value(), law);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace tidemark::fuzz
