// Places in lists and texts that stay where they are while others edit: they name a unit of content
// (or the type, at its end) instead of an index. Cursors, comments and anchors are made of these,
// with the bytes and the JSON of Yjs, so that every peer finds the same place.
//
//   position := varuint 0, id of a unit | varuint 1, varstring root-name | varuint 2, id of a type;
//               varint assoc       absent in very old bytes, which means 0
//   id       := varuint client, varuint clock
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "crdt/doc.h"
#include "crdt/id.h"

namespace tidemark::crdt {

// Equality is that of Yjs: field by field. Of a position that names a unit, the bytes leave the
// type out, so it differs from what its own bytes decode to.
struct RelativePosition {
  std::optional<Id> type = {};           // the item that holds the type, unless that is a root
  std::optional<std::string> root = {};  // the root's name: `tname` of Yjs
  std::optional<Id> item = {};           // absent at the end (at the start, for an assoc below 0)
  // Below 0 the unit before the place is the one that counts, else the one after it. Bytes and JSON
  // have room for 53 bits of it and its sign.
  int64_t assoc = 0;
  friend bool operator==(const RelativePosition&, const RelativePosition&) = default;
};

struct AbsolutePosition {
  SharedType type;
  uint32_t index = 0;
  int64_t assoc = 0;
};

// The place before unit `index` of a list or text; an index beyond the end is the end. nullopt if
// the type was deleted and collected. O(log n), as is finding the place again.
std::optional<RelativePosition> relative_position(const SharedType& type, uint32_t index,
                                                  int64_t assoc = 0);

// Where the place is now. A unit that was deleted leaves the place where it stood; one that undo
// brought back is where its copy is, if `follows_redone`. nullopt if the document has not seen the
// unit or the type, or has collected it with the type it was in, or if the root's name is not
// UTF-8 or is the reserved kFugueMaxRoot. A root is created on being named, as by Doc::root().
std::optional<AbsolutePosition> absolute_position(Doc& doc, const RelativePosition& position,
                                                  bool follows_redone = true);

// ... for whoever has a handle: its SharedType::document().
std::optional<AbsolutePosition> absolute_position(Document& document,
                                                  const RelativePosition& position,
                                                  bool follows_redone = true);

// The position must name something.
Buffer encode_relative_position(const RelativePosition& position);
// kMalformed if the bytes name nothing. Bytes after the end are ignored.
Result<RelativePosition> decode_relative_position(Bytes bytes);

// {type?: {client, clock}, tname?, item?: {client, clock}, assoc}
Any to_json(const RelativePosition& position);
// kInvalid for what is not such an object, or names nothing.
Result<RelativePosition> relative_position_from_json(const Any& json);

}  // namespace tidemark::crdt
