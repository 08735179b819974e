// The two sides of an UndoStack at work: what transactions of a document did, as ranges of clocks,
// and how to do the opposite as Yjs 13.6 does.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "crdt/internal/document.h"
#include "crdt/internal/store/clock_ranges.h"
#include "crdt/undo.h"

namespace tidemark::crdt {

// What a step did. A unit is in the deletions of one step at most, because it is deleted once.
struct UndoStep {
  ClockRanges insertions;
  ClockRanges deletions;
  UndoMeta meta;
};

// Which units the steps of both sides deleted. Made when a map entry is redone for the first time
// and followed from then on: text never needs it.
class StackedDeletions {
 public:
  bool is_made() const { return is_made_; }
  std::vector<ClockRanges::Range> all() const;
  void make() { is_made_ = true; }
  void add(const ClockRanges::Range& range);
  void remove(const ClockRanges& ranges);
  bool contains(ClientIndex client, uint32_t clock) const;
  // Any of these units.
  bool touches(const ClockRanges::Range& range) const;

 private:
  bool is_made_ = false;
  std::map<std::pair<ClientIndex, uint32_t>, uint32_t> ends_;  // by the first unit of a range
};

class UndoHistory {
 public:
  UndoHistory(Document& document, std::optional<std::vector<BranchHandle>> scope,
              UndoOptions options);
  UndoHistory(const UndoHistory&) = delete;
  UndoHistory& operator=(const UndoHistory&) = delete;

  // Stops listening and lets go of what is kept, without anybody hearing of it. The document must
  // be alive.
  void release();

  // From the document: a transaction is over, nothing is collected yet.
  void hear(TransactionRecord& record);
  bool may_keep(BranchHandle branch, uint64_t origin) const {
    return is_tracked(origin) && is_in_scope(branch);
  }

  // Whether a step may bring back a unit of the deleted item.
  bool holds(const Item& item);
  // Cuts items so that each is wanted by a step as a whole or not at all.
  void cut_held(TransactionRecord& record);
  // Whether the transaction became part of a step as far as it concerns the type.
  bool has_captured(uint32_t epoch, BranchHandle branch) const {
    return captured_epoch_ == epoch && is_in_scope(branch);
  }

  using Side = UndoEvent::Side;
  bool pop(Side side);
  void clear(bool undo, bool redo);
  size_t count(Side side) const { return steps(side).size(); }

  void add_to_scope(BranchHandle branch);
  void track(Origin origin, bool is_wanted);
  void set_time(Instant now) { now_ = now; }
  void stop_capturing() { last_change_.reset(); }
  Origin origin() const { return origin_; }
  uint32_t number() const { return static_cast<uint32_t>(number_); }
  Document& document() const { return document_; }
  bool changed(BranchHandle branch) const;

 private:
  using Steps = std::vector<std::unique_ptr<UndoStep>>;
  friend class Redo;

  const Steps& steps(Side side) const { return side == Side::kUndo ? undo_ : redo_; }
  Steps& steps(Side side) { return side == Side::kUndo ? undo_ : redo_; }
  bool is_tracked(uint64_t origin) const;
  bool is_in_scope(BranchHandle branch) const;
  void note_scope();
  bool concerns(const TransactionRecord& record) const;
  void note(const TransactionRecord& record, UndoStep& step);
  void keep_deleted(TransactionRecord& record);
  void let_go(UndoStep& step);
  void let_go(Side side);
  ItemHandle latest(ItemHandle item);
  bool apply(UndoStep& step);
  void make_stacked();
  bool is_stacked_deletion(ClientIndex client, uint32_t clock);
  void release(const UndoStep& step);
  bool is_wanted(const TransactionRecord& record);
  void tell_restored();
  void emit(UndoEvent event);
  void end_telling();

  Document& document_;
  UndoOptions options_;
  uint64_t number_;  // among those who observe the document
  Origin origin_;
  std::optional<std::vector<BranchHandle>> scope_;  // nullopt: the whole document
  enum class Known : uint8_t { kNothing, kInside, kOutside };
  mutable std::vector<Known> known_;  // by type

  Steps undo_;
  Steps redo_;
  std::unique_ptr<UndoStep> current_;  // popped and had an effect
  std::optional<Side> popping_;
  StackedDeletions stacked_;
  uint32_t captured_epoch_ = 0;
  Instant now_;
  std::optional<Instant> last_change_;
  std::vector<BranchHandle> changed_;    // by the transaction that an event is about
  std::vector<RestoredUnits> restored_;  // by the step that is being popped
  // Steps that went while an event about one of them was told.
  Steps gone_;
  uint32_t telling_ = 0;  // events and questions whether to capture
};

}  // namespace tidemark::crdt
