// An update with its content made unreadable and its structure kept, so that a document in which
// something went wrong can be shown to others. Who wrote how much where, and the names of roots,
// remain.
#pragma once

#include "base/result.h"
#include "crdt/update.h"

namespace tidemark::crdt {

// What is replaced besides text, values, embeds and the keys of maps.
struct ObfuscateOptions {
  bool formatting = true;    // names and values of attributes
  bool subdocuments = true;  // guids and options
  bool xml_names = true;     // of elements and hooks
};

// The bytes are those of Yjs for the same update. Equal names, keys and scalar attribute values
// stay equal to each other. Linear in the bytes; a limit or malformed bytes are errors as
// elsewhere.
Result<Buffer> obfuscate_update(Bytes update, UpdateFormat format,
                                const ObfuscateOptions& options = {},
                                const UpdateLimits& limits = {});

}  // namespace tidemark::crdt
