// Runs a server until it is told to stop: sockets on the calling thread, rooms and store on a
// thread of their own. SIGTERM or SIGINT end it gracefully, a second one at once; SIGHUP reads the
// certificate again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/limits.h"
#include "server/limits.h"

namespace tidemark::host {

struct ServeOptions {
  // HOST:PORT each: an IPv4 address, an IPv6 address in brackets, or a name. Port 0 takes a free
  // one. "localhost" is both loopback addresses.
  std::vector<std::string> listen = {"localhost:1234"};
  std::string data = "tidemark-data";

  // Anybody who reaches the address may read and write every document. Without it serve() refuses
  // addresses beyond loopback.
  bool is_open = false;

  // PEM files; TLS is on when both are given.
  std::string certificate;
  std::string key;

  // Web origins ("https://app.example") whose pages may connect, beside pages that this server
  // serves itself and pages on loopback. "*" permits every page. Programs send no origin and pass.
  std::vector<std::string> origins;

  // trace, debug, info, warn, error or off; to standard error.
  std::string log_level = "warn";

  // From the first signal to the end, even if somebody does not close.
  int64_t shutdown_deadline_ms = 10'000;

  server::Limits limits;
  net::Limits net;
};

// Prints each address on a line of its own to standard output once it can be connected to. Returns
// after a graceful stop. Errors name what to do next.
Result<> serve(const ServeOptions& options);

}  // namespace tidemark::host
