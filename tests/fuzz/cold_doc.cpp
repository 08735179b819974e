// Idle documents and state vectors from strangers: a cold document says and takes what a document
// does, in either format.
//
//   input := byte format (V2 if odd), varbytes state vector, varbytes update, update
#include "crdt/cold_doc.h"

#include "update_laws.h"

namespace tidemark::fuzz {
namespace {

crdt::StateVector vector_in(Decoder& from) {
  const Result<crdt::StateVector> vector = crdt::decode_state_vector(from.read_varbytes());
  if (!vector) return {};
  require(crdt::decode_state_vector(Bytes(encode_state_vector(*vector))).value() == *vector,
          "a state vector comes back from its bytes");
  return *vector;
}

// What each of the two holds, and what one lacks who has this vector.
void compare(const crdt::ColdDoc& cold, const crdt::StateVector& known) {
  const crdt::UpdateFormat format = cold.format();
  must(crdt::validate_update(cold.update(), format), "what is kept is valid");
  must(crdt::validate_update(cold.encode_state_as_update(format, known), format),
       "what is lacked is valid");
  const Result<crdt::Doc> doc = cold.thaw();
  if (!doc) return;  // of two integration rules
  require_sound(*doc);
  if (doc->has_pending()) return;
  require(doc->state_vector() == cold.state_vector(), "cold and warm have one state vector");
  const crdt::ColdDoc again = crdt::ColdDoc::of(*doc, format);
  require(again.state_vector() == cold.state_vector(), "freezing keeps the state vector");
  require(again.delete_set() == doc->delete_set(), "freezing keeps what is deleted");
}

void run(Bytes input) {
  Decoder from(input);
  const auto format = from.read_byte() % 2 == 0 ? crdt::UpdateFormat::kV1 : crdt::UpdateFormat::kV2;
  const crdt::StateVector known = vector_in(from);
  Result<crdt::ColdDoc> cold = crdt::ColdDoc::of(from.read_varbytes(), format, kLimits);
  if (!cold) return;
  compare(*cold, known);
  const Bytes update = from.read_rest();
  const Buffer before = copy_of(cold->update());
  (void)cold->contains(update, format, kLimits);
  if (!cold->apply_update(update, format, kLimits)) {
    require(copy_of(cold->update()) == before, "an error changes nothing");
    return;
  }
  compare(*cold, known);
}

}  // namespace
}  // namespace tidemark::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  tidemark::fuzz::run({bytes, size});
  return 0;
}
