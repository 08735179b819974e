// The OpenSSL context behind a Tls.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include "net/tls.h"

namespace tidemark::net {

struct Tls::State {
  boost::asio::ssl::context context{boost::asio::ssl::context::tls_server};
};

}  // namespace tidemark::net
