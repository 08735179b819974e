// JSON as commands print it, built from the kernel's values.
#pragma once

#include <cstdint>
#include <string>

#include "crdt/value.h"
#include "store/document_store.h"

namespace tidemark::cli {

inline crdt::Any number(uint64_t value) { return crdt::Any(static_cast<double>(value)); }

crdt::Any to_any(const store::DocumentStatistics& statistics);

}  // namespace tidemark::cli
