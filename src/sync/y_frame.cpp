#include "sync/y_frame.h"

namespace tidemark::sync {

namespace {

enum Kind : uint8_t { kSync = 0, kAwareness = 1, kAuth = 2, kQueryAwareness = 3 };
constexpr uint64_t kPermissionDenied = 0;

// Ten bytes hold a varuint and the kinds before it.
Encoder frame_of(Kind kind, size_t payload_size) {
  Encoder out;
  out.reserve(payload_size + 12);
  out.write_varuint(kind);
  return out;
}

YMessage read_body(Decoder& in, uint64_t kind) {
  switch (kind) {
    case kSync: return read_sync(in);
    case kAwareness: return AwarenessMessage{in.read_varbytes()};
    case kAuth:
      if (in.read_varuint() != kPermissionDenied) return UnknownMessage{kind};
      return DeniedMessage{in.read_varstring()};
    case kQueryAwareness: return QueryAwarenessMessage{};
    default: return UnknownMessage{kind};
  }
}

}  // namespace

SyncMessage read_sync(Decoder& in) {
  const uint64_t step = in.read_varuint();
  if (step > static_cast<uint64_t>(SyncStep::kUpdate)) in.fail();
  const Bytes payload = in.read_varbytes();
  return {static_cast<SyncStep>(step), payload};
}

void write_sync(Encoder& out, SyncStep step, Bytes payload) {
  out.write_varuint(static_cast<uint8_t>(step));
  out.write_varbytes(payload);
}

Result<YMessage> read_y_frame(Bytes frame) {
  Decoder in(frame);
  const uint64_t kind = in.read_varuint();
  YMessage message = read_body(in, kind);
  if (!in.ok()) return failure(ErrorCode::kMalformed, "not a y-websocket frame");
  return message;
}

Buffer y_sync_frame(SyncStep step, Bytes payload) {
  Encoder out = frame_of(kSync, payload.size());
  write_sync(out, step, payload);
  return out.take();
}

Buffer y_awareness_frame(Bytes update) {
  Encoder out = frame_of(kAwareness, update.size());
  out.write_varbytes(update);
  return out.take();
}

Buffer y_denied_frame(std::string_view reason) {
  Encoder out = frame_of(kAuth, reason.size());
  out.write_varuint(kPermissionDenied);
  out.write_varstring(reason);
  return out.take();
}

Buffer y_query_awareness_frame() { return frame_of(kQueryAwareness, 0).take(); }

}  // namespace tidemark::sync
