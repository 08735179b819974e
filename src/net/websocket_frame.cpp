#include "net/websocket_frame.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/utf.h"

namespace tidemark::net {

namespace {

Farewell violation(std::string_view reason) { return {kCloseProtocolError, std::string(reason)}; }

bool is_known(uint8_t opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

uint64_t big_endian(const uint8_t* bytes, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

// The longest prefix of at most `limit` bytes that ends between characters.
std::string_view cut_text(std::string_view text, size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<uint8_t>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace

FrameHead frame_head(Opcode opcode, uint64_t payload_bytes) {
  FrameHead head = {};
  head.bytes[0] = static_cast<uint8_t>(0x80 | static_cast<uint8_t>(opcode));
  size_t extra = 0;
  if (payload_bytes < 126) {
    head.bytes[1] = static_cast<uint8_t>(payload_bytes);
  } else if (payload_bytes <= 0xFFFF) {
    head.bytes[1] = 126;
    extra = 2;
  } else {
    head.bytes[1] = 127;
    extra = 8;
  }
  for (size_t i = 0; i < extra; ++i) {
    head.bytes[2 + i] = static_cast<uint8_t>(payload_bytes >> (8 * (extra - 1 - i)));
  }
  head.size = static_cast<uint8_t>(2 + extra);
  return head;
}

Buffer control_frame(Opcode opcode, Bytes payload) {
  payload = payload.first(std::min(payload.size(), kMaxControlBytes));
  const FrameHead head = frame_head(opcode, payload.size());
  Buffer frame(head.view().size() + payload.size());
  std::ranges::copy(payload, std::ranges::copy(head.view(), frame.begin()).out);
  return frame;
}

Buffer close_frame(const Farewell& farewell) {
  if (farewell.code == kCloseNoCode) return control_frame(Opcode::kClose, {});
  Buffer payload = {static_cast<uint8_t>(farewell.code >> 8), static_cast<uint8_t>(farewell.code)};
  append(payload, as_bytes(cut_text(farewell.reason, kMaxCloseReasonBytes)));
  return control_frame(Opcode::kClose, payload);
}

bool is_valid_close_code(uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

void apply_mask(uint8_t* bytes, size_t count, const std::array<uint8_t, 4>& key, size_t phase) {
  // Eight bytes of key at a time; memcpy lets the compiler use whatever width the machine has.
  std::array<uint8_t, 8> wide;
  for (size_t i = 0; i < wide.size(); ++i) wide[i] = key[(phase + i) % 4];
  uint64_t mask = 0;
  std::memcpy(&mask, wide.data(), sizeof mask);
  size_t i = 0;
  for (; i + sizeof mask <= count; i += sizeof mask) {
    uint64_t word = 0;
    std::memcpy(&word, bytes + i, sizeof word);
    word ^= mask;
    std::memcpy(bytes + i, &word, sizeof word);
  }
  for (; i < count; ++i) bytes[i] = static_cast<uint8_t>(bytes[i] ^ wide[i % 4]);
}

bool Utf8Stream::step(uint8_t byte) {
  if (wanted_ > 0) {
    if (byte < low_ || byte > high_) return false;
    low_ = 0x80;
    high_ = 0xBF;
    --wanted_;
    return true;
  }
  if (byte < 0x80) return true;
  if (byte < 0xC2 || byte > 0xF4) return false;
  wanted_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
  // The second byte rules out overlong forms, surrogates and what lies above U+10FFFF.
  if (byte == 0xE0) low_ = 0xA0;
  if (byte == 0xED) high_ = 0x9F;
  if (byte == 0xF0) low_ = 0x90;
  if (byte == 0xF4) high_ = 0x8F;
  return true;
}

bool Utf8Stream::feed(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [this](uint8_t byte) { return step(byte); });
}

std::optional<Farewell> FrameReader::receive(Bytes input, std::vector<Incoming>& out) {
  while (stage_ != Stage::kEnded) {
    std::optional<Farewell> failed;
    if (stage_ == Stage::kHead) {
      if (input.empty()) return std::nullopt;
      failed = read_head(input);
    } else {
      failed = read_payload(input);
      const bool is_whole = payload_left_ == 0;
      if (!failed && is_whole) failed = finish_frame(out);
      if (!failed && !is_whole) return std::nullopt;
    }
    if (failed) {
      stage_ = Stage::kEnded;
      return failed;
    }
  }
  return std::nullopt;
}

size_t FrameReader::head_bytes_wanted() const {
  if (head_size_ < 2) return 2;
  const unsigned length = head_[1] & 0x7Fu;
  const size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
  return 2 + extra + 4;
}

std::optional<Farewell> FrameReader::read_head(Bytes& input) {
  while (!input.empty() && head_size_ < head_bytes_wanted()) {
    head_[head_size_++] = input.front();
    input = input.subspan(1);
    // The first two bytes are judged at once: whoever is wrong there must not keep us waiting.
    if (head_size_ != 2) continue;
    if ((head_[0] & 0x70) != 0) return violation("reserved bits are set");
    if (!is_known(head_[0] & 0x0F)) return violation("unknown opcode");
    if ((head_[1] & 0x80) == 0) return violation("frame is not masked");
    if ((head_[0] & 0x08) != 0) {
      if ((head_[0] & 0x80) == 0) return violation("control frame is split");
      if ((head_[1] & 0x7F) > kMaxControlBytes) return violation("control frame is too long");
    }
  }
  return head_size_ < head_bytes_wanted() ? std::nullopt : accept_head();
}

std::optional<Farewell> FrameReader::accept_head() {
  uint64_t length = head_[1] & 0x7F;
  size_t at = 2;
  if (length == 126) {
    length = big_endian(head_.data() + 2, 2);
    at += 2;
    if (length < 126) return violation("length is not in its shortest form");
  } else if (length == 127) {
    length = big_endian(head_.data() + 2, 8);
    at += 8;
    if (length >> 63 != 0) return violation("length has its top bit set");
    if (length <= 0xFFFF) return violation("length is not in its shortest form");
  }
  std::memcpy(key_.data(), head_.data() + at, key_.size());
  opcode_ = static_cast<Opcode>(head_[0] & 0x0F);
  is_final_ = (head_[0] & 0x80) != 0;
  head_size_ = 0;
  payload_left_ = length;
  payload_phase_ = 0;
  stage_ = Stage::kPayload;
  return is_control() ? std::nullopt : accept_data_head(is_final_, length);
}

std::optional<Farewell> FrameReader::accept_data_head(bool is_final, uint64_t length) {
  if (opcode_ == Opcode::kContinuation) {
    if (!is_in_message_) return violation("continuation without a beginning");
  } else {
    if (is_in_message_) return violation("a message begins inside another");
    is_in_message_ = true;
    message_opcode_ = opcode_;
    fragments_ = 0;
  }
  const uint64_t max = limits_.max_message_bytes;
  if (length > max || message_.size() > max - length) {
    return Farewell{kCloseTooBig, "message is longer than this server accepts"};
  }
  if (++fragments_ > limits_.max_fragments) {
    return Farewell{kCloseTooBig, "message has more fragments than this server accepts"};
  }
  // A whole small message gets its memory at once; for a long one the sender has to pay with bytes.
  constexpr size_t kTrusted = 4096;
  if (is_final && length <= kTrusted) message_.reserve(message_.size() + length);
  return std::nullopt;
}

std::optional<Farewell> FrameReader::read_payload(Bytes& input) {
  const size_t count = static_cast<size_t>(std::min<uint64_t>(payload_left_, input.size()));
  Buffer& target = is_control() ? control_ : message_;
  const size_t begin = target.size();
  append(target, input.first(count));
  input = input.subspan(count);
  apply_mask(target.data() + begin, count, key_, payload_phase_);
  payload_phase_ = (payload_phase_ + count) % 4;
  payload_left_ -= count;
  const bool is_text = !is_control() && message_opcode_ == Opcode::kText;
  if (is_text && !text_.feed(Bytes(target).subspan(begin))) {
    return Farewell{kCloseInvalidText, "text is not UTF-8"};
  }
  return std::nullopt;
}

std::optional<Farewell> FrameReader::finish_frame(std::vector<Incoming>& out) {
  stage_ = Stage::kHead;
  if (is_control()) return finish_control(out);
  return is_final_ ? finish_message(out) : std::nullopt;
}

std::optional<Farewell> FrameReader::finish_message(std::vector<Incoming>& out) {
  if (message_opcode_ == Opcode::kText && !text_.is_complete()) {
    return Farewell{kCloseInvalidText, "text ends inside a character"};
  }
  is_in_message_ = false;
  text_.reset();
  out.push_back({message_opcode_, std::exchange(message_, {}), {}});
  return std::nullopt;
}

std::optional<Farewell> FrameReader::finish_control(std::vector<Incoming>& out) {
  Buffer payload = std::exchange(control_, {});
  if (opcode_ != Opcode::kClose) {
    out.push_back({opcode_, std::move(payload), {}});
    return std::nullopt;
  }
  Farewell farewell;
  if (payload.size() == 1) return violation("close frame has half a code");
  if (payload.size() >= 2) {
    farewell.code = static_cast<uint16_t>(big_endian(payload.data(), 2));
    if (!is_valid_close_code(farewell.code)) return violation("close code may not be sent");
    const std::string_view reason = as_text(Bytes(payload).subspan(2));
    if (!is_valid_utf8(reason)) {
      return Farewell{kCloseInvalidText, "close reason is not UTF-8"};
    }
    farewell.reason = reason;
  }
  stage_ = Stage::kEnded;
  out.push_back({Opcode::kClose, {}, std::move(farewell)});
  return std::nullopt;
}

}  // namespace tidemark::net
