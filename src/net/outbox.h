// What waits to be written to one socket. Payloads are shared with the outboxes of other sockets
// and not copied until they are written, then small neighbours travel in one piece: a gathered
// write of many small frames costs the kernel more than copying them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "net/websocket_frame.h"

namespace tidemark::net {

// Room to lay out one gathered write; one for all sockets of a thread.
class Gather {
 public:
  static constexpr size_t kMaxPieces = 60;
  static constexpr size_t kMaxBytes = size_t{256} << 10;

  void clear();
  // False when the write is large enough; the piece is then left out.
  bool add(Bytes piece);
  std::span<const Bytes> pieces() const { return {pieces_.data(), count_}; }
  size_t size() const { return size_; }

 private:
  static constexpr size_t kSmall = 2048;
  static constexpr size_t kScratchBytes = size_t{64} << 10;

  std::array<uint8_t, kScratchBytes> scratch_;
  size_t scratch_used_ = 0;
  std::array<Bytes, kMaxPieces> pieces_;
  size_t count_ = 0;
  size_t size_ = 0;
};

class Outbox {
 public:
  using SharedPayload = std::shared_ptr<const Buffer>;

  // A frame around a payload, whose bytes count as drained when they are written. One that is apart
  // is no part of the backlog.
  void push_frame(Opcode kind, SharedPayload payload, bool is_apart = false);
  // Bytes as they are.
  void push_bytes(Buffer bytes);
  // The same; they outlive the outbox.
  void push_static(Bytes bytes);

  bool is_empty() const { return first_ == items_.size(); }
  size_t queued_bytes() const { return queued_bytes_; }
  size_t backlog_bytes() const { return queued_bytes_ - apart_bytes_; }

  // Lays out what comes next.
  void fill(Gather& gather) const;
  // So many bytes from the front are written. Returns how many of them were payload.
  size_t advance(size_t bytes);
  // Frees the memory of an outbox that was once busy.
  void clear();

 private:
  struct Item {
    FrameHead head;  // size 0 where there is none
    bool is_payload;
    bool is_apart;
    SharedPayload owner;
    Bytes body;
    size_t size() const { return head.size + body.size(); }
  };
  void push(Item item);

  std::vector<Item> items_;
  size_t first_ = 0;
  size_t written_ = 0;  // of the first item
  size_t queued_bytes_ = 0;
  size_t apart_bytes_ = 0;
};

}  // namespace tidemark::net
