#include "server/room.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "store/stored_doc.h"

namespace tidemark::server {

namespace {

using crdt::UpdateFormat;

// What we once accepted is read back without the limits that peers have.
constexpr crdt::UpdateLimits kOwnLimits = {.max_structs = uint64_t{1} << 40,
                                           .max_delete_ranges = uint64_t{1} << 40};

tl::unexpected<Error> damaged(const Error& error) {
  return failure(ErrorCode::kCorrupt, "the stored document does not load: " + error.detail);
}

}  // namespace

Result<std::unique_ptr<Room>> Room::load(Identity identity, store::DocumentStore& store,
                                         const Limits& limits) {
  std::unique_ptr<Room> room(new Room(std::move(identity), limits));
  const auto stored = store.load(room->name_);
  if (!stored) return tl::unexpected(stored.error());
  if (*stored) {
    if (auto applied = room->apply_stored(**stored); !applied) {
      return tl::unexpected(applied.error());
    }
  }
  return room;
}

Result<> Room::apply_stored(const store::StoredState& stored) {
  if (stored.snapshot) {
    const Buffer& state = stored.snapshot->state;
    if (auto applied = doc_.apply_update(state, 0, crdt::kOwnUpdateLimits); !applied)
      return damaged(applied.error());
    snapshot_bytes_ = state.size();
    last_id_ = stored.snapshot->covers;
  }
  for (const store::LogRow& row : stored.tail) {
    if (auto applied = doc_.apply_update(row.update, 0, crdt::kOwnUpdateLimits); !applied)
      return damaged(applied.error());
    ++tail_rows_;
    tail_bytes_ += row.update.size();
    last_id_ = row.id;
  }
  return {};
}

void Room::join(Session& session) {
  sessions_.push_back(&session);
  session.room = this;
}

void Room::leave(Session& session, Instant now) {
  std::erase(sessions_, &session);
  presence_.leave(session.id);
  if (sessions_.empty()) empty_since_ = now;
}

crdt::UpdateLimits Room::update_limits() const {
  return {.max_structs = limits_.sync.max_update_structs,
          .max_delete_ranges = limits_.sync.max_update_structs,
          .max_root_name_bytes = limits_.sync.max_root_name_bytes,
          .max_nesting = limits_.sync.max_nesting};
}

Result<bool> Room::contains(Bytes update) const {
  return crdt::contains_update(doc_.state_vector(), doc_.delete_set(), update, UpdateFormat::kV1,
                               update_limits());
}

// Structs that wait for others cost memory until those come, which may be never. Above the limit
// only updates are taken that begin where the document ends.
Result<> Room::check_pending(Bytes update) const {
  if (doc_.pending_bytes() < limits_.max_pending_bytes) return {};
  const auto meta = crdt::update_meta(update, UpdateFormat::kV1, update_limits());
  if (!meta) return tl::unexpected(meta.error());
  const crdt::StateVector state = doc_.state_vector();
  for (const auto& [client, clock] : meta->from.entries()) {
    if (clock > state.clock_of(client)) {
      return failure(ErrorCode::kTooLarge, "updates with gaps above max-pending-bytes");
    }
  }
  return {};
}

Result<Room::Taken> Room::take_update(Session& session, Bytes update, bool is_likely_known) {
  const auto counts = crdt::validate_update(update, UpdateFormat::kV1, update_limits());
  if (!counts) return tl::unexpected(counts.error());
  if (counts->structs == 0 && counts->deleted_ranges == 0) return Taken::kNothingNew;
  if (is_likely_known) {
    const auto known = contains(update);
    if (!known) return tl::unexpected(known.error());
    if (*known) return Taken::kNothingNew;
  }
  const Bytes body = update.first(update.size() - static_cast<size_t>(counts->trailing_bytes));
  if (auto checked = check_pending(body); !checked) return tl::unexpected(checked.error());
  if (auto applied = doc_.apply_update(body, session.id); !applied) {
    return tl::unexpected(applied.error());
  }
  updates_.push_back(copy_of(body));
  ++contributions_;
  ++session.contributed;
  return Taken::kNews;
}

const std::vector<Buffer>& Room::rows() {
  if (updates_.size() < 2) return updates_;
  const std::vector<Bytes> views(updates_.begin(), updates_.end());
  auto merged = crdt::merge_updates(views, UpdateFormat::kV1, kOwnLimits);
  // Each has been validated, but rows that cannot be merged are as good as one that can.
  if (merged) {
    updates_.clear();
    updates_.push_back(std::move(*merged));
  }
  return updates_;
}

void Room::committed(store::LogId last) {
  last_id_ = last;
  tail_rows_ += updates_.size();
  for (const Buffer& row : updates_) tail_bytes_ += row.size();
}

void Room::end_turn() {
  updates_.clear();
  contributions_ = 0;
  for (Session* session : sessions_) {
    session->contributed = 0;
    session->statuses.clear();
  }
}

bool Room::wants_compaction() const {
  // After each failure it waits until the tail is longer by as much again.
  const uint64_t patience = 1 + failed_compactions_;
  return last_id_ != store::kBeforeLog &&
         store::needs_compaction({.snapshot_bytes = snapshot_bytes_,
                                  .tail_rows = tail_rows_,
                                  .tail_bytes = tail_bytes_},
                                 {.rows = patience * limits_.compact_after_rows,
                                  .bytes = patience * limits_.compact_after_bytes});
}

Result<> Room::compact(store::DocumentStore& store, int64_t wall_ms) {
  TM_ASSERT(updates_.empty());
  const Buffer state = doc_.encode_state_as_update();
  auto replaced = store::replace_snapshot_checked(
      store,
      {.document = name_, .state = state, .covers = last_id_, .keep = 0, .time_ms = wall_ms});
  if (!replaced) {
    ++failed_compactions_;
    return replaced;
  }
  failed_compactions_ = 0;
  snapshot_bytes_ = state.size();
  tail_rows_ = 0;
  tail_bytes_ = 0;
  return {};
}

void Room::check() const {
  uint64_t contributed = 0;
  for (const Session* session : sessions_) {
    TM_ASSERT(session->room == this);
    TM_ASSERT(std::ranges::count(sessions_, session) == 1);
    contributed += session->contributed;
  }
  TM_ASSERT(contributed <= contributions_);
  TM_ASSERT(contributions_ == 0 || !updates_.empty());
  presence_.check();
}

}  // namespace tidemark::server
