// New documents out of what others hold.
#pragma once

#include "base/result.h"
#include "crdt/doc.h"
#include "crdt/update.h"

namespace tidemark::crdt {

// A document that holds what the update says. Its roots get their kinds when they are asked for.
Result<Doc> doc_from_update(Bytes update, UpdateFormat format, const DocOptions& options = {},
                            const UpdateLimits& limits = {});

// A replica with the same content, also what waits for missing updates, and the same kinds of
// roots. Give it a client id of its own if both are edited. Subscriptions stay with the original.
Doc clone_of(const Doc& doc, const DocOptions& options);

}  // namespace tidemark::crdt
