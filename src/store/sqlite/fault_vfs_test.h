// A file system for SQLite that fails, or ends the process, at a chosen operation. It passes
// everything else on to the platform's. One at a time in a process.
#pragma once

#include <sqlite3.h>

#include <cstdint>

namespace tidemark::store {

struct FaultPlan {
  enum class Kind {
    kNone,
    kFull,      // the operation and all after it: the disk is full
    kBroken,    // the operation and all after it: an I/O error
    kOnce,      // only that operation: an I/O error
    kExit,      // the process ends before the operation
    kTear,      // the process ends in the middle of a write
    kReadOnly,  // files open for reading only
  };
  Kind kind = Kind::kNone;
  // Writes, syncs and truncations count, from 1.
  uint64_t at = 0;
};

// Its name, for SqliteOptions::vfs.
inline constexpr const char* kFaultVfs = "tidemark-fault";

// Sets the plan and starts counting anew; installs the file system on first use.
void plan_fault(const FaultPlan& plan);
uint64_t operations_counted();

}  // namespace tidemark::store
