#include "crdt/internal/undo_history.h"

#include <algorithm>

#include "base/assert.h"
#include "base/sort.h"
#include "crdt/internal/redo.h"
#include "crdt/internal/struct_walk.h"

namespace tidemark::crdt {

void StackedDeletions::add(const ClockRanges::Range& range) {
  if (is_made_) ends_[{range.client, range.first}] = range.end;
}

void StackedDeletions::remove(const ClockRanges& ranges) {
  if (!is_made_) return;
  for (const ClockRanges::Range& range : ranges.ranges()) {
    ends_.erase(ends_.lower_bound({range.client, range.first}),
                ends_.lower_bound({range.client, range.end}));
  }
}

bool StackedDeletions::contains(ClientIndex client, uint32_t clock) const {
  const auto above = ends_.upper_bound({client, clock});
  if (above == ends_.begin()) return false;
  const auto& [start, end] = *std::prev(above);
  return start.first == client && clock < end;
}

std::vector<ClockRanges::Range> StackedDeletions::all() const {
  std::vector<ClockRanges::Range> ranges;
  ranges.reserve(ends_.size());
  for (const auto& [start, end] : ends_) ranges.push_back({start.first, start.second, end});
  return ranges;
}

bool StackedDeletions::touches(const ClockRanges::Range& range) const {
  const auto below_end = ends_.lower_bound({range.client, range.end});
  if (below_end == ends_.begin()) return false;
  const auto& [start, end] = *std::prev(below_end);
  return start.first == range.client && end > range.first;
}

UndoHistory::UndoHistory(Document& document, std::optional<std::vector<BranchHandle>> scope,
                         UndoOptions options)
    : document_(document), options_(std::move(options)), scope_(std::move(scope)) {
  Observers::Entry entry{};
  entry.kind = Observers::Kind::kHistory;
  entry.branch = kNone;
  entry.history = this;
  number_ = document_.observers().add(std::move(entry));
  // A number that no application chooses.
  origin_ = options_.origin.value_or(~number_);
  track(origin_, true);
  if (scope_) note_scope();
}

void UndoHistory::release() {
  const bool no_call_of_the_stack_is_under_way = telling_ == 0 && !popping_ && !current_;
  TM_ASSERT(no_call_of_the_stack_is_under_way);
  document_.observers().remove(number_);
  if (undo_.empty() && redo_.empty()) return;
  const bool joins = document_.is_open();
  document_.begin(0);
  if (!joins) document_.open().is_quiet = true;
  let_go(Side::kUndo);
  let_go(Side::kRedo);
  document_.end();
}

bool UndoHistory::is_tracked(uint64_t origin) const {
  const auto& tracked = options_.tracked_origins;
  return std::find(tracked.begin(), tracked.end(), origin) != tracked.end();
}

void UndoHistory::track(Origin origin, bool is_wanted) {
  std::erase(options_.tracked_origins, origin);
  if (is_wanted) options_.tracked_origins.push_back(origin);
}

void UndoHistory::add_to_scope(BranchHandle branch) {
  if (!scope_) return;
  scope_->push_back(branch);
  note_scope();
}

bool UndoHistory::is_in_scope(BranchHandle branch) const {
  if (!scope_) return true;
  const StructStore& store = document_.store;
  known_.resize(store.branches.size(), Known::kNothing);
  BranchHandle at = branch;
  while (at != kNone && known_[at] == Known::kNothing) {
    const ItemHandle holder = store.branches[at].item;
    at = holder == kNone ? kNone : store.items[holder].parent;
  }
  // All on the way there are in the same place.
  const Known known = at == kNone ? Known::kOutside : known_[at];
  for (BranchHandle below = branch; below != at;) {
    known_[below] = known;
    const ItemHandle holder = store.branches[below].item;
    below = holder == kNone ? kNone : store.items[holder].parent;
  }
  return known == Known::kInside;
}

void UndoHistory::note_scope() {
  known_.assign(document_.store.branches.size(), Known::kNothing);
  for (const BranchHandle branch : *scope_) known_[branch] = Known::kInside;
}

bool UndoHistory::concerns(const TransactionRecord& record) const {
  return !scope_ || std::any_of(record.told.begin(), record.told.end(),
                                [this](BranchHandle branch) { return is_in_scope(branch); });
}

bool UndoHistory::changed(BranchHandle branch) const {
  const StructStore& store = document_.store;
  for (BranchHandle at : changed_) {
    while (at != kNone && at != branch) {
      const ItemHandle holder = store.branches[at].item;
      at = holder == kNone ? kNone : store.items[holder].parent;
    }
    if (at == branch) return true;
  }
  return false;
}

bool UndoHistory::is_wanted(const TransactionRecord& record) {
  if (!options_.captures) return true;
  ++telling_;
  const bool is_wanted = options_.captures({record.origin, record.is_local});
  end_telling();
  return is_wanted;
}

void UndoHistory::hear(TransactionRecord& record) {
  if (record.is_quiet) return;
  if (!is_wanted(record)) return;
  if (popping_) changed_ = record.told;
  if (!concerns(record) || !is_tracked(record.origin)) return;
  const Side side = popping_ == Side::kUndo ? Side::kRedo : Side::kUndo;
  if (popping_ == Side::kUndo) {
    stop_capturing();
  } else if (!popping_) {
    clear(false, true);
  }
  Steps& to = steps(side);
  const bool joins = !popping_ && !to.empty() && last_change_ &&
                     now_ - *last_change_ < options_.capture_timeout_ms;
  if (!joins) to.push_back(std::make_unique<UndoStep>());
  UndoStep& step = *to.back();
  note(record, step);
  captured_epoch_ = record.epoch;
  if (!popping_) last_change_ = now_;
  keep_deleted(record);
  if (!document_.observers().has(Observers::Kind::kUndoEvent)) return;
  changed_ = record.told;
  UndoEvent event{joins ? UndoEvent::Kind::kUpdated : UndoEvent::Kind::kAdded, side};
  event.origin = record.origin;
  event.meta = &step.meta;
  emit(event);
}

// What the transaction did becomes part of the step.
void UndoHistory::note(const TransactionRecord& record, UndoStep& step) {
  const auto add = [&](const TransactionRecord::Touched& touched) {
    uint32_t first = touched.before;
    for (const ClockRanges::Range& aside : record.aside) {
      if (aside.client != touched.client) continue;
      if (first < aside.first) step.insertions.add({touched.client, first, aside.first});
      first = aside.end;
    }
    if (first < touched.after) step.insertions.add({touched.client, first, touched.after});
  };
  if (record.own_touched == 1) {
    add(record.touched.front());
  } else if (record.own_touched > 1) {
    // In the order in which the clients came, as in Yjs. Of who was only waited for it knows
    // nothing.
    std::vector<TransactionRecord::Touched> touched(
        record.touched.begin(),
        record.touched.begin() + static_cast<std::ptrdiff_t>(record.own_touched));
    const auto arrival_of = [this](const TransactionRecord::Touched& entry) {
      return document_.store.clients[entry.client].arrival;
    };
    compact_sort(touched.begin(), touched.end(), [arrival_of](const auto& a, const auto& b) {
      return arrival_of(a) < arrival_of(b);
    });
    std::for_each(touched.begin(), touched.end(), add);
  }
  for (const ClientIndex client : record.deleted_clients) {
    for (const TransactionRecord::Deleted& deleted : record.deleted_of(client)) {
      const ClockRanges::Range range{client, deleted.clock, deleted.clock + deleted.len};
      step.deletions.add(range);
      stacked_.add(range);
    }
  }
}

void UndoHistory::keep_deleted(TransactionRecord& record) {
  for (const ClientIndex client : record.deleted_clients) {
    for (const TransactionRecord::Deleted& deleted : record.deleted_of(client)) {
      for_each_struct(document_.store, record, {client, deleted.clock, deleted.clock + deleted.len},
                      [this](ItemHandle handle) {
                        const Item& item = document_.store.items[handle];
                        if (item.is_gc() || !is_in_scope(item.parent)) return;
                        document_.store.keep(handle, true);
                      });
    }
  }
}

void UndoHistory::let_go(UndoStep& step) {
  step.deletions.normalize();
  stacked_.remove(step.deletions);
  release(step);
  for (const ClockRanges::Range& range : step.deletions.ranges()) {
    for_each_struct(document_.store, document_.open(), range, [this](ItemHandle handle) {
      const Item& item = document_.store.items[handle];
      if (item.is_gc() || !is_in_scope(item.parent)) return;
      document_.store.keep(handle, false);
    });
  }
}

void UndoHistory::let_go(Side side) {
  Steps going = std::exchange(steps(side), {});
  for (const auto& step : going) let_go(*step);
  if (telling_ == 0) return;
  for (auto& step : going) gone_.push_back(std::move(step));
}

void UndoHistory::clear(bool undo, bool redo) {
  if (!(undo && !undo_.empty()) && !(redo && !redo_.empty())) return;
  document_.begin(0);
  if (undo) let_go(Side::kUndo);
  if (redo) let_go(Side::kRedo);
  UndoEvent event{UndoEvent::Kind::kCleared};
  event.is_undo_cleared = undo;
  event.is_redo_cleared = redo;
  emit(event);
  document_.end();
}

bool UndoHistory::pop(Side side) {
  if (popping_ || current_ || telling_ > 0) return false;
  popping_ = side;
  changed_.clear();
  document_.begin(origin_);
  Steps& from = steps(side);
  while (!from.empty() && !current_) {
    std::unique_ptr<UndoStep> step = std::move(from.back());
    from.pop_back();
    step->insertions.normalize();
    step->deletions.normalize();
    stacked_.remove(step->deletions);
    release(*step);
    if (apply(*step)) current_ = std::move(step);
  }
  tell_restored();
  document_.end();
  popping_.reset();
  if (!current_) return false;
  UndoEvent event{UndoEvent::Kind::kPopped, side};
  event.origin = origin_;
  event.meta = &current_->meta;
  emit(event);
  current_.reset();
  return true;
}

// What begins where the item's first unit is now.
ItemHandle UndoHistory::latest(ItemHandle handle) {
  const StructStore& store = document_.store;
  const Item& item = store.items[handle];
  const PositionIndex::Place place = store.latest({item.client(), item.clock});
  const Item& now = store.items[place.item];
  if (place.offset == 0) return place.item;
  return document_.item_at({now.client(), now.clock + place.offset});
}

bool UndoHistory::apply(UndoStep& step) {
  const StructStore& store = document_.store;
  std::vector<ItemHandle> doomed;
  std::vector<ItemHandle> wanted;
  for (const ClockRanges::Range& range : step.insertions.ranges()) {
    // The document makes these cuts: a value of a key may be more than a cut to it.
    document_.item_at({range.client, range.first});
    if (range.end < store.clients[range.client].state) document_.item_at({range.client, range.end});
    for_each_struct(document_.store, document_.open(), range, [&](ItemHandle handle) {
      if (store.items[handle].has(Item::kRedone)) handle = latest(handle);
      const Item& item = store.items[handle];
      if (!item.is_deleted() && is_in_scope(item.parent)) doomed.push_back(handle);
    });
  }
  for (const ClockRanges::Range& range : step.deletions.ranges()) {
    for_each_struct(document_.store, document_.open(), range, [&](ItemHandle handle) {
      const Item& item = store.items[handle];
      if (item.is_gc() || !is_in_scope(item.parent)) return;
      // What came and went within the step stays away.
      if (!step.insertions.contains(item.client(), item.clock)) wanted.push_back(handle);
    });
  }
  Redo redo(*this, step.insertions, std::move(wanted));
  bool has_effect = redo.run();
  restored_.insert(restored_.end(), redo.restored().begin(), redo.restored().end());
  // Backwards, so that a filter sees children before the types that they are in.
  for (size_t i = doomed.size(); i-- > 0;) {
    if (options_.may_delete && !options_.may_delete({document_, doomed[i]})) continue;
    document_.erase(doomed[i]);
    has_effect = true;
  }
  return has_effect;
}

void UndoHistory::make_stacked() {
  if (stacked_.is_made()) return;
  stacked_.make();
  for (Steps* steps : {&undo_, &redo_}) {
    for (const auto& step : *steps) {
      step->deletions.normalize();
      for (const ClockRanges::Range& range : step->deletions.ranges()) stacked_.add(range);
    }
  }
}

bool UndoHistory::is_stacked_deletion(ClientIndex client, uint32_t clock) {
  make_stacked();
  return stacked_.contains(client, clock);
}

bool UndoHistory::holds(const Item& item) {
  if (!is_in_scope(item.parent)) return false;
  make_stacked();
  return stacked_.touches({item.client(), item.clock, item.end_clock()});
}

void UndoHistory::cut_held(TransactionRecord& record) {
  make_stacked();
  for (const ClockRanges::Range& range : stacked_.all()) {
    for_each_struct(document_.store, record, range, [](ItemHandle) {});
  }
}

// The step's deletions are for garbage collection, if it wants to know.
void UndoHistory::release(const UndoStep& step) {
  if (document_.options().gc.rule() != GcPolicy::Rule::kForUndo) return;
  const std::span<const ClockRanges::Range> ranges = step.deletions.ranges();
  std::vector<ClockRanges::Range>& let_go = document_.open().let_go;
  let_go.insert(let_go.end(), ranges.begin(), ranges.end());
}

void UndoHistory::tell_restored() {
  const std::vector<RestoredUnits> restored = std::exchange(restored_, {});
  if (restored.empty()) return;
  const ClientIndex own = document_.store.find_client(document_.client_id());
  const uint32_t before = document_.store.clients[own].state;
  document_.observers().call(
      Observers::Kind::kRestore, static_cast<uint32_t>(number_),
      [&restored](const Observers::Entry& entry) { entry.on_restore(restored); });
  const uint32_t after = document_.store.clients[own].state;
  // It stays true of what came back. Undone and redone, it would come back a copy more each time.
  if (after > before) document_.open().aside.push_back({own, before, after});
}

void UndoHistory::emit(UndoEvent event) {
  event.history = this;
  ++telling_;
  document_.observers().call(Observers::Kind::kUndoEvent, static_cast<uint32_t>(number_),
                             [&](const Observers::Entry& entry) { entry.on_undo(event); });
  end_telling();
}

void UndoHistory::end_telling() {
  if (--telling_ == 0) gone_.clear();
}

}  // namespace tidemark::crdt
