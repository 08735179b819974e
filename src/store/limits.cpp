#include "store/limits.h"

#include <string>

#include "base/utf.h"

namespace tidemark::store {

Result<> check_name(std::string_view document) {
  if (document.empty()) return failure(ErrorCode::kInvalid, "a document needs a name");
  if (document.size() > kMaxNameBytes) {
    return failure(ErrorCode::kTooLarge,
                   "a document name takes at most " + std::to_string(kMaxNameBytes) + " bytes");
  }
  if (!is_valid_utf8(document) || document.find('\0') != std::string_view::npos) {
    return failure(ErrorCode::kInvalid, "a document name is UTF-8 without U+0000");
  }
  return {};
}

Result<> check_state(Bytes state) {
  if (state.empty()) return failure(ErrorCode::kInvalid, "an update is never empty");
  if (state.size() > kMaxStateBytes) {
    return failure(ErrorCode::kTooLarge, "an update or snapshot takes at most " +
                                             std::to_string(kMaxStateBytes) + " bytes");
  }
  return {};
}

Result<> check_batch(std::span<const Append> batch) {
  for (const Append& entry : batch) {
    if (const auto name = check_name(entry.document); !name) return name;
    if (const auto state = check_state(entry.update); !state) return state;
    for (const std::string_view label : {entry.device, entry.origin}) {
      if (label.size() > kMaxLabelBytes || !is_valid_utf8(label) ||
          label.find('\0') != std::string_view::npos) {
        return failure(ErrorCode::kInvalid,
                       "device and origin are UTF-8 without U+0000 of at most " +
                           std::to_string(kMaxLabelBytes) + " bytes");
      }
    }
  }
  return {};
}

tl::unexpected<Error> history_is_gone(std::string_view document, LogId id) {
  return failure(ErrorCode::kInvalid, "\"" + std::string(document) + "\" at log id " +
                                          std::to_string(id) +
                                          " cannot be rebuilt: that part of its log has been "
                                          "compacted; ask for a later id");
}

tl::unexpected<Error> snapshot_conflict(std::string_view document) {
  return failure(ErrorCode::kConflict, "\"" + std::string(document) +
                                           "\" has changed hands since its snapshot was made; "
                                           "load it again and compact that");
}

}  // namespace tidemark::store
