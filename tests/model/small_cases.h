// Small cases without exception: every history within bounds, heard in every order.
#pragma once

#include <string>

#include "base/random.h"
#include "model/history.h"

namespace tidemark::model {

struct Outcome {
  uint64_t histories = 0;
  std::string failure = {};  // with the history it was found in
};

struct Bounds {
  Family family = Family::kText;
  unsigned clients = 3;
  unsigned edits = 3;             // of all clients together
  bool starts_with_text = false;  // of three units, which everybody has
  bool collects_garbage = true;
};
// Every history of so many edits or fewer: each edit by each client, with everything, something or
// nothing heard of the others, at each place. Of histories that differ only in the names of clients
// or in the order in which edits are listed that did not know of each other, one stands for all.
Outcome compare_histories(const Bounds& bounds);

// Every set of scripts of so many edits or fewer: clients write a text without hearing of each
// other, and then somebody hears of them in every order that keeps to each script. An edit is an
// insertion at the front or at the end, or the deletion of the first unit.
struct Scripts {
  unsigned clients = 3;
  unsigned edits = 4;  // of each
  bool starts_with_text = true;
};
Outcome compare_scripts(const Scripts& scripts);

// One history of any length, drawn from the seed, with edits of all kinds; several listeners hear
// of it in random orders and in batches.
Outcome compare_random(uint64_t seed);

}  // namespace tidemark::model
