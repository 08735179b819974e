// What a document remembers of its latest edits, so that the next one, which is mostly beside them,
// finds its place without looking for it. Each is forgotten as soon as something else is edited.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/bytes.h"
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
  ItemHandle item = kNone;  // kNone: nothing is known
  ClientIndex client = kNoClient;
  uint32_t clock = 0;  // of the character to come
  uint32_t clock_at = 0;
  uint32_t origin_at = 0;
  uint32_t size = 0;
  uint8_t bytes[kMaxBytes] = {};  // the character is the last but one
};

// That of each of the peers that type at the same time. Others' edits do not make it forget:
// whether an item may still grow is to be looked at, unless nothing was edited since its last
// character.
class PeerKeystrokes {
 public:
  // Null if it is not known.
  PeerKeystroke* of(ClientIndex client) {
    if (slots_.empty()) return nullptr;
    PeerKeystroke& slot = slot_of(client);
    return slot.client == client && slot.item != kNone ? &slot : nullptr;
  }
  // The one that came last, if nothing else was edited since.
  PeerKeystroke* latest() { return latest_ == kNone ? nullptr : &slots_[latest_]; }
  // `last` says where its update, which has just been done, has its clocks; `item` has grown by it.
  void expect(Bytes update, const PeerKeystroke& last, ItemHandle item) {
    if (update.size() > PeerKeystroke::kMaxBytes) return;
    PeerKeystroke& expected = slot_for(last.client);
    expected = last;
    expected.size = static_cast<uint32_t>(update.size());
    std::memcpy(expected.bytes, update.data(), update.size());
    expect_next(expected, item);
  }
  // From one character to the next.
  void expect_next(PeerKeystroke& expected, ItemHandle item) {
    ++expected.clock;
    ++expected.bytes[expected.clock_at];
    ++expected.bytes[expected.origin_at];
    // Where the lowest seven bits of either clock turn over, more than one byte changes.
    const bool turns_over = (expected.clock & 0x7f) < 2;
    expected.item = turns_over ? kNone : item;
    latest_ = turns_over ? kNone : static_cast<uint32_t>(&expected - slots_.data());
  }
  void note_edit() { latest_ = kNone; }

 private:
  static constexpr size_t kMostSlots = 64;
  PeerKeystroke& slot_of(ClientIndex client) { return slots_[client % slots_.size()]; }
  PeerKeystroke& slot_for(ClientIndex client) {
    const bool is_taken =
        slots_.empty() || (slot_of(client).item != kNone && slot_of(client).client != client);
    if (is_taken && slots_.size() < kMostSlots) {
      slots_.assign(slots_.empty() ? 1 : 2 * slots_.size(), PeerKeystroke());
    }
    return slot_of(client);
  }

  std::vector<PeerKeystroke> slots_;  // as many as a power of two
  uint32_t latest_ = kNone;
};

}  // namespace tidemark::crdt
