#include "crdt/gc_policy.h"

#include "crdt/snapshot.h"

namespace tidemark::crdt {

GcPolicy GcPolicy::keep_since(const Snapshot& snapshot) {
  GcPolicy policy(Rule::kSince);
  policy.unwanted_ = snapshot.deletes;
  return policy;
}

}  // namespace tidemark::crdt
