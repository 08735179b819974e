// Versions of a document and who changed what between them. Old content stays readable only in a
// document that does not collect garbage.
#include <cstdio>
#include <string>
#include <vector>

#include "crdt/authorship.h"
#include "crdt/doc.h"
#include "crdt/snapshot.h"

using namespace tidemark;
using namespace tidemark::crdt;

namespace {

void exchange(Doc& a, Doc& b) {
  (void)a.apply_update(b.encode_state_as_update(a.state_vector()));
  (void)b.apply_update(a.encode_state_as_update(b.state_vector()));
}

}  // namespace

int main() {
  Doc ann({.client_id = 1, .gc = GcPolicy::never()});
  Doc ben({.client_id = 2, .gc = GcPolicy::never()});
  // Who had which client id, and who deleted what, is kept in the document itself.
  Authorship ann_users(ann);
  Authorship ben_users(ben);
  (void)ann_users.add_user(1, "Ann");
  exchange(ann, ben);
  (void)ben_users.add_user(2, "Ben");
  exchange(ann, ben);

  (void)ann.text("note").insert(0, "The cat sat.");
  // A version is what was seen and what was deleted: a few bytes, to be kept anywhere.
  const Buffer stored = encode_snapshot(snapshot_of(ann), UpdateFormat::kV1);

  exchange(ann, ben);
  (void)ben.text("note").erase(4, 3);
  (void)ben.text("note").insert(4, "dog");
  ben_users.flush();
  exchange(ann, ben);

  const Result<Snapshot> before = decode_snapshot(stored, UpdateFormat::kV1);
  if (!before) return 1;
  const Text note = ann.text("note");
  std::printf("was: %s\n", to_json(delta_to_json(delta_at(note, *before))).c_str());
  std::printf("is:  %s\n", note.to_string().c_str());

  const auto describe = [&](TextChange change, const Id& unit) {
    const bool is_added = change == TextChange::kAdded;
    const auto user = is_added ? ann_users.user_of(unit.client) : ann_users.user_of_deleted(unit);
    return Any((is_added ? "added by " : "removed by ") + user.value_or("somebody"));
  };
  for (const DeltaOp& op : delta_between(note, snapshot_of(ann), *before, describe)) {
    const std::string change = op.attributes.empty() ? "" : *op.attributes[0].second.as_string();
    std::printf("  \"%s\" %s\n", op.text.c_str(), change.c_str());
  }

  // The old version as a document of its own.
  Result<Doc> old = doc_from_snapshot(ann, *before, {.client_id = 3});
  if (!old) return 1;
  std::printf("restored: %s\n", old->text("note").to_string().c_str());
  return 0;
}
