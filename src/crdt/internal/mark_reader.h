// Reads the overlay of a marked text, and finds which statements count where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "crdt/internal/mark_copies.h"
#include "crdt/internal/mark_statement.h"
#include "crdt/relative_position.h"

namespace tidemark::crdt {

class MarkReader {
 public:
  // The limits must outlive it. Nothing but statements() may be asked of a text that is not live.
  MarkReader(const Text& text, const Array& overlay, const MarkLimits& limits);

  void take_all();
  // What lies at this place of the overlay, if it is a statement that speaks of any unit.
  void take(const Value& value, size_t place);

  // All that were taken, whether they count or not.
  std::vector<MarkChange> statements() const;
  // What counts where. Nothing is left in the reader.
  MarkReading run();
  // The places in the overlay of those taken that a later one covers for good, ascending.
  std::vector<size_t> covered() const;
  // Of all in the overlay, what was said of this key and id between which anchors and was not taken
  // away between the same ones later, whether there is a unit left between them or not.
  std::vector<MarkStatement> said_of(std::string_view key, std::string_view id);

 private:
  struct Taken {
    MarkStatement statement;
    uint32_t first;
    uint32_t end;
  };
  using Slot = std::pair<std::string_view, std::string_view>;  // key and id
  // Of one slot, by where they begin, those that no other reaches around: the further back one
  // begins, the further back it ends.
  using Cover = std::map<uint32_t, size_t>;

  MarkCopies copies_in(std::span<const Value> statements) const;
  std::optional<MarkStatement> read(const Value& value, size_t place) const;
  std::optional<uint32_t> place_of(const Any& anchor);
  Slot slot(size_t taken) const;
  bool reaches_around(size_t outer, size_t inner) const;
  bool cover_or_extend(Cover& cover, size_t taken) const;
  void sweep(std::span<const size_t> slot_by_begin, std::vector<MarkSpan>& spans) const;
  void close(MarkSpan& span, uint32_t edge, std::vector<MarkSpan>& spans) const;

  Text text_;
  Array overlay_;
  const MarkLimits& limits_;
  uint64_t highest_counter_;
  RelativePosition end_;
  std::optional<MarkCopies> copies_;  // once somebody needs them
  std::vector<Taken> taken_;
};

}  // namespace tidemark::crdt
