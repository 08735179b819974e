// Where a server listens, as people write it.
//
//   endpoint := host ":" port | ":" port | port        without a host: both loopback addresses
//   host     := IPv4 address | "[" IPv6 address "]" | name
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tidemark::net {

struct Endpoint {
  std::string host;  // an IPv6 address without its brackets
  uint16_t port = 0;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

Result<Endpoint> parse_endpoint(std::string_view text);

// "127.0.0.1:80", "[::1]:80"
std::string to_string(const Endpoint& endpoint);

bool is_address(std::string_view text);
// 127.0.0.0/8, ::1, and the former mapped into the latter's space. Names are not addresses.
bool is_loopback_address(std::string_view text);

}  // namespace tidemark::net
