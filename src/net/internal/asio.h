// What the units that know Asio share: the context behind a Loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <memory>
#include <vector>

#include "net/loop.h"

namespace tidemark::net {

struct Loop::State {
  // One thread runs it: the hint spares the scheduler its wake-ups, not its locks (post() is used
  // from other threads).
  boost::asio::io_context context{1};
  std::vector<std::function<void()>> turn_ends;
  std::vector<std::unique_ptr<boost::asio::signal_set>> signals;
};

}  // namespace tidemark::net
