// The frames of RFC 6455 as pure functions of bytes: no socket, no clock. The server's side only:
// what is read must be masked, what is written is not, and no extension is ever agreed upon.
//
//   frame  := head, masking-key (4 bytes, if masked), payload
//   head   := fin 1 bit, reserved 3 bits (0), opcode 4 bits, masked 1 bit, length 7 bits,
//             length 126: 16 bits more; 127: 64 bits more, top bit 0; always the shortest form
//   opcode := 0 continuation | 1 text | 2 binary | 8 close | 9 ping | 10 pong
//   message := text or binary frame, continuation*, the last with fin; control frames (8-10, at
//              most 125 bytes, never split) may stand between them
//   close payload := empty | code (16 bits), reason (UTF-8)
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace tidemark::net {

enum class Opcode : uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10,
};

// Close codes that this side gives by itself; the rest belong to whoever uses the connection.
inline constexpr uint16_t kCloseNormal = 1000;
inline constexpr uint16_t kCloseGoingAway = 1001;
inline constexpr uint16_t kCloseProtocolError = 1002;
inline constexpr uint16_t kCloseUnsupported = 1003;
inline constexpr uint16_t kCloseNoCode = 1005;  // never on the wire: the close frame was empty
inline constexpr uint16_t kCloseInvalidText = 1007;
inline constexpr uint16_t kCloseTooBig = 1009;

inline constexpr size_t kMaxControlBytes = 125;
inline constexpr size_t kMaxCloseReasonBytes = kMaxControlBytes - 2;

// Why a conversation ends.
struct Farewell {
  uint16_t code = kCloseNoCode;
  std::string reason;
  friend bool operator==(const Farewell&, const Farewell&) = default;
};

// One whole thing that the peer said: a message (text or binary) or a control frame.
struct Incoming {
  Opcode opcode = Opcode::kBinary;
  Buffer payload;     // empty for kClose
  Farewell farewell;  // only for kClose
};

// The bytes before the payload of a server's frame.
struct FrameHead {
  std::array<uint8_t, 10> bytes;
  uint8_t size;
  Bytes view() const { return {bytes.data(), size}; }
};
FrameHead frame_head(Opcode opcode, uint64_t payload_bytes);

// A whole control frame. A close reason is cut to what fits, between characters.
Buffer control_frame(Opcode opcode, Bytes payload);
Buffer close_frame(const Farewell& farewell);

// Codes that a peer may send: 1000-1003, 1007-1014 and 3000-4999.
bool is_valid_close_code(uint16_t code);

// XORs with the key, the first byte with key[phase % 4].
void apply_mask(uint8_t* bytes, size_t count, const std::array<uint8_t, 4>& key, size_t phase);

// UTF-8 that arrives in pieces; tells of the first wrong byte as soon as it is there.
class Utf8Stream {
 public:
  // False once anything was wrong.
  bool feed(Bytes bytes);
  // Nothing is half-read.
  bool is_complete() const { return wanted_ == 0; }
  void reset() { *this = {}; }

 private:
  bool step(uint8_t byte);

  uint8_t wanted_ = 0;  // continuation bytes still to come
  uint8_t low_ = 0x80;  // the range of the next one
  uint8_t high_ = 0xBF;
};

// Turns the bytes of one peer into what it said. Sticky: after a violation or a close frame all
// further bytes are ignored.
//  (1) A message buffer never holds more than arrived, and never more than max_message_bytes.
//  (2) What exceeds the limit is refused by its head, before its payload is awaited.
class FrameReader {
 public:
  struct Limits {
    uint64_t max_message_bytes;
    uint64_t max_fragments;
  };
  explicit FrameReader(const Limits& limits) : limits_(limits) {}

  // From the next frame on.
  void limit_messages(uint64_t max_message_bytes) { limits_.max_message_bytes = max_message_bytes; }

  // Appends to out. A value is the reason to fail the connection with; what stands in out before
  // it was said properly.
  std::optional<Farewell> receive(Bytes input, std::vector<Incoming>& out);

  // A message or a frame was begun and is not finished.
  bool is_midway() const { return stage_ != Stage::kHead || head_size_ > 0 || is_in_message_; }
  // Bytes held for an unfinished message.
  size_t held_bytes() const { return message_.size() + control_.size(); }

 private:
  enum class Stage : uint8_t { kHead, kPayload, kEnded };

  std::optional<Farewell> read_head(Bytes& input);
  std::optional<Farewell> accept_head();
  std::optional<Farewell> accept_data_head(bool is_final, uint64_t length);
  std::optional<Farewell> read_payload(Bytes& input);
  std::optional<Farewell> finish_frame(std::vector<Incoming>& out);
  std::optional<Farewell> finish_control(std::vector<Incoming>& out);
  std::optional<Farewell> finish_message(std::vector<Incoming>& out);
  size_t head_bytes_wanted() const;
  bool is_control() const { return (static_cast<uint8_t>(opcode_) & 8) != 0; }

  Limits limits_;
  Stage stage_ = Stage::kHead;
  std::array<uint8_t, 14> head_ = {};
  uint8_t head_size_ = 0;
  // The frame being read.
  Opcode opcode_ = Opcode::kContinuation;
  bool is_final_ = false;
  std::array<uint8_t, 4> key_ = {};
  uint64_t payload_left_ = 0;
  size_t payload_phase_ = 0;
  // The message being read, which may span frames.
  bool is_in_message_ = false;
  Opcode message_opcode_ = Opcode::kBinary;
  uint64_t fragments_ = 0;
  Utf8Stream text_;
  Buffer message_;
  Buffer control_;
};

}  // namespace tidemark::net
