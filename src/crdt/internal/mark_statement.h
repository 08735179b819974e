// What the overlay of a marked text holds: statements of marks, and statements of what undo brought
// back. How they are written, and how what a stranger wrote is read. docs/marks.md has the format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "crdt/array.h"
#include "crdt/marks.h"
#include "crdt/undo.h"
#include "crdt/value.h"

namespace tidemark::crdt {

// Of what is said of one unit the highest stamp counts. The client decides between those who did
// not know of each other, and the place in the overlay between what only a broken peer stamps
// alike.
struct Stamp {
  uint64_t counter = 0;
  uint64_t client = 0;
  size_t place = 0;  // not written
  friend auto operator<=>(const Stamp&, const Stamp&) = default;
};

struct MarkStatement {
  Mark mark;
  Stamp stamp;
  Any start;  // relative positions in bytes
  Any end;
};

struct CopyStatement {
  std::vector<RestoredUnits> copies;
  Stamp stamp;
};

// How many statements there ever were, the deleted ones too. Whoever stamps takes a higher counter
// than that, so no honest counter is above it, and nobody can use the counters up.
uint64_t statements_ever(const Array& overlay);
// For what this replica states next; for more at once, count on.
Stamp next_stamp(const Array& overlay);

// kInvalid for a mark without a key, or with anything longer than the limits let it be.
Result<> check_sizes(const Mark& mark, const MarkLimits& limits);

Any statement_to_json(const MarkStatement& statement);
Any statement_to_json(std::span<const RestoredUnits> copies, const Stamp& stamp);

// What lies at this place of the overlay; nullopt for what is not written like that. The anchors
// may be any bytes.
std::optional<MarkStatement> mark_statement(const Value& value, size_t place);
std::optional<CopyStatement> copy_statement(const Value& value, size_t place);

}  // namespace tidemark::crdt
