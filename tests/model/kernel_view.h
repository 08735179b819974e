// What a document of the kernel holds, in the words of the model.
#pragma once

#include <string>

#include "crdt/doc.h"
#include "crdt/update.h"
#include "model/model.h"

namespace tidemark::model {

// As Replica::describe() and Replica::shown().
std::string describe(const crdt::Doc& doc);
std::string shown(crdt::Doc& doc);
// The part of describe() that no encoding of the document says: what stands where in its lists.
std::string lists_of(const crdt::Doc& doc);
// How much waits for what has not come. Cheap, unlike Doc::stats().
std::string amount_waiting(const crdt::Doc& doc);
// What an update says; the error is that of the decoder.
std::string describe(Bytes update, crdt::UpdateFormat format);

// The root, or the type that the unit holds.
crdt::SharedType type_at(crdt::Doc& doc, const Place& place, uint32_t type);

}  // namespace tidemark::model
