// Bold, links and comments as marks: they merge, comments overlap, and text that undo brings back
// has the marks that it had, for everybody.
#include <array>
#include <cstdio>
#include <string>

#include "crdt/doc.h"
#include "crdt/marks.h"
#include "crdt/undo.h"

using namespace tidemark;
using namespace tidemark::crdt;

namespace {

// Bold goes on where one types behind it, links and comments end where they ended.
const MarkTypes kTypes = {{"bold", {MarkExpand::kAfter}},
                          {"link", {MarkExpand::kNeither}},
                          {"comment", {MarkExpand::kNeither, true}}};

struct Replica {
  explicit Replica(uint64_t client) : doc({.client_id = client}) {}

  // All who edit the text agree on the array beside it.
  Marks marks() { return {doc, doc.text("note"), doc.array("tidemark:marks:note"), kTypes}; }
  void show(const char* who) {
    const Result<Delta> delta = marks().to_delta();
    if (delta) std::printf("%-6s %s\n", who, to_json(delta_to_json(*delta)).c_str());
  }

  Doc doc;
};

void exchange(Replica& a, Replica& b) {
  (void)a.doc.apply_update(b.doc.encode_state_as_update(a.doc.state_vector()));
  (void)b.doc.apply_update(a.doc.encode_state_as_update(b.doc.state_vector()));
}

}  // namespace

int main() {
  Replica anna(1);
  Replica ben(2);
  (void)anna.doc.text("note").insert(0, "The fox jumped.");
  exchange(anna, ben);

  // At the same time. Formats of Yjs would end one range where the other one began.
  (void)anna.marks().add(0, 7, {.key = "bold", .value = Any(true)});
  (void)anna.marks().add(4, 3, {.key = "comment", .id = "a1", .value = Any("Which one?")});
  (void)ben.marks().add(4, 10, {.key = "bold", .value = Any(true)});
  (void)ben.marks().add(4, 10, {.key = "comment", .id = "b1", .value = Any("Why?")});
  exchange(anna, ben);
  anna.show("anna");

  // The stack keeps the text only: a mark is taken back by another one.
  UndoStack undo(ben.doc, std::array<SharedType, 1>{ben.doc.text("note")});
  const Subscription following = ben.marks().follow(undo);
  (void)ben.doc.text("note").erase(4, 11);
  exchange(anna, ben);
  anna.show("anna");
  undo.undo();
  exchange(anna, ben);
  anna.show("anna");
  return 0;
}
