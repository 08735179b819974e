#include "net/origin.h"

#include <algorithm>
#include <charconv>

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

bool consists_of(std::string_view text, std::string_view more) {
  return !text.empty() && std::ranges::all_of(text, [more](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
  });
}

// Nothing, or a number from 1 to 65535 behind its colon.
bool is_port(std::string_view text) {
  if (text.empty()) return true;
  unsigned port = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + 1, end, port);
  return text[0] == ':' && error == std::errc() && rest == end && text[1] != '0' && port <= 65'535;
}

// The page may have come through a proxy that took the TLS off, so that the scheme is unknown.
bool same_place(const Authority& page, const Authority& server) {
  const bool is_default = server.port == "80" || server.port == "443";
  return page.host == server.host &&
         (page.port == server.port || (page.port.empty() && is_default));
}

}  // namespace

Result<std::string> normal_origin(std::string_view text) {
  const auto refused = [text](std::string_view why) {
    return failure(ErrorCode::kInvalid,
                   "\"" + std::string(text) + "\" is no origin: " + std::string(why));
  };
  std::string origin = lowered(text);
  if (origin == "*" || origin == "null") return origin;
  if (origin.find('*') != std::string::npos) {
    return refused("there are no patterns; name each origin, or write * for every page");
  }
  const size_t scheme_end = origin.find("://");
  if (scheme_end == std::string::npos) {
    return refused("the scheme is missing; write https://HOST or http://HOST:PORT");
  }
  const std::string scheme = origin.substr(0, scheme_end);
  if (scheme == "ws" || scheme == "wss") {
    return refused("it is where the page is from, so that it begins with http:// or https://");
  }
  if (scheme == "file") return refused("pages from files call themselves null");
  if (!consists_of(scheme, "+-.")) return refused("the scheme is none; write https://HOST");
  if (origin.ends_with('/')) origin.pop_back();
  const std::string_view place =
      std::string_view(origin).substr(std::min(scheme_end + 3, origin.size()));
  if (place.find_first_of("/?#") != std::string_view::npos) {
    return refused("it has no path; write scheme, host and port");
  }
  const size_t bracket = place.rfind(']');
  const size_t host_end = place.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const std::string_view host = place.substr(0, host_end);
  const std::string_view port = host_end == std::string_view::npos ? "" : place.substr(host_end);
  const bool is_v6 = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (is_v6 ? !is_address(host.substr(1, host.size() - 2)) : !consists_of(host, "-._")) {
    return refused("the host is none; other letters than a to z are written as browsers do, xn--");
  }
  if (!is_port(port)) return refused("the port is none; write 1 to 65535");
  const bool is_default =
      (scheme == "http" && port == ":80") || (scheme == "https" && port == ":443");
  if (is_default) origin.resize(origin.size() - port.size());
  return origin;
}

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
