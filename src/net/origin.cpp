#include "net/origin.h"

#include <algorithm>

#include "net/endpoint.h"

namespace tidemark::net {

namespace {

struct Authority {
  std::string host;  // lower case, IPv6 without brackets
  std::string port;  // empty for the default
};

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

Authority authority_of(std::string_view text) {
  Authority authority;
  const size_t bracket = text.rfind(']');
  const size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  authority.host = lowered(text.substr(0, colon));
  if (colon != std::string_view::npos) authority.port = text.substr(colon + 1);
  if (authority.host.size() >= 2 && authority.host.front() == '[' && authority.host.back() == ']') {
    authority.host = authority.host.substr(1, authority.host.size() - 2);
  }
  return authority;
}

// Without the scheme; the default port of the scheme is dropped.
Authority authority_of_origin(std::string_view origin) {
  const size_t scheme_end = origin.find("://");
  if (scheme_end == std::string_view::npos) return {};
  Authority authority = authority_of(origin.substr(scheme_end + 3));
  const std::string scheme = lowered(origin.substr(0, scheme_end));
  if ((scheme == "http" && authority.port == "80") ||
      (scheme == "https" && authority.port == "443")) {
    authority.port.clear();
  }
  return authority;
}

bool is_loopback_name(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || is_loopback_address(host);
}

// The page may have come through a proxy that took the TLS off, so that the scheme is unknown.
bool same_place(const Authority& page, const Authority& server) {
  const bool is_default = server.port == "80" || server.port == "443";
  return page.host == server.host &&
         (page.port == server.port || (page.port.empty() && is_default));
}

}  // namespace

bool is_origin_allowed(const HttpRequest& request, const PagePolicy& policy) {
  const std::string* origin = request.header("Origin");
  if (origin == nullptr) return true;
  const std::string wanted = lowered(*origin);
  for (const std::string& allowed : policy.origins) {
    if (allowed == "*" || lowered(allowed) == wanted) return true;
  }
  const Authority page = authority_of_origin(*origin);
  if (page.host.empty()) return false;
  if (is_loopback_name(page.host)) return true;
  const std::string* host = request.header("Host");
  return host != nullptr && same_place(page, authority_of(*host));
}

bool is_host_allowed(const HttpRequest& request, const PagePolicy& policy) {
  if (policy.accepts_any_host) return true;
  const std::string* host = request.header("Host");
  if (host == nullptr) return !request.is_http11;
  const Authority place = authority_of(*host);
  if (is_address(place.host) || is_loopback_name(place.host)) return true;
  return std::any_of(policy.origins.begin(), policy.origins.end(), [&](const std::string& origin) {
    return origin == "*" || authority_of_origin(origin).host == place.host;
  });
}

}  // namespace tidemark::net
