// The Asio side of a Pipe. Pending operations share it with the Pipe, which cuts the way back to
// the owner when it goes.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "net/pipe.h"
#include "net/tls.h"

namespace tidemark::net {

// Sets the socket's options; null if the peer is gone already. Without tls it is a plain stream.
std::shared_ptr<Pipe::State> make_pipe_state(boost::asio::ip::tcp::socket socket,
                                             std::shared_ptr<Tls> tls);

}  // namespace tidemark::net
