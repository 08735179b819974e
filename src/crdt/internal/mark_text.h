// Marks and deltas: a text's delta with its marks as attributes, and the marks that a delta asks
// for.
#pragma once

#include <span>
#include <vector>

#include "crdt/marks.h"

namespace tidemark::crdt {

// What the key was given, or what is so of all others.
MarkType type_of(const MarkTypes& types, std::string_view key);

// kTooLarge if the attributes take more than the limits allow.
Result<Delta> delta_with_marks(const Text& text, const MarkReading& reading,
                               const MarkLimits& limits);

// What has to be written so that the text, in which the delta's inserts and removes are done,
// gets its attributes. What stands next to each other and is alike becomes one mark.
struct MarkedText {
  const Text& text;
  const MarkReading& reading;
  const MarkTypes& types;
  const MarkLimits& limits;
};
Result<std::vector<MarkChange>> changes_of_delta(std::span<const DeltaOp> delta,
                                                 const MarkedText& marked);

}  // namespace tidemark::crdt
