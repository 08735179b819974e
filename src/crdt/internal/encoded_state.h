// What was last encoded of a document that has not changed since: peers that join one after the
// other ask for the same bytes.
#pragma once

#include <array>
#include <memory>
#include <utility>

#include "base/bytes.h"

namespace tidemark::crdt {

class EncodedState {
 public:
  // By update format.
  using ByFormat = std::array<std::unique_ptr<Buffer>, 2>;

  const ByFormat& whole() const { return whole_; }
  const ByFormat& delete_set() const { return delete_set_; }
  void keep_whole(size_t format, Buffer bytes) { keep(whole_[format], bytes); }
  void keep_delete_set(size_t format, Buffer bytes) { keep(delete_set_[format], bytes); }
  // The document is about to change.
  void forget() {
    if (is_empty_) return;
    *this = {};
  }
  size_t memory() const {
    size_t bytes = 0;
    for (const ByFormat* kept : {&whole_, &delete_set_}) {
      for (const std::unique_ptr<Buffer>& buffer : *kept) bytes += buffer ? buffer->capacity() : 0;
    }
    return bytes;
  }

 private:
  void keep(std::unique_ptr<Buffer>& place, Buffer& bytes) {
    is_empty_ = false;
    place = std::make_unique<Buffer>(std::move(bytes));
  }

  bool is_empty_ = true;
  ByFormat whole_;
  ByFormat delete_set_;
};

}  // namespace tidemark::crdt
