// Requests from strangers, however they are cut: the reader ends, and what requests it makes of the
// bytes does not depend on the pieces they come in. The questions that a server asks about a
// request are asked of whatever came out.
#include "net/http.h"

#include <algorithm>
#include <cstdlib>

#include "net/endpoint.h"
#include "net/origin.h"
#include "net/websocket_handshake.h"

namespace tidemark::net {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr size_t kMaxHeaderBytes = 1024;

struct Heard {
  std::vector<HttpRequest> requests;
  int failed_status = 0;
};

Heard read(Bytes wire, size_t piece) {
  Heard heard;
  HttpReader reader(kMaxHeaderBytes);
  while (!wire.empty()) {
    Bytes next = wire.first(std::min(piece, wire.size()));
    wire = wire.subspan(next.size());
    while (!next.empty()) {
      HttpReader::Step step = reader.read(next);
      heard.failed_status = step.failed_status;
      if (step.failed_status != 0) return heard;
      if (step.request) heard.requests.push_back(std::move(*step.request));
    }
  }
  return heard;
}

void check(const HttpRequest& request) {
  size_t size = request.method.size() + request.target.size();
  for (const auto& [name, value] : request.headers) size += name.size() + value.size();
  require(size <= kMaxHeaderBytes);
  const PagePolicy policy = {.origins = {"https://app.example"}, .accepts_any_host = false};
  is_origin_allowed(request, policy);
  is_host_allowed(request, policy);
  request.header_items("Accept-Encoding");
  if (asks_for_websocket(request)) {
    const HttpResponse response = answer_upgrade(request);
    const std::string head = response_head(response, true);
    // Nothing that the peer said may add lines to our head.
    require(std::count(head.begin(), head.end(), '\n') <=
            static_cast<std::ptrdiff_t>(response.headers.size()) + 4);
  }
}

void run(Bytes input) {
  if (input.empty()) return;
  // The end of a head forces a decision: until then who sees more at once may wait for longer.
  Buffer ended = copy_of(input.subspan(1));
  append(ended, as_bytes("\r\n\r\n"));
  const Bytes wire = ended;
  const Heard whole = read(wire, std::max<size_t>(wire.size(), 1));
  const Heard pieces = read(wire, 1u + input[0] % 31);
  // Of two faults, which one is found first does depend on the pieces.
  require((whole.failed_status != 0) == (pieces.failed_status != 0));
  require(whole.requests.size() == pieces.requests.size());
  for (size_t i = 0; i < whole.requests.size(); ++i) {
    require(whole.requests[i].target == pieces.requests[i].target);
    require(whole.requests[i].headers == pieces.requests[i].headers);
    check(whole.requests[i]);
  }
  (void)parse_endpoint(as_text(wire.first(std::min<size_t>(wire.size(), 100))));
}

}  // namespace
}  // namespace tidemark::net

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  tidemark::net::run({bytes, size});
  return 0;
}
