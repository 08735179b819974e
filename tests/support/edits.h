// The ops of a program, done on the types of our kernel.
#pragma once

#include "crdt/shared_type.h"
#include "support/json_values.h"

namespace tidemark::support {

// Op := [verb, path, argument...], as the head of session.mjs has it; `type` is what the path
// names.
Result<> edit(const crdt::SharedType& type, const Json& op);

}  // namespace tidemark::support
