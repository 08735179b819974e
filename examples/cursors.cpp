// Cursors and comments that stay where they are while others edit: relative positions name a unit
// of content instead of an index. Indices count UTF-16 units, as JavaScript does.
#include <cstdio>

#include "crdt/doc.h"
#include "crdt/relative_position.h"

using namespace tidemark;
using namespace tidemark::crdt;

int main() {
  Doc ann({.client_id = 1});
  Doc ben({.client_id = 2});
  Text text = ann.text("note");
  (void)text.insert(0, "red green blue");
  (void)ben.apply_update(ann.encode_state_as_update());

  // Ann's cursor stands before "green". As bytes it may travel with presence, or be stored.
  const std::optional<RelativePosition> cursor = relative_position(text, 4);
  if (!cursor) return 1;
  const Buffer bytes = encode_relative_position(*cursor);

  // Ben writes in front of it; the grinning face takes two units.
  (void)ben.text("note").insert(0, "\xF0\x9F\x98\x80 colours: ");

  const Result<RelativePosition> received = decode_relative_position(bytes);
  if (!received) return 1;
  const std::optional<AbsolutePosition> place = absolute_position(ben, *received);
  if (!place) return 1;
  std::printf("the cursor is at %u of \"%s\"\n", place->index,
              ben.text("note").to_string().c_str());

  // What it stood before is deleted: it stays where that was.
  (void)ben.text("note").erase(place->index, 6);
  std::printf("then at %u of \"%s\"\n", absolute_position(ben, *received)->index,
              ben.text("note").to_string().c_str());
  return 0;
}
