// Two replicas of one document. What is edited on one travels to the other as update bytes, over
// whatever moves bytes: a socket, a file, a message queue. Here it is a vector.
#include <cstdio>
#include <string>
#include <vector>

#include "crdt/doc.h"

using namespace tidemark;        // Bytes, Buffer, Result
using namespace tidemark::crdt;  // Doc and the shared types

int main() {
  // Client ids must differ between all who edit at the same time; draw them at random.
  Doc ann({.client_id = 1});
  Doc ben({.client_id = 2});

  // The subscription ends when it dies. Updates of others are not sent back.
  std::vector<Buffer> from_ann;
  const Subscription sending = ann.on_update([&](const UpdateEvent& event) {
    if (event.is_local) from_ann.push_back(copy_of(event.update));
  });

  // One transaction is one update.
  Text text = ann.text("note");
  ann.transact([&] {
    (void)text.insert(0, "Meet at noon");
    (void)text.format(8, 4, {{"bold", Any(true)}});
  });

  // Meanwhile Ben writes too, without having heard of Ann.
  (void)ben.text("note").insert(0, "Lunch? ");

  // Updates may arrive late, twice and in any order. Bytes of a stranger end in an error.
  for (const Buffer& update : from_ann) {
    if (const Result<> applied = ben.apply_update(update); !applied) {
      std::printf("refused: %s\n", applied.error().detail.c_str());
      return 1;
    }
  }
  if (ben.apply_update(as_bytes("no update"))) return 1;

  // Or ask for what one lacks: Ann says what she has, Ben encodes the rest.
  const Buffer missing = ben.encode_state_as_update(ann.state_vector());
  if (!ann.apply_update(missing)) return 1;

  std::printf("Ann: %s\n", ann.text("note").to_string().c_str());
  std::printf("Ben: %s\n", ben.text("note").to_string().c_str());
  // Pieces of the text where they lie, without a copy of the whole.
  for (const TextRun& run : text.runs()) {
    std::printf("%2u: %.*s%s\n", run.index, static_cast<int>(run.text.size()), run.text.data(),
                run.attributes.empty() ? "" : " (bold)");
  }
  return 0;
}
