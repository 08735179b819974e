#include "net/server.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "net/acceptor.h"
#include "net/connection.h"

namespace tidemark::net {

namespace {

constexpr int64_t kMaxSweepMs = 1'000;
constexpr int64_t kMinSweepMs = 10;
constexpr uint64_t kRemoteConnectionsPerAddress = 1'024;

// Deadlines are kept to within a tenth, or a second.
int64_t sweep_interval_ms(const Limits& limits) {
  const uint64_t shortest =
      std::min({limits.header_deadline_ms, limits.keep_alive_ms, limits.ping_interval_ms,
                limits.idle_deadline_ms, limits.close_deadline_ms, limits.message_deadline_ms});
  return std::clamp(static_cast<int64_t>(shortest / 10), kMinSweepMs, kMaxSweepMs);
}

// Whoever has one IPv6 address has a /64 of them.
std::string counted_address(const std::string& address) {
  if (address.find(':') == std::string::npos) return address;
  size_t end = 0;
  for (int groups = 0; groups < 4 && end != std::string::npos; ++groups) {
    const size_t colon = address.find(':', end);
    // "::" fills up the first four groups with zeros.
    if (colon == std::string::npos || colon == end) return address.substr(0, end) + ":/64";
    end = colon + 1;
  }
  return address.substr(0, end) + ":/64";
}

}  // namespace

struct Server::State {
  State(Loop& loop, ServerEvents& events, const Limits& limits)
      : exchange{.loop = loop, .events = events, .limits = limits} {}

  void accept(std::unique_ptr<Pipe> pipe);
  bool has_room_for(const std::string& address);
  void end_turn();
  void resume_paused();
  void forget(ConnectionId id);
  void sweep();
  void sweep_later();
  Connection* find(ConnectionId id);

