// The messages of y-protocols and the frames of y-websocket, which carry one of them each.
//
//   frame     := varuint 0, sync | varuint 1, awareness | varuint 2, auth | varuint 3
//   sync      := varuint 0, varbytes state-vector     SyncStep1: what do you have beyond this?
//              | varuint 1, varbytes update           SyncStep2: the answer
//              | varuint 2, varbytes update           Update: a change as it happens
//   awareness := varbytes awareness-update            (awareness.h)
//   auth      := varuint 0, varstring reason          permission denied
//   3         := nothing                              query awareness: tell me all states
//
// What follows a message in its frame is ignored, as the reference does.
#pragma once

#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "base/decoder.h"
#include "base/encoder.h"
#include "base/result.h"

namespace tidemark::sync {

enum class SyncStep : uint8_t { kStep1 = 0, kStep2 = 1, kUpdate = 2 };

struct SyncMessage {
  SyncStep step;
  Bytes payload;  // a state vector for kStep1, an update for the others
};
struct AwarenessMessage {
  Bytes update;
};
struct DeniedMessage {
  std::string_view reason;
};
struct QueryAwarenessMessage {};
// A kind that only some clients know; nobody takes offence at it.
struct UnknownMessage {
  uint64_t kind;
};

using YMessage = std::variant<SyncMessage, AwarenessMessage, DeniedMessage, QueryAwarenessMessage,
                              UnknownMessage>;

// Views point into the frame. Payloads are not looked into.
Result<YMessage> read_y_frame(Bytes frame);

// The sync part alone, as other dialects embed it; fails the decoder on an unknown step.
SyncMessage read_sync(Decoder& in);
void write_sync(Encoder& out, SyncStep step, Bytes payload);

Buffer y_sync_frame(SyncStep step, Bytes payload);
Buffer y_awareness_frame(Bytes update);
Buffer y_denied_frame(std::string_view reason);
Buffer y_query_awareness_frame();

}  // namespace tidemark::sync
