// The kernel as the reader of what editors wrote. One document per line:
//   -> kind name update...      the root's kind as Yjs numbers it; updates as "1:hex" or "2:hex"
//   <- state-vector state-V1 state-V2 emitted-V1,...
// all in hex; or "error" and what was wrong.
#include <iostream>
#include <sstream>
#include <string>

#include "crdt/doc.h"
#include "support/json_values.h"

namespace tidemark::support {
namespace {

std::string answer_to(const std::string& line) {
  std::istringstream words(line);
  unsigned kind = 0;
  std::string name;
  words >> kind >> name;
  crdt::Doc doc({.client_id = 9});
  doc.root(name, static_cast<crdt::TypeRef>(kind));
  std::string emitted;
  const crdt::Subscription watching = doc.on_update([&](const crdt::UpdateEvent& event) {
    emitted += (emitted.empty() ? "" : ",") + to_hex(event.update);
  });
  for (std::string update; words >> update;) {
    const Buffer bytes = from_hex(std::string_view(update).substr(2));
    const Result<> applied =
        update[0] == '1' ? doc.apply_update(bytes) : doc.apply_update_v2(bytes);
    if (!applied) return "error " + applied.error().detail;
    if (const std::string broken = doc.check(); !broken.empty()) return "error " + broken;
  }
  return to_hex(encode_state_vector(doc.state_vector())) + " " +
         to_hex(doc.encode_state_as_update()) + " " + to_hex(doc.encode_state_as_update_v2()) +
         " " + emitted;
}

}  // namespace
}  // namespace tidemark::support

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << tidemark::support::answer_to(line) << std::endl;
  }
  return 0;
}
