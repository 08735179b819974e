// Observers hear of each transaction once it is complete, and ask for as much of the change as they
// want to know. A subscription ends when it dies.
#include <cstdio>
#include <string>
#include <variant>
#include <vector>

#include "crdt/doc.h"

using namespace tidemark;
using namespace tidemark::crdt;

namespace {

std::string path_of(const Event& event) {
  std::string path;
  for (const PathStep& step : event.path()) {
    const std::string* key = std::get_if<std::string>(&step);
    path += "/" + (key != nullptr ? *key : std::to_string(std::get<uint32_t>(step)));
  }
  return path;
}

}  // namespace

int main() {
  Doc doc({.client_id = 1});
  Map board = doc.map("board");
  Text title = doc.text("title");

  Subscription on_title = title.observe([](const Event& event) {
    std::printf("title %s\n", to_json(delta_to_json(event.delta())).c_str());
  });
  // The board and everything in it.
  const Subscription on_board = board.observe_deep([](const DeepEvents& events) {
    for (const Event& event : events.events) {
      for (const KeyChange& change : event.keys()) {
        std::printf("board%s key %s was %s\n", path_of(event).c_str(), change.key.c_str(),
                    change.action == KeyChange::Action::kErase ? "erased" : "set");
      }
      const Delta delta = event.delta();
      if (!delta.empty()) {
        std::printf("board%s %s\n", path_of(event).c_str(), to_json(delta_to_json(delta)).c_str());
      }
    }
  });

  (void)title.insert(0, "Plan");
  // A nested type, by the interface of its kind.
  Array cards = board.set_type("cards", TypeRef::kArray).as<Array>().value();
  const std::vector<Any> values = {Any("first"), Any(2.0)};
  (void)cards.push(values);
  doc.transact([&] {
    (void)title.insert(4, "s");
    board.set("done", Any(false));
  });

  for (const Value& card : cards.elements())
    std::printf("card %s\n", to_json(card.to_json()).c_str());
  for (const auto& [key, value] : board.entries()) {
    std::printf("entry %s = %s\n", std::string(key).c_str(), to_json(value.to_json()).c_str());
  }

  on_title.cancel();
  (void)title.insert(0, "nobody hears this: ");

  // Handles notice what becomes of their type.
  board.erase("cards");
  std::printf("cards are %s\n", cards.is_live() ? "there" : "gone");
  if (const Result<> pushed = cards.push(values); !pushed) {
    std::printf("refused: %s\n", pushed.error().detail.c_str());
  }
  return 0;
}