  Exchange exchange;
  std::vector<std::unique_ptr<Acceptor>> acceptors;
  std::unordered_map<ConnectionId, std::unique_ptr<Connection>> connections;
  std::unordered_map<std::string, uint64_t> per_address;
  ConnectionId last_id = 0;
  bool has_consumed = false;  // in this turn
  // Tasks that the loop may still run after the server is gone look here first.
  std::shared_ptr<State*> alive = std::make_shared<State*>(this);
};

Connection* Server::State::find(ConnectionId id) {
  const auto found = connections.find(id);
  return found == connections.end() ? nullptr : found->second.get();
}

bool Server::State::has_room_for(const std::string& address) {
  if (connections.size() >= exchange.limits.max_connections) {
    ++exchange.counters.refused_full;
    exchange.events.noticed("connections_full", address);
    return false;
  }
  uint64_t limit = exchange.limits.max_connections_per_address;
  if (limit == 0) {
    limit = is_loopback_address(address) ? exchange.limits.max_connections
                                         : kRemoteConnectionsPerAddress;
  }
  const auto found = per_address.find(counted_address(address));
  if (found == per_address.end() || found->second < limit) return true;
  ++exchange.counters.refused_address;
  exchange.events.noticed("connections_per_address_full", address);
  return false;
}

void Server::State::accept(std::unique_ptr<Pipe> pipe) {
  ++exchange.counters.accepted;
  // Turning away costs nothing: not even a word, for which the request would have to be awaited.
  if (!has_room_for(pipe->address())) return;
  ++per_address[counted_address(pipe->address())];
  const ConnectionId id = ++last_id;
  auto connection = std::make_unique<Connection>(id, std::move(pipe), exchange);
  Connection& started = *connection;
  connections.emplace(id, std::move(connection));
  started.start();
}

void Server::State::forget(ConnectionId id) {
  const auto found = connections.find(id);
  if (found == connections.end()) return;
  const auto counted = per_address.find(counted_address(found->second->address()));
  if (--counted->second == 0) per_address.erase(counted);
  connections.erase(found);
}

void Server::State::resume_paused() {
  const std::vector<ConnectionId> paused = std::exchange(exchange.paused, {});
  for (const ConnectionId id : paused) {
    if (Connection* connection = find(id)) connection->resume();
  }
}

void Server::State::end_turn() {
  if (std::exchange(has_consumed, false)) resume_paused();
  const std::vector<ConnectionId> unwritten = std::exchange(exchange.unwritten, {});
  for (const ConnectionId id : unwritten) {
    if (Connection* connection = find(id)) connection->flush();
  }
  const std::vector<ConnectionId> ended = std::exchange(exchange.ended, {});
  for (const ConnectionId id : ended) forget(id);
  // Whoever has more to write than one flush takes goes on in the next turn.
  if (!exchange.unwritten.empty() || !exchange.ended.empty()) exchange.loop.post([] {});
}

void Server::State::sweep() {
  const Instant now = exchange.loop.now();
  for (const auto& [id, connection] : connections) connection->sweep(now);
}

void Server::State::sweep_later() {
  exchange.loop.after(sweep_interval_ms(exchange.limits), [alive = std::weak_ptr(alive)] {
    const auto state = alive.lock();
    if (state == nullptr) return;
    (*state)->sweep();
    (*state)->sweep_later();
  });
}

Server::Server(Loop& loop, ServerEvents& events, const Limits& limits)
    : state_(std::make_unique<State>(loop, events, limits)) {
  loop.at_turn_end([alive = std::weak_ptr(state_->alive)] {
    if (const auto state = alive.lock()) (*state)->end_turn();
  });
  state_->sweep_later();
}

Server::~Server() = default;

Result<std::vector<Endpoint>> Server::listen(const Endpoint& endpoint,
                                             const std::shared_ptr<Tls>& tls) {
  const auto addresses = resolve(endpoint.host);
  if (!addresses) return tl::unexpected(addresses.error());
  std::vector<Endpoint> listening;
  Endpoint next = endpoint;
  for (const std::string& address : *addresses) {
    next.host = address;
    auto acceptor = Acceptor::listen(state_->exchange.loop, next);
    if (!acceptor) {
      // A machine without IPv6 still has a localhost.
      const bool is_spare = endpoint.host == "localhost" && !listening.empty() &&
                            acceptor.error().code != ErrorCode::kBusy;
      if (is_spare) continue;
      return tl::unexpected(acceptor.error());
    }
    (*acceptor)->use_tls(tls);
    (*acceptor)->start(
        {.accepted =
             [state = state_.get()](std::unique_ptr<Pipe> pipe) { state->accept(std::move(pipe)); },
         .failed =
             [state = state_.get()](const std::string& reason) {
               ++state->exchange.counters.accept_failures;
               state->exchange.events.noticed("accept_failed", reason);
             }});
    listening.push_back((*acceptor)->endpoint());
    // The second address of a name listens on the port that the first one got.
    next.port = listening.back().port;
    state_->acceptors.push_back(std::move(*acceptor));
  }
  return listening;
}

void Server::replace_tls(const std::shared_ptr<Tls>& tls) {
  for (const auto& acceptor : state_->acceptors) acceptor->use_tls(tls);
}

void Server::stop_accepting() { state_->acceptors.clear(); }

void Server::respond(ConnectionId connection, HttpResponse response) {
  if (Connection* found = state_->find(connection)) found->respond(std::move(response));
}

bool Server::upgrade(ConnectionId connection, const HttpRequest& request,
                     uint64_t max_message_bytes) {
  Connection* found = state_->find(connection);
  return found != nullptr && found->upgrade(request, max_message_bytes);
}

void Server::limit_messages(ConnectionId connection, uint64_t max_message_bytes) {
  if (Connection* found = state_->find(connection)) found->limit_messages(max_message_bytes);
}

void Server::send(ConnectionId connection, Opcode kind, SharedPayload payload) {
  if (Connection* found = state_->find(connection)) found->send(kind, std::move(payload));
}

void Server::close(ConnectionId connection, const Farewell& farewell) {
  if (Connection* found = state_->find(connection)) found->close(farewell);
}

void Server::consumed(ConnectionId connection, size_t cost) {
  if (Connection* found = state_->find(connection)) found->consumed(cost);
  state_->has_consumed = true;
}

std::string Server::address(ConnectionId connection) const {
  const Connection* found = state_->find(connection);
  return found == nullptr ? std::string() : found->address();
}

void Server::close_all(const Farewell& farewell) {
  for (const auto& [id, connection] : state_->connections) connection->wind_up(farewell);
}

const ServerCounters& Server::counters() const {
  state_->exchange.counters.connections = state_->connections.size();
  return state_->exchange.counters;
}

}  // namespace tidemark::net
