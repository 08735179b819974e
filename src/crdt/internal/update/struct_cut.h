// Cutting a struct view in two, as Yjs splits items: in UTF-16 units, where a cut between the two
// halves of an astral character leaves U+FFFD on both sides.
#pragma once

#include <cstdint>

#include "crdt/internal/update/struct_view.h"

namespace tidemark::crdt {

// Drops the first `offset` units; 0 < offset < view.len. An item then has the unit before it as
// origin and inherits its parent from there.
void slice(StructView& view, uint64_t offset);
// ... where it is known how many bytes of text or payload these units take, and that the cut is not
// inside a character.
void slice(StructView& view, uint64_t offset, size_t bytes);

// Keeps the first `len` units; 0 < len < view.len.
void truncate(StructView& view, uint64_t len);

}  // namespace tidemark::crdt
