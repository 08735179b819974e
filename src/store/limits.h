// The limits of what is stored, and the refusals that all backends share. They are wider than what
// peers may send, so that we can always read back what we once accepted.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "store/document_store.h"

namespace tidemark::store {

// A name is a key of an index: it should fit a page several times.
inline constexpr size_t kMaxNameBytes = 1024;

// Device and origin are labels.
inline constexpr size_t kMaxLabelBytes = 256;

// One update or snapshot. SQLite holds 10^9 bytes in a row; a 32-bit node can still allocate this.
inline constexpr size_t kMaxStateBytes = size_t{512} << 20;

// A name is 1 to kMaxNameBytes of UTF-8 without U+0000, which tools that print names would cut at.
Result<> check_name(std::string_view document);

// Neither empty nor above kMaxStateBytes.
Result<> check_state(Bytes state);

// Names, updates and labels of a batch. Every backend asks this before it writes anything.
Result<> check_batch(std::span<const Append> batch);

// The errors that every backend words alike.
tl::unexpected<Error> history_is_gone(std::string_view document, LogId id);
tl::unexpected<Error> snapshot_conflict(std::string_view document);

}  // namespace tidemark::store
