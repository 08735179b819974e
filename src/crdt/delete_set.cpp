#include "crdt/delete_set.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/sort.h"

namespace tidemark::crdt {
namespace {

// Beyond this many clients, out-of-order ones are appended and sorted later: updates name clients
// descending, and inserting each at the front would be quadratic.
constexpr size_t kMaxSortedInsert = 32;

bool is_sorted_and_joined(const std::vector<ClockRange>& ranges) {
  for (size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].first <= ranges[i - 1].end) return false;
  }
  return true;
}

void sort_and_join(std::vector<ClockRange>& ranges) {
  if (is_sorted_and_joined(ranges)) return;
  compact_sort(ranges.begin(), ranges.end(),
               [](const ClockRange& a, const ClockRange& b) { return a.first < b.first; });
  size_t kept = 0;
  for (const ClockRange& range : ranges) {
    if (kept > 0 && range.first <= ranges[kept - 1].end) {
      ranges[kept - 1].end = std::max(ranges[kept - 1].end, range.end);
    } else {
      ranges[kept++] = range;
    }
  }
  ranges.resize(kept);
}

struct V1Ranges {
  static ClockRange read(Decoder& from, uint64_t) {
    const uint64_t clock = from.read_varuint();
    return {clock, clock + from.read_varuint()};
  }
  static void write(Encoder& to, const ClockRange& range, uint64_t) {
    to.write_varuint(range.first);
    to.write_varuint(range.len());
  }
};

struct V2Ranges {
  static ClockRange read(Decoder& from, uint64_t previous_end) {
    const uint64_t clock = previous_end + from.read_varuint();
    return {clock, clock + from.read_varuint() + 1};
  }
  static void write(Encoder& to, const ClockRange& range, uint64_t previous_end) {
    to.write_varuint(range.first - previous_end);
    to.write_varuint(range.len() - 1);
  }
};

template <typename Ranges>
void encode(Encoder& to, const DeleteSet& set) {
  const std::span<const DeleteSet::Client> clients = set.clients();
  to.write_varuint(clients.size());
  for (auto client = clients.rbegin(); client != clients.rend(); ++client) {
    to.write_varuint(client->id);
    to.write_varuint(client->ranges.size());
    uint64_t previous_end = 0;
    for (const ClockRange& range : client->ranges) {
      Ranges::write(to, range, previous_end);
      previous_end = range.end;
    }
  }
}

template <typename Ranges>
bool decode(Decoder& from, DeleteSet& set, uint64_t ranges_left, bool* has_too_many) {
  for (uint64_t clients = from.read_count(2); clients > 0; --clients) {
    const uint64_t client = from.read_varuint();
    uint64_t ranges = from.read_count(2);
    if (ranges > ranges_left) {
      if (has_too_many != nullptr) *has_too_many = true;
      return from.fail(), false;
    }
    ranges_left -= ranges;
    for (uint64_t previous_end = 0; ranges > 0; --ranges) {
      const ClockRange range = Ranges::read(from, previous_end);
      if (range.end > kMaxSafeInteger) from.fail();
      if (!from.ok()) return false;
      if (range.len() > 0) set.add(client, range.first, range.len());
      previous_end = range.end;
    }
  }
  set.normalize();
  return from.ok();
}

}  // namespace

DeleteSet::Client& DeleteSet::client_for_writing(uint64_t id) {
  if (last_ < used_ && clients_[last_].id == id) return clients_[last_];
  if (are_clients_sorted_) {
    if (const Client* known = find(id)) {
      last_ = static_cast<size_t>(known - clients_.data());
      return clients_[last_];
    }
  }
  if (used_ == clients_.size()) clients_.emplace_back();
  last_ = used_++;
  clients_[last_].id = id;
  clients_[last_].ranges.clear();
  if (last_ == 0 || clients_[last_ - 1].id < id) return clients_[last_];
  if (last_ >= kMaxSortedInsert) {
    are_clients_sorted_ = false;
  } else if (are_clients_sorted_) {
    for (; last_ > 0 && clients_[last_ - 1].id > id; --last_) {
      std::swap(clients_[last_ - 1], clients_[last_]);
    }
  }
  return clients_[last_];
}

const DeleteSet::Client* DeleteSet::find(uint64_t id) const {
  const std::span<const Client> all = clients();
  const auto at =
      std::lower_bound(all.begin(), all.end(), id,
                       [](const Client& client, uint64_t key) { return client.id < key; });
  return at != all.end() && at->id == id ? &*at : nullptr;
}

