#include "base/result.h"

namespace tidemark {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kMalformed: return "malformed";
    case ErrorCode::kTooLarge: return "too_large";
    case ErrorCode::kDenied: return "denied";
    case ErrorCode::kConflict: return "conflict";
    case ErrorCode::kBusy: return "busy";
    case ErrorCode::kFull: return "full";
    case ErrorCode::kReadOnly: return "read_only";
    case ErrorCode::kCorrupt: return "corrupt";
    case ErrorCode::kTooNew: return "too_new";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kInvalid: return "invalid";
  }
  return "unknown";
}

}  // namespace tidemark
