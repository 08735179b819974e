// Snapshots and relative positions from strangers, on a document from strangers: what decodes says
// the same again, and whatever is read by it leaves the document as it was.
//
//   input := varbytes update V1, varbytes snapshot V1, varbytes snapshot V2, relative position
#include "crdt/snapshot.h"

#include "crdt/relative_position.h"
#include "update_laws.h"

namespace tidemark::fuzz {
namespace {

crdt::Snapshot snapshot_in(Decoder& from, crdt::UpdateFormat format) {
  const Result<crdt::Snapshot> read = decode_snapshot(from.read_varbytes(), format, kLimits);
  if (!read) return {};
  require(decode_snapshot(encode_snapshot(*read, format), format).value() == *read,
          "a snapshot comes back from its bytes");
  return *read;
}

void read_at(crdt::Doc& doc, const crdt::Snapshot& at, const crdt::Snapshot& before) {
  for (const std::string& name : doc.root_names()) {
    const crdt::SharedType type = doc.root(name, crdt::TypeRef::kText);
    values_at(type, at);
    entries_at(type, at);
    if (const auto text = type.as<crdt::Text>()) delta_between(*text, at, before);
  }
  const Result<crdt::Doc> restored = doc_from_snapshot(doc, at, {.client_id = 3});
  if (restored) require_sound(*restored);
}

void find_place(crdt::Doc& doc, Bytes bytes) {
  const Result<crdt::RelativePosition> position = crdt::decode_relative_position(bytes);
  if (!position) return;
  require(crdt::decode_relative_position(encode_relative_position(*position)).value() == *position,
          "a relative position comes back from its bytes");
  const std::optional<crdt::AbsolutePosition> place = absolute_position(doc, *position);
  if (!place) return;
  require(place->index <= place->type.length() + 1, "a place is in its type");
  relative_position(place->type, place->index, position->assoc);
}

void run(Bytes input) {
  Decoder from(input);
  crdt::Doc doc({.gc = crdt::GcPolicy::never()});
  if (!doc.apply_update(from.read_varbytes(), 0, kLimits)) return;
  const Buffer before = doc.encode_state_as_update();
  const crdt::Snapshot one = snapshot_in(from, crdt::UpdateFormat::kV1);
  read_at(doc, one, snapshot_in(from, crdt::UpdateFormat::kV2));
  require(doc.encode_state_as_update() == before, "reading changes nothing");
  find_place(doc, from.read_rest());
  require_sound(doc);
}

}  // namespace
}  // namespace tidemark::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  tidemark::fuzz::run({bytes, size});
  return 0;
}
