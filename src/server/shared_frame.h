// One message on its way to many receivers: made once, never changed, freed when the last socket
// has written it. The count is shared between the hub's thread and the network's, and those two
// need no other agreement about who frees the bytes: therefore std::shared_ptr, whose count is
// atomic, here and nowhere else in pure code.
#pragma once

#include <memory>
#include <utility>

#include "base/bytes.h"

namespace tidemark::server {

using SharedFrame = std::shared_ptr<const Buffer>;

inline SharedFrame share(Buffer&& bytes) {
  return std::make_shared<const Buffer>(std::move(bytes));
}

}  // namespace tidemark::server
