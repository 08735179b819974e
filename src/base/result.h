// What can fail for a reason outside this process returns a Result. Absence is std::optional, a
// bug is TM_ASSERT. The spelling is that of std::expected, so that a later switch is one line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace tidemark {

enum class ErrorCode : uint8_t {
  kMalformed,    // the bytes do not follow their grammar
  kTooLarge,     // a documented limit is exceeded
  kDenied,       // the grant does not permit it
  kConflict,     // it contradicts what is there
  kBusy,         // somebody else holds it; trying again later may work
  kFull,         // the disk or a quota is full
  kReadOnly,     // the place cannot be written
  kCorrupt,      // what we stored does not read back
  kTooNew,       // written by a newer version
  kUnavailable,  // the other side or the device does not answer
  kUnsupported,  // understood, but not offered
  kInvalid,      // an argument or option out of its range
};

// One lower-case word, for logs and metrics: "malformed", "too_large", ...
std::string_view name_of(ErrorCode code);

struct Error {
  ErrorCode code;
  std::string detail;  // for people: what happened and, where it helps, what to do next
};

template <typename T = void>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(ErrorCode code, std::string detail) {
  return tl::unexpected<Error>(Error{code, std::move(detail)});
}

}  // namespace tidemark
