// Undo takes back what was done here and leaves alone what others did.
#include <cstdio>

#include "crdt/doc.h"
#include "crdt/undo.h"

using namespace tidemark;
using namespace tidemark::crdt;

namespace {

constexpr Origin kFromElsewhere = 7;  // any number that the application gives a meaning

void show(const char* when, const Text& text) {
  std::printf("%-10s %s\n", when, text.to_string().c_str());
}

}  // namespace

int main() {
  Doc doc({.client_id = 1});
  Text text = doc.text("note");
  // Transactions with origin 0, the default, are tracked. The library knows no clock: the
  // application says the time, and edits less than 500 ms apart become one step.
  UndoStack undo(doc, {.capture_timeout_ms = 500});
  undo.set_time({.ms = 1000});
  (void)text.insert(0, "Hello");
  undo.set_time({.ms = 1200});
  (void)text.insert(5, " world");

  // Somebody else's edit arrives.
  Doc other({.client_id = 2});
  (void)other.apply_update(doc.encode_state_as_update());
  (void)other.text("note").insert(0, "> ");
  (void)doc.apply_update(other.encode_state_as_update(doc.state_vector()), kFromElsewhere);

  undo.set_time({.ms = 5000});
  (void)text.insert(text.length(), "!");
  show("edited", text);

  // A step may carry what the application wants to find again, such as the cursor.
  const Subscription watching = undo.on_event([](const UndoEvent& event) {
    if (event.kind != UndoEvent::Kind::kPopped) return;
    std::printf("           (%s)\n", event.side == UndoEvent::Side::kUndo ? "undone" : "redone");
  });
  undo.undo();
  show("undo", text);
  undo.undo();
  show("undo", text);
  while (undo.can_redo()) undo.redo();
  show("redo", text);
  return 0;
}
