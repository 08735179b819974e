#include "net/acceptor.h"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include "net/internal/asio.h"
#include "net/internal/socket.h"

namespace tidemark::net {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCodeOf = boost::system::error_code;

// Long enough for descriptors to come free, short enough for a client not to notice.
constexpr int64_t kAcceptRetryMs = 100;
constexpr int kBacklog = 1024;

tl::unexpected<Error> cannot_listen(const Endpoint& endpoint, const ErrorCodeOf& error) {
  std::string text = "cannot listen on " + to_string(endpoint) + ": " + error.message();
  if (error == asio::error::address_in_use) {
    text += "; stop the other program or choose another port (port 0 takes a free one)";
    return failure(ErrorCode::kBusy, text);
  }
  if (error == asio::error::access_denied) {
    text += "; ports below 1024 need a privilege, choose a higher one";
  }
  return failure(ErrorCode::kUnavailable, text);
}

// The peer was faster than we: not our concern.
bool is_peers_fault(const ErrorCodeOf& error) {
  return error == asio::error::connection_aborted || error == asio::error::connection_reset;
}

}  // namespace

struct Acceptor::State : std::enable_shared_from_this<Acceptor::State> {
  State(Loop& used, Endpoint where)
      : loop(used), acceptor(used.state().context), endpoint(std::move(where)) {}

  ErrorCodeOf open();
  void accept();

  Loop& loop;
  tcp::acceptor acceptor;
  Endpoint endpoint;
  Events events;
  std::shared_ptr<Tls> tls;
};

ErrorCodeOf Acceptor::State::open() {
  ErrorCodeOf error;
  const asio::ip::address address = asio::ip::make_address(endpoint.host, error);
  if (error) return error;
  const tcp::endpoint where(address, endpoint.port);
  acceptor.open(where.protocol(), error);
  if (error) return error;
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  // [::] and 0.0.0.0 are two places, on every system alike.
  if (address.is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
  acceptor.bind(where, error);
  if (error) return error;
  acceptor.listen(kBacklog, error);
  if (error) return error;
  endpoint.port = acceptor.local_endpoint(error).port();
  return error;
}

void Acceptor::State::accept() {
  acceptor.async_accept([self = shared_from_this()](const ErrorCodeOf& error, tcp::socket socket) {
    if (!self->acceptor.is_open()) return;
    if (error && !is_peers_fault(error)) {
      self->events.failed(error.message());
      self->loop.after(kAcceptRetryMs, [self] {
        if (self->acceptor.is_open()) self->accept();
      });
      return;
    }
    if (!error) {
      auto state = make_pipe_state(std::move(socket), self->tls);
      if (state != nullptr) self->events.accepted(std::make_unique<Pipe>(std::move(state)));
    }
    self->accept();
  });
}

Result<std::unique_ptr<Acceptor>> Acceptor::listen(Loop& loop, const Endpoint& endpoint) {
  auto state = std::make_shared<State>(loop, endpoint);
  if (const ErrorCodeOf error = state->open()) return cannot_listen(endpoint, error);
  return std::unique_ptr<Acceptor>(new Acceptor(std::move(state)));
}

Acceptor::Acceptor(std::shared_ptr<State> state) : state_(std::move(state)) {}

Acceptor::~Acceptor() {
  ErrorCodeOf ignored;
  state_->acceptor.close(ignored);
}

const Endpoint& Acceptor::endpoint() const { return state_->endpoint; }

void Acceptor::start(Events events) {
  state_->events = std::move(events);
  state_->accept();
}

void Acceptor::use_tls(std::shared_ptr<Tls> tls) { state_->tls = std::move(tls); }

Result<std::vector<std::string>> resolve(const std::string& host) {
  if (is_address(host)) return std::vector<std::string>{host};
  if (host == "localhost") return std::vector<std::string>{"127.0.0.1", "::1"};
  asio::io_context context;
  tcp::resolver resolver(context);
  ErrorCodeOf error;
  const auto found = resolver.resolve(host, "", tcp::resolver::passive, error);
  if (error) {
    return failure(ErrorCode::kInvalid, "cannot listen on '" + host + "': " + error.message() +
                                            "; use an address of this machine");
  }
  std::vector<std::string> addresses;
  for (const auto& entry : found) addresses.push_back(entry.endpoint().address().to_string());
  std::sort(addresses.begin(), addresses.end());
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  return addresses;
}

}  // namespace tidemark::net
