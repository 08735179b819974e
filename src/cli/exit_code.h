// What the program says to scripts when it ends; docs/operating.md has the table.
#pragma once

#include "base/result.h"

namespace tidemark::cli {

enum ExitCode : int {
  kDone = 0,
  kFoundFault = 1,  // damage was found, the input is not what it should be, or "no" was answered
  kUsage = 2,       // the command line, the environment or the config file is wrong
  kNotThere = 3,    // no such document or file
  kStoreUnavailable = 4,  // the store or the port cannot be used: busy, full, read-only, not ours
};

inline ExitCode exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kBusy:
    case ErrorCode::kFull:
    case ErrorCode::kReadOnly:
    case ErrorCode::kTooNew:
    case ErrorCode::kUnavailable: return kStoreUnavailable;
    case ErrorCode::kInvalid:
    case ErrorCode::kDenied:
    case ErrorCode::kUnsupported: return kUsage;
    case ErrorCode::kMalformed:
    case ErrorCode::kTooLarge:
    case ErrorCode::kConflict:
    case ErrorCode::kCorrupt: return kFoundFault;
  }
  return kFoundFault;
}

}  // namespace tidemark::cli
