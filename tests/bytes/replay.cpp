// Compacts what it is told, one update per line:
//   -> format update        1 or 2, and hex
//   <- kept given-up        both in hex; or "error" and what was wrong
#include <iostream>
#include <sstream>
#include <string>

#include "crdt/update.h"
#include "support/json_values.h"

namespace tidemark::crdt {
namespace {

std::string answer_to(const std::string& line) {
  std::istringstream words(line);
  unsigned format = 0;
  std::string update;
  words >> format >> update;
  const auto compact = [&](DeletedContent deleted) {
    const Result<Buffer> made = compact_update(support::from_hex(update),
                                               format == 1 ? UpdateFormat::kV1 : UpdateFormat::kV2,
                                               deleted, kOwnUpdateLimits);
    return made ? to_hex(*made) : "error " + made.error().detail;
  };
  return compact(DeletedContent::kKept) + " " + compact(DeletedContent::kGivenUp);
}

}  // namespace
}  // namespace tidemark::crdt

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << tidemark::crdt::answer_to(line) << std::endl;
  }
  return 0;
}
