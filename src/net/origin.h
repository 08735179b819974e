// Which web pages may talk to this server. Browsers attach the cookies and the network position of
// their user to whatever a page asks for, so a server on loopback is in reach of every page; the
// Origin and Host headers tell which page it was.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http.h"

namespace tidemark::net {

struct PagePolicy {
  // As normal_origin() gives them: "https://app.example", "null" or "*".
  std::vector<std::string> origins;
  // The server is meant to be reached under names that it does not know.
  bool accepts_any_host = false;
};

// The one spelling that browsers send: scheme and host in lower case, no default port, no slash at
// the end. Also "null" and "*". What no browser can send is refused, in words for who wrote it.
Result<std::string> normal_origin(std::string_view text);

// No Origin (programs), the server's own pages, pages on loopback, and what the policy lists.
bool is_origin_allowed(const HttpRequest& request, const PagePolicy& policy);

// An address, a loopback name, or the host of a listed origin. A name that somebody else's DNS
// points at us is none of these: that would make their page one of ours.
bool is_host_allowed(const HttpRequest& request, const PagePolicy& policy);

}  // namespace tidemark::net
