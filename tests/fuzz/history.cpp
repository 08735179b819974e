// Undo on documents from strangers, who go on writing: the document stays sound under every policy
// of garbage collection, compacted or not, and a replica that loads it is equal.
//
//   input := byte policy, varbytes update V1, step...
//   step  := byte verb, byte index, byte length; verb 0 is followed by varbytes update V1
#include "crdt/undo.h"

#include <algorithm>

#include "crdt/snapshot.h"
#include "update_laws.h"

namespace tidemark::fuzz {
namespace {

crdt::GcPolicy policy_of(uint8_t byte, const crdt::Doc& doc) {
  switch (byte % 4) {
    case 0: return crdt::GcPolicy::always();
    case 1: return crdt::GcPolicy::keep_for_undo();
    case 2: return crdt::GcPolicy::never();
    default: return crdt::GcPolicy::keep_since(snapshot_of(doc));
  }
}

void edit(crdt::Doc& doc, uint8_t verb, uint8_t at, uint8_t count) {
  crdt::Text text = doc.text("t");
  crdt::Array list = doc.array("a");
  crdt::Map map = doc.map("m");
  const uint32_t index = at % (text.length() + 1);
  const uint32_t length = std::min<uint32_t>(count % 8, text.length() - index);
  const uint32_t place = at % (list.length() + 1);
  const std::string key(1, static_cast<char>('k' + at % 3));
  switch (verb % 8) {
    case 0: must(text.insert(index, "xyz"), "text is written"); break;
    case 1: must(text.erase(index, length), "text is erased"); break;
    case 2: must(text.format(index, length, {{"b", crdt::Any(count % 2 == 0)}}), "formats"); break;
    case 3: must(list.insert_type(place, crdt::TypeRef::kText), "a type is added"); break;
    case 4:
      must(list.erase(place, std::min<uint32_t>(count % 4, list.length() - place)), "erases");
      break;
    case 5: map.set(key, crdt::Any(static_cast<double>(count))); break;
    case 6: map.erase(key); break;
    default: map.set_type(key, crdt::TypeRef::kArray); break;
  }
}

void step(crdt::Doc& doc, crdt::UndoStack& stack, Decoder& from) {
  const uint8_t verb = from.read_byte();
  const uint8_t at = from.read_byte();
  const uint8_t count = from.read_byte();
  switch (verb % 16) {
    case 0: (void)doc.apply_update(from.read_varbytes(), 1, kLimits); break;
    case 1:
    case 2: stack.undo(); break;
    case 3: stack.redo(); break;
    case 4: doc.compact(); break;
    case 5: doc.change_gc_policy(policy_of(at, doc)); break;
    case 6: stack.stop_capturing(); break;
    case 7: stack.clear(at % 2 == 0, count % 2 == 0); break;
    default: edit(doc, verb, at, count);
  }
  require_sound(doc);
}

void run(Bytes input) {
  Decoder from(input);
  const uint8_t policy = from.read_byte();
  crdt::Doc doc({.client_id = 7});
  if (!doc.apply_update(from.read_varbytes(), 1, kLimits)) return;
  doc.change_gc_policy(policy_of(policy, doc));
  crdt::UndoOptions options;
  options.capture_timeout_ms = 0;
  if (policy / 4 % 2 == 1) options.tracked_origins = {0, 1};
  options.ignores_remote_map_changes = policy / 8 % 2 == 1;
  crdt::UndoStack stack(doc, options);
  for (int steps = 0; steps < 60 && !from.at_end(); ++steps) step(doc, stack, from);
  if (doc.has_pending()) return;
  crdt::Doc replica({.client_id = 8});
  must(replica.apply_update_v2(doc.encode_state_as_update_v2()), "our V2 is applied");
  require_sound(replica);
  require(replica.state_vector() == doc.state_vector(), "a replica is equal");
  require(replica.delete_set() == doc.delete_set(), "a replica has the same deleted");
}

}  // namespace
}  // namespace tidemark::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  tidemark::fuzz::run({bytes, size});
  return 0;
}
