// What a document remembers of its latest edits, so that the next one, which is mostly beside them,
// finds its place without looking for it. Each is forgotten as soon as something else is edited.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crdt/internal/store/directory.h"
#include "crdt/internal/store/item.h"

namespace tidemark::crdt {

// Where the last local insertion ended, if its item is still the last one of ours.
struct Caret {
  BranchHandle branch = kNone;
  ItemHandle item = kNone;
  uint32_t end_index = 0;
  bool is_checked = false;  // for what nothing but an edit elsewhere changes
};

// Where the last local deletion left its gap: the first and the last of the tombstones there, with
// their places, which shortcuts do not move.
struct ErasedGap {
  BranchHandle branch = kNone;
  ItemHandle first = kNone;
  ItemHandle last = kNone;
  uint32_t index = 0;
  Directory::Position first_place{};
  Directory::Position last_place{};
};

// Becomes a caret or a gap when the transaction is over, if nothing else was edited since.
struct Hint {
  enum class Kind : uint8_t { kNothing, kCaret, kGap };
  Kind kind = Kind::kNothing;
  BranchHandle branch = kNone;
  uint32_t index = 0;
};

// The update of a character that was typed on: where its clocks and its text are.
struct Keystroke {
  ItemHandle item = kNone;
  uint32_t clock = 0;
  uint32_t clock_at = 0;
  uint32_t origin_at = 0;
  uint32_t text_at = 0;
};

// What a peer sends if it types on: the update of its last character with both clocks one higher.
struct PeerKeystroke {
  static constexpr size_t kMaxBytes = 48;
  ItemHandle item = kNone;
  ClientIndex client = kNoClient;
  uint32_t clock = 0;  // of the character to come
  uint32_t clock_at = 0;
  uint32_t origin_at = 0;
  uint32_t size = 0;
  uint8_t bytes[kMaxBytes] = {};  // the character is the last but one
};

}  // namespace tidemark::crdt