void DeleteSet::add(uint64_t client, uint64_t clock, uint64_t len) {
  TM_ASSERT(len > 0);
  std::vector<ClockRange>& ranges = client_for_writing(client).ranges;
  if (!ranges.empty() && ranges.back().end == clock) {
    ranges.back().end = clock + len;
    return;
  }
  if (!ranges.empty() && clock < ranges.back().end) are_ranges_normal_ = false;
  ranges.push_back({clock, clock + len});
}

void DeleteSet::add(const DeleteSet& other) {
  for (const Client& client : other.clients()) {
    for (const ClockRange& range : client.ranges) add(client.id, range.first, range.len());
  }
}

void DeleteSet::normalize() {
  if (!are_clients_sorted_) sort_clients();
  if (are_ranges_normal_) return;
  for (size_t i = 0; i < used_; ++i) sort_and_join(clients_[i].ranges);
  are_ranges_normal_ = true;
}

void DeleteSet::sort_clients() {
  const auto end = clients_.begin() + static_cast<std::ptrdiff_t>(used_);
  compact_stable_sort(clients_.begin(), end,
                      [](const Client& a, const Client& b) { return a.id < b.id; });
  size_t kept = 0;
  for (size_t i = 0; i < used_; ++i) {
    if (kept > 0 && clients_[kept - 1].id == clients_[i].id) {
      auto& into = clients_[kept - 1].ranges;
      into.insert(into.end(), clients_[i].ranges.begin(), clients_[i].ranges.end());
      are_ranges_normal_ = false;
    } else {
      if (kept != i) std::swap(clients_[kept], clients_[i]);
      ++kept;
    }
  }
  used_ = kept;
  last_ = used_;
  are_clients_sorted_ = true;
}

bool DeleteSet::contains(uint64_t client, uint64_t clock) const {
  const std::span<const ClockRange> ranges = ranges_of(client);
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), clock,
                       [](uint64_t key, const ClockRange& range) { return key < range.first; });
  return after != ranges.begin() && clock < (after - 1)->end;
}

bool DeleteSet::contains(const DeleteSet& other) const {
  for (const Client& client : other.clients()) {
    const std::span<const ClockRange> ranges = ranges_of(client.id);
    size_t at = 0;
    for (const ClockRange& range : client.ranges) {
      while (at < ranges.size() && ranges[at].end < range.end) ++at;
      if (at == ranges.size() || range.first < ranges[at].first) return false;
    }
  }
  return true;
}

std::span<const ClockRange> DeleteSet::ranges_of(uint64_t client) const& {
  const Client* known = find(client);
  return known == nullptr ? std::span<const ClockRange>{} : known->ranges;
}

std::vector<ClockRange> DeleteSet::ranges_of(uint64_t client) && {
  const std::span<const ClockRange> ranges = std::as_const(*this).ranges_of(client);
  return {ranges.begin(), ranges.end()};
}

std::vector<DeleteSet::Client> DeleteSet::clients() && {
  clients_.resize(used_);
  clear();
  return std::move(clients_);
}

size_t DeleteSet::range_count() const {
  size_t count = 0;
  for (const Client& client : clients()) count += client.ranges.size();
  return count;
}

void DeleteSet::clear() {
  used_ = 0;
  last_ = 0;
  are_clients_sorted_ = true;
  are_ranges_normal_ = true;
}

bool operator==(const DeleteSet& a, const DeleteSet& b) {
  return std::equal(a.clients().begin(), a.clients().end(), b.clients().begin(), b.clients().end(),
                    [](const DeleteSet::Client& x, const DeleteSet::Client& y) {
                      return x.id == y.id && x.ranges == y.ranges;
                    });
}

void encode_delete_set_v1(Encoder& to, const DeleteSet& set) { encode<V1Ranges>(to, set); }
void encode_delete_set_v2(Encoder& to, const DeleteSet& set) { encode<V2Ranges>(to, set); }

bool decode_delete_set_v1(Decoder& from, DeleteSet& set, uint64_t max_ranges, bool* has_too_many) {
  return decode<V1Ranges>(from, set, max_ranges, has_too_many);
}

bool decode_delete_set_v2(Decoder& from, DeleteSet& set, uint64_t max_ranges, bool* has_too_many) {
  return decode<V2Ranges>(from, set, max_ranges, has_too_many);
}

}  // namespace tidemark::crdt
