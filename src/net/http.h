// HTTP/1.1 as a server needs it for a page, probes and the upgrade to WebSocket: requests without
// a body, one after another. The grammar is read by Boost.Beast, which only http.cpp knows.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace tidemark::net {

struct HttpRequest {
  std::string method;
  std::string target;                                        // as sent, with its query
  std::vector<std::pair<std::string, std::string>> headers;  // in order, names as sent
  bool keeps_alive = true;
  bool has_body = false;
  bool is_http11 = true;

  // Without its query.
  std::string_view path() const;
  // The first with this name, whatever its case. Null if there is none.
  const std::string* header(std::string_view name) const;
  size_t header_count(std::string_view name) const;
  // All values of a header that is a list: items split at commas, trimmed.
  std::vector<std::string_view> header_items(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  // In place of body where the bytes are there for good (embedded files).
  Bytes static_body = {};
  bool closes = false;

  Bytes content() const { return static_body.empty() ? as_bytes(body) : static_body; }
};

std::string_view reason_phrase(int status);

// A response with a line of text that says what is wrong.
HttpResponse plain_response(int status, std::string_view text);

// Head of the response, Content-Length included; for HEAD the body is left out by the caller.
std::string response_head(const HttpResponse& response, bool keeps_alive);

// The time now as HTTP writes it.
std::string http_date();

// Case-insensitive, for ASCII.
bool equal_ignoring_case(std::string_view a, std::string_view b);

// Reads one request after another from the bytes of one connection.
class HttpReader {
 public:
  explicit HttpReader(size_t max_header_bytes);
  ~HttpReader();
  HttpReader(const HttpReader&) = delete;
  HttpReader& operator=(const HttpReader&) = delete;

  // Takes bytes from the front of the input until a request's head is complete or the input is
  // used up. `failed_status` is not 0 if the connection has to end with that status.
  struct Step {
    std::optional<HttpRequest> request;
    int failed_status = 0;
  };
  Step read(Bytes& input);

  // Some bytes of the next request are there.
  bool is_midway() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tidemark::net
