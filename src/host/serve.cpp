#include "host/serve.h"

#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "host/log.h"
#include "host/reception.h"
#include "net/acceptor.h"
#include "net/endpoint.h"
#include "net/tls.h"
#include "store/sqlite/sqlite_store.h"

namespace tidemark::host {

namespace {

// Who reaches an open server may do everything, so it has to be said.
Result<> check_open(const net::Endpoint& endpoint) {
  const auto addresses = net::resolve(endpoint.host);
  if (!addresses) return tl::unexpected(addresses.error());
  for (const std::string& address : *addresses) {
    if (net::is_loopback_address(address)) continue;
    return failure(ErrorCode::kDenied,
                   "refusing to listen on " + net::to_string(endpoint) +
                       ": everybody who reaches it could read and change every document. Say "
                       "--open if that is meant, or listen on 127.0.0.1 behind a proxy that checks "
                       "who comes");
  }
  return {};
}

Result<std::shared_ptr<net::Tls>> load_tls(const ServeOptions& options) {
  if (options.certificate.empty() && options.key.empty()) return nullptr;
  if (options.certificate.empty() || options.key.empty()) {
    const bool lacks_key = options.key.empty();
    return failure(ErrorCode::kInvalid, std::string("TLS needs a certificate and its key; --") +
                                            (lacks_key ? "key" : "certificate") + " is missing");
  }
  return net::Tls::load(options.certificate, options.key);
}

// Each connection is a descriptor, and the usual soft limit is 1,024.
void raise_descriptor_limit() {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Large buffers, such as half a message of a stranger, go back to the system when they are freed,
// whatever small things have been put behind them. By default the threshold rises with use.
void return_large_buffers() {
  constexpr int kLarge = 256 << 10;
  ::mallopt(M_MMAP_THRESHOLD, kLarge);
}

class Host {
 public:
  Host(const ServeOptions& options, std::shared_ptr<net::Tls> tls)
      : options_(options), tls_(std::move(tls)), reception_(loop_, options) {}

  Result<> listen() {
    for (const std::string& text : options_.listen) {
      const auto endpoint = net::parse_endpoint(text);
      if (!endpoint) return tl::unexpected(endpoint.error());
      auto places = reception_.sockets().listen(*endpoint, tls_);
      if (!places) return tl::unexpected(places.error());
      const bool is_name = endpoint->host == "localhost";
      if (is_name) places->resize(1);
      for (net::Endpoint& place : *places) {
        if (is_name) place.host = endpoint->host;
        addresses_.push_back((tls_ ? "https://" : "http://") + net::to_string(place));
      }
    }
    return {};
  }

  // After listen(): where that fails, nothing has been made. Who connects meanwhile waits.
  Result<> open_store() {
    auto store = store::SqliteStore::open({.path = options_.data + "/" + store::kDatabaseFile});
    // Damaged or not ours: for whoever starts a server all of it is a store that cannot be used.
    if (!store) return failure(ErrorCode::kUnavailable, store.error().detail);
    // What still loads is served, so this is no reason to stay away; it must not pass in silence.
    if (const auto seen = (*store)->glance(); !seen) {
      log(LogLevel::kError, "store_damaged",
          {{"detail", seen.error().detail}, {"remedy", "run `tidemark doctor`"}});
    }
    store_ = std::move(*store);
    shard_ = std::make_unique<Shard>(*store_, options_.limits, [this](Turn turn) {
      loop_.post([this, shared = std::make_shared<const Turn>(std::move(turn))] {
        reception_.carry_out(*shared);
      });
    });
    reception_.attach(*shard_);
    return {};
  }

  void run() {
    loop_.on_signals({SIGTERM, SIGINT}, [this](int signal) { stop(signal); });
    loop_.on_signals({SIGHUP}, [this](int) { reload(); });
    for (const std::string& address : addresses_) std::printf("%s\n", address.c_str());
    std::fflush(stdout);
    loop_.run();
  }

 private:
  void stop(int signal) {
    if (is_stopping_) {
      log(LogLevel::kWarn, "forced_stop");
      // The store is sound at any moment: what was acknowledged is in it.
      std::_Exit(128 + signal);
    }
    is_stopping_ = true;
    log(LogLevel::kInfo, "stopping");
    reception_.wind_up([this] { loop_.stop(); });
    loop_.after(options_.shutdown_deadline_ms, [this] { stop_late(); });
  }

  // Peers that do not close are left behind. A store that does not answer would hold us for ever.
  void stop_late() {
    log(LogLevel::kWarn, "shutdown_deadline", {{"stored", reception_.has_drained() ? "all" : "?"}});
    if (!reception_.has_drained()) std::_Exit(EXIT_FAILURE);
    loop_.stop();
  }

  void reload() {
    if (tls_ == nullptr) return;
    auto loaded = load_tls(options_);
    if (!loaded) {
      return log(LogLevel::kError, "certificate_not_reloaded", {{"error", loaded.error().detail}});
    }
    tls_ = *loaded;
    reception_.sockets().replace_tls(tls_);
    log(LogLevel::kInfo, "certificate_reloaded");
  }

  const ServeOptions& options_;
  std::unique_ptr<store::DocumentStore> store_;
  std::shared_ptr<net::Tls> tls_;
  net::Loop loop_;
  Reception reception_;
  std::unique_ptr<Shard> shard_;  // its thread ends before anything that it posts to
  std::vector<std::string> addresses_;
  bool is_stopping_ = false;
};

}  // namespace

Result<> serve(const ServeOptions& options) {
  if (auto level = set_log_level(options.log_level); !level) return level;
  log_assertions();
  for (const std::string& text : options.listen) {
    const auto endpoint = net::parse_endpoint(text);
    if (!endpoint) return tl::unexpected(endpoint.error());
    if (options.is_open) continue;
    if (auto checked = check_open(*endpoint); !checked) return checked;
  }
  auto tls = load_tls(options);
  if (!tls) return tl::unexpected(tls.error());
  raise_descriptor_limit();
  return_large_buffers();
  // A file that may grow no further is a full disk, not the end.
  for (const int signal : {SIGPIPE, SIGXFSZ}) ::signal(signal, SIG_IGN);
  Host host(options, *tls);
  if (auto listening = host.listen(); !listening) return listening;
  if (auto opened = host.open_store(); !opened) return opened;
  host.run();
  return {};
}

}  // namespace tidemark::host
