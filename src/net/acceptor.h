// A listening socket. It outlives running out of file descriptors: it waits a moment and goes on.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/endpoint.h"
#include "net/loop.h"
#include "net/pipe.h"
#include "net/tls.h"

namespace tidemark::net {

class Acceptor {
 public:
  struct Events {
    std::function<void(std::unique_ptr<Pipe>)> accepted;
    // Accepting failed for a reason that concerns us; it is tried again.
    std::function<void(const std::string& reason)> failed;
  };

  // Port 0 takes a free one. The host must be an address.
  static Result<std::unique_ptr<Acceptor>> listen(Loop& loop, const Endpoint& endpoint);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  // With the port that was taken.
  const Endpoint& endpoint() const;

  void start(Events events);
  // For the connections to come; null is plain.
  void use_tls(std::shared_ptr<Tls> tls);

 private:
  struct State;
  explicit Acceptor(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

// The addresses behind a host: itself, or what the system's resolver says. "localhost" is 127.0.0.1
// and ::1 whatever the resolver says.
Result<std::vector<std::string>> resolve(const std::string& host);

}  // namespace tidemark::net
