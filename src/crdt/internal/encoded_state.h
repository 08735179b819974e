// What was last encoded of a document that has not changed since: peers that join one after the
// other ask for the same bytes.
#pragma once

#include <array>
#include <memory>
#include <utility>

#include "base/bytes.h"
#include "base/on_demand.h"

namespace tidemark::crdt {

class EncodedState {
 public:
  // Null where nothing is kept.
  const Buffer* whole(size_t format) const { return kept(&Kept::whole, format); }
  const Buffer* delete_set(size_t format) const { return kept(&Kept::delete_set, format); }
  void keep_whole(size_t format, Buffer bytes) {
    kept_.make().whole[format] = std::make_unique<Buffer>(std::move(bytes));
  }
  void keep_delete_set(size_t format, Buffer bytes) {
    kept_.make().delete_set[format] = std::make_unique<Buffer>(std::move(bytes));
  }
  // The document is about to change.
  void forget() {
    if (kept_.get() != nullptr) kept_.drop();
  }
  size_t memory() const {
    size_t bytes = 0;
    for (size_t format = 0; format < 2; ++format) {
      for (const Buffer* buffer : {whole(format), delete_set(format)}) {
        bytes += buffer == nullptr ? 0 : buffer->capacity();
      }
    }
    return bytes;
  }

 private:
  using ByFormat = std::array<std::unique_ptr<Buffer>, 2>;  // by update format
  struct Kept {
    ByFormat whole;
    ByFormat delete_set;
  };

  const Buffer* kept(ByFormat Kept::*what, size_t format) const {
    return kept_.get() == nullptr ? nullptr : (kept_.get()->*what)[format].get();
  }

  OnDemand<Kept> kept_;
};

}  // namespace tidemark::crdt
