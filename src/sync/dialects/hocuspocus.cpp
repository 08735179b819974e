#include "sync/dialects/hocuspocus.h"

namespace tidemark::sync::hocuspocus {

namespace {

enum Kind : uint8_t {
  kSync = 0,
  kAwareness = 1,
  kAuth = 2,
  kQueryAwareness = 3,
  kSyncReply = 4,
  kStateless = 5,
  kBroadcastStateless = 6,
  kClose = 7,
  kSyncStatus = 8,
  kPing = 9,
  kPong = 10,
};

enum AuthKind : uint8_t { kToken = 0, kDenied = 1, kAuthenticated = 2 };

constexpr std::string_view kReadOnly = "readonly";
constexpr std::string_view kReadWrite = "read-write";

Message read_auth(Decoder& in) {
  const uint64_t kind = in.read_varuint();
  switch (kind) {
    case kToken: {
      Token token;
      // A bare request for a token is what a server sends; the version came with version 4.
      if (!in.at_end()) token.token = in.read_varstring();
      if (!in.at_end()) token.client_version = in.read_varstring();
      return token;
    }
    case kDenied: return Denied{in.read_varstring()};
    case kAuthenticated: return Authenticated{in.read_varstring()};
    default: in.fail(); return Unknown{kAuth};
  }
}

Message read_body(Decoder& in, uint64_t kind) {
  switch (kind) {
    case kSync:
    case kSyncReply: return Sync{read_sync(in), kind == kSyncReply};
    case kAwareness: return Awareness{in.read_varbytes()};
    case kAuth: return read_auth(in);
    case kQueryAwareness: return QueryAwareness{};
    case kStateless: return Stateless{in.read_varstring()};
    case kBroadcastStateless: return BroadcastStateless{in.read_varstring()};
    case kClose: return Close{in.at_end() ? std::string_view{} : in.read_varstring()};
    case kSyncStatus: return SyncStatus{in.read_varuint() == 1};
    case kPing: return Ping{};
    case kPong: return Pong{};
    default: return Unknown{kind};
  }
}

// Ten bytes hold a varuint and the kinds before it.
Encoder frame_of(std::string_view address, Kind kind, size_t payload_size = 0) {
  Encoder out;
  out.reserve(address.size() + payload_size + 16);
  out.write_varstring(address);
  out.write_varuint(kind);
  return out;
}

}  // namespace

Address split_address(std::string_view full) {
  const size_t nul = full.find('\0');
  if (nul == std::string_view::npos) return {full, full, {}};
  return {full, full.substr(0, nul), full.substr(nul + 1)};
}

Result<Frame> read_frame(Bytes frame) {
  if (frame.size() == 1 && frame[0] == kPing) return Frame{{}, Ping{}};
  if (frame.size() == 1 && frame[0] == kPong) return Frame{{}, Pong{}};
  Decoder in(frame);
  const Address address = split_address(in.read_varstring());
  Message message = read_body(in, in.read_varuint());
  if (!in.ok()) return failure(ErrorCode::kMalformed, "not a Hocuspocus frame");
  return Frame{address, message};
}

Buffer sync_frame(std::string_view address, SyncStep step, Bytes payload) {
  Encoder out = frame_of(address, kSync, payload.size());
  write_sync(out, step, payload);
  return out.take();
}

Buffer awareness_frame(std::string_view address, Bytes update) {
  Encoder out = frame_of(address, kAwareness, update.size());
  out.write_varbytes(update);
  return out.take();
}

Buffer token_frame(std::string_view address, std::string_view token, std::string_view version) {
  Encoder out = frame_of(address, kAuth, token.size() + version.size());
  out.write_varuint(kToken);
  out.write_varstring(token);
  out.write_varstring(version);
  return out.take();
}

Buffer denied_frame(std::string_view address, std::string_view reason) {
  Encoder out = frame_of(address, kAuth, reason.size());
  out.write_varuint(kDenied);
  out.write_varstring(reason);
  return out.take();
}

Buffer authenticated_frame(std::string_view address, bool can_write) {
  Encoder out = frame_of(address, kAuth);
  out.write_varuint(kAuthenticated);
  out.write_varstring(can_write ? kReadWrite : kReadOnly);
  return out.take();
}

Buffer query_awareness_frame(std::string_view address) {
  return frame_of(address, kQueryAwareness).take();
}

Buffer stateless_frame(std::string_view address, std::string_view payload) {
  Encoder out = frame_of(address, kStateless, payload.size());
  out.write_varstring(payload);
  return out.take();
}

Buffer close_frame(std::string_view address, std::string_view reason) {
  Encoder out = frame_of(address, kClose, reason.size());
  out.write_varstring(reason);
  return out.take();
}

Buffer sync_status_frame(std::string_view address, bool is_kept) {
  Encoder out = frame_of(address, kSyncStatus);
  out.write_varuint(is_kept ? 1 : 0);
  return out.take();
}

Buffer ping_frame() { return {kPing}; }
Buffer pong_frame() { return {kPong}; }

}  // namespace tidemark::sync::hocuspocus
