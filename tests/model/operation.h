// One edit in words that the model and the kernel both understand, and the edits that are possible
// on a replica. All act on three roots: "array", "map" and "text".
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "crdt/doc.h"
#include "model/model.h"

namespace tidemark::model {

struct Operation {
  enum class Verb : uint8_t { kInsert, kPush, kErase, kSet, kEraseKey };
  Verb verb = Verb::kInsert;
  // Of the list or map; the root's name or the unit that holds the type tells what it is.
  Place place = {};
  uint32_t type = kTextType;
  uint32_t index = 0;
  uint32_t count = 1;  // of units
  std::string key = {};
  Content content = {};  // of the first unit; the next ones count on from its value
};
std::string describe(const Operation& operation);

Message play(const Operation& operation, Replica& replica);
// The document must hold what the replica held.
void play(const Operation& operation, crdt::Doc& doc);

// What exhaustive cases choose from.
enum class Family : uint8_t { kText, kArray, kMap, kNested };
inline constexpr Family kFamilies[] = {Family::kText, Family::kArray, Family::kMap,
                                       Family::kNested};
const char* name_of(Family family);

// Every single edit of the family that this replica could make; `number` makes its content
// distinct.
std::vector<Operation> choices(Family family, const Replica& replica, uint32_t number);

// Any edit of any root or type in it, of several units too.
Operation random_operation(Random& random, const Replica& replica);

}  // namespace tidemark::model
