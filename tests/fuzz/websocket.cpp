// What a peer sends over a WebSocket, however it is cut: the reader ends, holds no more than came,
// and says the same whether the bytes come at once or in pieces. The first byte sets limits and the
// size of the pieces; each message must also survive being framed again.
#include "net/websocket_frame.h"

#include <algorithm>
#include <cstdlib>

#include "base/utf.h"

namespace tidemark::net {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

struct Heard {
  std::vector<Incoming> said;
  std::optional<Farewell> violation;
};

Heard read(Bytes wire, size_t piece, const FrameReader::Limits& limits) {
  Heard heard;
  FrameReader reader(limits);
  size_t fed = 0;
  while (fed < wire.size() && !heard.violation) {
    const Bytes next = wire.subspan(fed, std::min(piece, wire.size() - fed));
    heard.violation = reader.receive(next, heard.said);
    fed += next.size();
    require(reader.held_bytes() <= fed);
    require(reader.held_bytes() <= limits.max_message_bytes + kMaxControlBytes);
  }
  return heard;
}

void check_said(const Incoming& said, const FrameReader::Limits& limits) {
  require(said.payload.size() <= limits.max_message_bytes || said.opcode >= Opcode::kClose);
  if (said.opcode == Opcode::kText) require(is_valid_utf8(as_text(said.payload)));
  if (said.opcode == Opcode::kClose) {
    const bool has_code = said.farewell.code != kCloseNoCode;
    require(!has_code || is_valid_close_code(said.farewell.code));
    require(is_valid_utf8(said.farewell.reason));
    require(close_frame(said.farewell).size() <= 2 + kMaxControlBytes);
  }
}

void check_framing(const Incoming& said, const FrameReader::Limits& limits) {
  if (said.opcode == Opcode::kClose) return;
  Buffer frame = copy_of(frame_head(said.opcode, said.payload.size()).view());
  frame[1] = static_cast<uint8_t>(frame[1] | 0x80);
  const std::array<uint8_t, 4> key = {1, 2, 3, 4};
  append(frame, key);
  append(frame, said.payload);
  apply_mask(frame.data() + frame.size() - said.payload.size(), said.payload.size(), key, 0);
  const Heard again = read(frame, frame.size(), limits);
  require(!again.violation && again.said.size() == 1);
  require(again.said[0].opcode == said.opcode && again.said[0].payload == said.payload);
}

void run(Bytes input) {
  if (input.empty()) return;
  const FrameReader::Limits limits = {.max_message_bytes = size_t{1} << (input[0] % 20),
                                      .max_fragments = 1u + (input[0] >> 4)};
  const Bytes wire = input.subspan(1);
  const Heard whole = read(wire, wire.size(), limits);
  const Heard pieces = read(wire, 1u + input[0] % 7, limits);
  require(whole.violation == pieces.violation && whole.said.size() == pieces.said.size());
  for (size_t i = 0; i < whole.said.size(); ++i) {
    require(whole.said[i].opcode == pieces.said[i].opcode);
    require(whole.said[i].payload == pieces.said[i].payload);
    check_said(whole.said[i], limits);
    check_framing(whole.said[i], limits);
  }
}

}  // namespace
}  // namespace tidemark::net

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  tidemark::net::run({bytes, size});
  return 0;
}
