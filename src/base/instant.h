// Time as an argument. Pure code receives instants and never asks for them.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace tidemark {

// Milliseconds on a clock that never goes back; its zero means nothing.
struct Instant {
  int64_t ms = 0;

  friend auto operator<=>(Instant, Instant) = default;
  friend Instant operator+(Instant at, int64_t later_ms) { return {at.ms + later_ms}; }
  friend int64_t operator-(Instant a, Instant b) { return a.ms - b.ms; }

  static constexpr Instant never() { return {std::numeric_limits<int64_t>::max()}; }
};

}  // namespace tidemark
