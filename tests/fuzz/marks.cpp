// Marks from strangers: whatever lies in the overlay of a text is a mark or is passed over, reading
// changes nothing, and what is marked and edited on top of it is the same for every replica.
//
//   input := varbytes update V1, edit...
//   edit  := byte verb, byte index, byte length, byte key
#include "crdt/marks.h"

#include <algorithm>
#include <array>

#include "crdt/undo.h"
#include "update_laws.h"

namespace tidemark::fuzz {
namespace {

const crdt::MarkTypes kTypes = {{"c", {crdt::MarkExpand::kNeither, true}},
                                {"k", {crdt::MarkExpand::kBoth, false}}};

struct Overlay {
  explicit Overlay(crdt::Doc& doc)
      : text(doc.text("t")),
        marks(doc, text, doc.array("tidemark:marks:t"), kTypes,
              {.max_attribute_bytes = size_t{1} << 16}),
        stack(doc, std::array<crdt::SharedType, 1>{text}, {.capture_timeout_ms = 0}),
        following(marks.follow(stack)) {}
  crdt::Text text;
  crdt::Marks marks;
  crdt::UndoStack stack;
  crdt::Subscription following;
};

crdt::MarkReading read(const Overlay& overlay) {
  crdt::MarkReading reading = overlay.marks.read();
  const uint32_t length = overlay.text.length();
  uint32_t first = 0;
  for (const crdt::MarkSpan& span : reading.spans) {
    require(span.first < span.end && span.end <= length, "a mark lies in the text");
    require(span.mark < reading.marks.size(), "a span has a mark");
    require(span.first >= first, "spans come by where they begin");
    first = span.first;
  }
  (void)overlay.marks.to_delta();
  return reading;
}

void edit(Overlay& overlay, Decoder& from) {
  const uint8_t verb = from.read_byte();
  const uint32_t length = overlay.text.length();
  const uint32_t index = from.read_byte() % (length + 1);
  const uint32_t count = std::min<uint32_t>(from.read_byte() % 16, length - index);
  const uint8_t name = from.read_byte();
  const std::string id = name % 2 == 0 ? "" : std::string(1, static_cast<char>('0' + name % 8));
  const std::string key(1, static_cast<char>('a' + name % 12));
  switch (verb % 7) {
    case 0: must(overlay.text.insert(index, "ab"), "text is written"); break;
    case 1: must(overlay.text.erase(index, count), "text is erased"); break;
    case 2: (void)overlay.marks.remove_id(key, id); break;
    case 3: (void)overlay.marks.add(index, count, {key, id, crdt::Any(crdt::Null{})}); break;
    case 4: overlay.stack.undo(); break;
    case 5: overlay.stack.redo(); break;
    default: (void)overlay.marks.add(index, count, {key, id, crdt::Any(true)}); break;
  }
}

void run(Bytes input) {
  Decoder from(input);
  crdt::Doc doc({.client_id = 7});
  if (!doc.apply_update(from.read_varbytes(), 0, kLimits)) return;
  Overlay overlay(doc);
  const Buffer before = doc.encode_state_as_update();
  read(overlay);
  require(doc.encode_state_as_update() == before, "reading changes nothing");
  for (int edits = 0; edits < 40 && !from.at_end(); ++edits) edit(overlay, from);
  require_sound(doc);
  if (doc.has_pending()) return;
  crdt::Doc replica({.client_id = 8});
  must(replica.apply_update(doc.encode_state_as_update()), "our V1 is applied");
  const crdt::MarkReading here = read(overlay);
  const crdt::MarkReading there = read(Overlay(replica));
  require(here.spans == there.spans, "marks are where they are for everybody");
}

}  // namespace
}  // namespace tidemark::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  tidemark::fuzz::run({bytes, size});
  return 0;
}
