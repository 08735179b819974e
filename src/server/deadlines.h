// Who wants to be looked at, and when: one instant per id. Ties go by id, so that a run can be
// repeated exactly.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/instant.h"

namespace tidemark::server {

class Deadlines {
 public:
  // Replaces the id's instant; Instant::never() removes it.
  void put(uint64_t id, Instant at) {
    remove(id);
    if (at == Instant::never()) return;
    by_id_.emplace(id, at);
    by_time_.emplace(at, id);
  }
  void put_if_earlier(uint64_t id, Instant at) {
    const auto known = by_id_.find(id);
    if (known == by_id_.end() || at < known->second) put(id, at);
  }
  void remove(uint64_t id) {
    const auto known = by_id_.find(id);
    if (known == by_id_.end()) return;
    by_time_.erase({known->second, id});
    by_id_.erase(known);
  }
  // The first id that is due, which is then no longer known here.
  std::optional<uint64_t> take_due(Instant now) {
    if (by_time_.empty() || by_time_.begin()->first > now) return std::nullopt;
    const uint64_t id = by_time_.begin()->second;
    remove(id);
    return id;
  }
  Instant next() const { return by_time_.empty() ? Instant::never() : by_time_.begin()->first; }

 private:
  std::set<std::pair<Instant, uint64_t>> by_time_;
  std::unordered_map<uint64_t, Instant> by_id_;
};

}  // namespace tidemark::server
