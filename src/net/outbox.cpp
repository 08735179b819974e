#include "net/outbox.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tidemark::net {

void Gather::clear() {
  scratch_used_ = 0;
  count_ = 0;
  size_ = 0;
}

bool Gather::add(Bytes piece) {
  if (piece.empty()) return true;
  if (size_ >= kMaxBytes) return false;
  if (piece.size() <= kSmall && scratch_used_ + piece.size() <= kScratchBytes) {
    uint8_t* const to = scratch_.data() + scratch_used_;
    const bool joins = count_ > 0 && pieces_[count_ - 1].data() + pieces_[count_ - 1].size() == to;
    if (!joins && count_ == kMaxPieces) return false;
    std::memcpy(to, piece.data(), piece.size());
    scratch_used_ += piece.size();
    if (joins) {
      pieces_[count_ - 1] = {pieces_[count_ - 1].data(), pieces_[count_ - 1].size() + piece.size()};
    } else {
      pieces_[count_++] = {to, piece.size()};
    }
  } else {
    if (count_ == kMaxPieces) return false;
    piece = piece.first(std::min(piece.size(), kMaxBytes - size_));
    pieces_[count_++] = piece;
  }
  size_ += piece.size();
  return true;
}

void Outbox::push_frame(Opcode kind, SharedPayload payload, bool is_apart) {
  const Bytes body = *payload;
  push({frame_head(kind, body.size()), true, is_apart, std::move(payload), body});
}

void Outbox::push_bytes(Buffer bytes) {
  auto owner = std::make_shared<const Buffer>(std::move(bytes));
  const Bytes body = *owner;
  push({FrameHead{}, false, false, std::move(owner), body});
}

void Outbox::push_static(Bytes bytes) { push({FrameHead{}, false, false, nullptr, bytes}); }

void Outbox::push(Item item) {
  // Taking from the front leaves a gap, closed when it is half of the queue.
  if (first_ > 16 && first_ * 2 > items_.size()) {
    items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  if (item.size() == 0) return;
  queued_bytes_ += item.size();
  if (item.is_apart) apart_bytes_ += item.size();
  items_.push_back(std::move(item));
}

void Outbox::fill(Gather& gather) const {
  gather.clear();
  size_t skipped = written_;
  for (size_t i = first_; i < items_.size(); ++i) {
    const Item& item = items_[i];
    const size_t of_head = std::min<size_t>(skipped, item.head.size);
    const size_t of_body = skipped - of_head;
    skipped = 0;
    const size_t before = gather.size();
    const Bytes head = item.head.view().subspan(of_head);
    const Bytes body = item.body.subspan(of_body);
    if (!gather.add(head) || !gather.add(body)) return;
    // A piece that was cut is the end: nothing may follow before its rest.
    if (gather.size() - before < head.size() + body.size()) return;
  }
}

size_t Outbox::advance(size_t bytes) {
  size_t payload = 0;
  queued_bytes_ -= bytes;
  while (bytes > 0) {
    Item& item = items_[first_];
    const size_t count = std::min(bytes, item.size() - written_);
    if (item.is_payload) {
      const size_t of_head =
          written_ < item.head.size ? std::min<size_t>(count, item.head.size - written_) : 0;
      payload += count - of_head;
    }
    bytes -= count;
    written_ += count;
    if (item.is_apart) apart_bytes_ -= count;
    if (written_ < item.size()) break;
    written_ = 0;
    item.owner.reset();
    ++first_;
  }
  if (is_empty()) {
    first_ = 0;
    items_.clear();
    constexpr size_t kKept = 16;
    if (items_.capacity() > kKept) items_.shrink_to_fit();
  }
  return payload;
}

void Outbox::clear() {
  items_ = {};
  first_ = 0;
  written_ = 0;
  queued_bytes_ = 0;
  apart_bytes_ = 0;
}

}  // namespace tidemark::net
