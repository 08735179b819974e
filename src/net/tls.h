// The server's certificate and key, ready for use by sockets: TLS 1.2 and newer.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace tidemark::net {

class Tls {
 public:
  // PEM files: the certificate with its chain, and its key.
  static Result<std::shared_ptr<Tls>> load(const std::string& certificate, const std::string& key);
  ~Tls();
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  // A boost::asio::ssl::context, for pipe.cpp.
  struct State;
  State& state() { return *state_; }

 private:
  Tls();
  std::unique_ptr<State> state_;
};

}  // namespace tidemark::net
