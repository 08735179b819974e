#include "host/reception.h"

#include <algorithm>
#include <utility>

#include "host/log.h"
#include "host/metrics_page.h"
#include "host/site.h"
#include "net/websocket_handshake.h"

namespace tidemark::host {

namespace {

// A commit that takes longer than this is a disk in trouble, and traffic should go elsewhere.
constexpr int64_t kStalledMs = 5'000;
// The same notice is logged once in so long.
constexpr int64_t kNoticeMs = 10'000;
// Topics of notices that are remembered for that.
constexpr size_t kMaxTopics = 1'000;

net::Farewell farewell_of(const server::Close& close) {
  net::Farewell farewell{code_of(close.reason), std::string(name_of(close.reason))};
  if (!close.detail.empty()) farewell.reason = close.detail;
  return farewell;
}

}  // namespace

Reception::Reception(net::Loop& loop, const ServeOptions& options)
    : loop_(loop),
      limits_(options.limits),
      max_frame_bytes_(options.net.max_frame_bytes),
      pages_{.origins = options.origins, .accepts_any_host = options.is_open},
      sockets_(loop, *this, options.net) {
  loop.at_turn_end([this] { hand_over(); });
}

void Reception::hand_over() {
  if (has_drained_ && done_ && sockets_.counters().connections == 0) {
    std::exchange(done_, nullptr)();
  }
  if (letters_.empty()) return;
  if (shard_ == nullptr) return letters_.clear();
  if (unanswered_ == 0) unanswered_since_ = loop_.now();
  unanswered_ += letters_.size();
  shard_->send(letters_);
}

std::string Reception::unreadiness() const {
  if (is_winding_up_) return "the server is stopping";
  if (!is_storage_healthy_) return "the last append to the store failed; see the log";
  if (unanswered_ > 0 && loop_.now() - unanswered_since_ > kStalledMs) {
    return "the store has not answered for " +
           std::to_string((loop_.now() - unanswered_since_) / 1000) + " s";
  }
  return {};
}

net::HttpResponse Reception::answer(ConnectionId connection, const net::HttpRequest& request,
                                    bool& is_later) {
  if (auto objection = objection_to(request)) return std::move(*objection);
  const std::string_view path = request.path();
  if (path == "/livez") return net::plain_response(200, "ok");
  if (path == "/readyz") return readiness_response(unreadiness());
  is_later = path == "/metrics" || path == "/api/documents";
  if (path == "/metrics") letters_.emplace_back(AskedCounters{connection});
  if (path == "/api/documents") {
    letters_.emplace_back(AskedDocuments{connection, query_value(request.target, "after")});
  }
  return is_later ? net::HttpResponse{} : page_response(request);
}

void Reception::requested(ConnectionId connection, const net::HttpRequest& request) {
  if (!net::is_host_allowed(request, pages_)) {
    return sockets_.respond(
        connection,
        net::plain_response(421,
                            "This server does not know itself by that name. If it should, "
                            "start it with --origin https://NAME."));
  }
  if (net::asks_for_websocket(request)) return admit(connection, request);
  bool is_later = false;
  net::HttpResponse response = answer(connection, request, is_later);
  if (!is_later) sockets_.respond(connection, std::move(response));
}

void Reception::admit(ConnectionId connection, const net::HttpRequest& request) {
  if (is_winding_up_) {
    return sockets_.respond(connection, net::plain_response(503, "The server is stopping."));
  }
  if (!net::is_origin_allowed(request, pages_)) {
    const std::string* origin = request.header("Origin");
    noticed("origin_refused", origin == nullptr ? std::string() : *origin);
    return sockets_.respond(connection,
                            net::plain_response(403,
                                                "Pages of this origin may not connect. If they "
                                                "should, start the server with --origin ORIGIN."));
  }
  auto route = server::route(request.target, limits_);
  if (!route) {
    const int status = route.error().code == ErrorCode::kTooLarge ? 414 : 400;
    return sockets_.respond(connection, net::plain_response(status, route.error().detail));
  }
  const std::string address = sockets_.address(connection);
  // Before it has said who it is, a peer may make us hold only so much of a message.
  const bool is_known = route->dialect == server::Dialect::kYWebsocket;
  const uint64_t max_message_bytes =
      is_known ? max_frame_bytes_ : std::min(max_frame_bytes_, limits_.max_unauthenticated_bytes);
  // The letter goes first: frames that came with the request are received during the upgrade.
  letters_.emplace_back(Opened{connection, std::move(*route), {.address = address}});
  if (!sockets_.upgrade(connection, request, max_message_bytes)) letters_.pop_back();
}

void Reception::received(ConnectionId connection, net::Opcode kind, Buffer message) {
  if (kind == net::Opcode::kBinary) {
    letters_.emplace_back(Received{connection, std::move(message)});
    return;
  }
  sockets_.consumed(connection, message.size() + net::kMessageCost);
  noticed("protocol_violation", sockets_.address(connection) + ": text");
  sockets_.close(connection, {net::kCloseUnsupported, "only binary messages are understood"});
}

void Reception::drained(ConnectionId connection, size_t bytes) {
  letters_.emplace_back(Drained{connection, bytes});
}

void Reception::closed(ConnectionId connection, const net::Farewell& farewell) {
  log(LogLevel::kDebug, "closed",
      {{"connection", std::to_string(connection)},
       {"code", std::to_string(farewell.code)},
       {"reason", farewell.reason}});
  letters_.emplace_back(Closed{connection});
}

void Reception::noticed(std::string_view event, const std::string& detail) {
  notice(event, std::string(event), detail);
}

void Reception::notice(std::string_view event, const std::string& topic,
                       const std::string& detail) {
  if (is_due(topic)) log(LogLevel::kWarn, event, {{"detail", detail}});
}

bool Reception::is_due(const std::string& topic) {
  const Instant now = loop_.now();
  if (noticed_.size() > kMaxTopics) noticed_.clear();
  Instant& last = noticed_.try_emplace(topic, Instant{now.ms - kNoticeMs}).first->second;
  if (now - last < kNoticeMs) return false;
  last = now;
  return true;
}

// A store that comes and goes is not told each time, but what holds in the end is.
void Reception::tell_health() {
  if (is_storage_healthy_ == was_told_healthy_ || will_tell_health_) return;
  const std::string event = is_storage_healthy_ ? "storage_recovered" : "storage_failed";
  if (!is_due(event)) {
    will_tell_health_ = true;
    return loop_.after(kNoticeMs, [this] {
      will_tell_health_ = false;
      tell_health();
    });
  }
  was_told_healthy_ = is_storage_healthy_;
  log(LogLevel::kWarn, event,
      {{"meaning", is_storage_healthy_
                       ? "updates are stored again"
                       : "an append failed, clients are turned away and will come back; free "
                         "space or repair the disk"}});
}

void Reception::carry_out(const Turn& turn) {
  unanswered_ -= turn.letters;
  unanswered_since_ = unanswered_ == 0 ? Instant::never() : loop_.now();
  is_storage_healthy_ = turn.is_storage_healthy;
  tell_health();
  for (const Consumed& each : turn.consumed) {
    sockets_.consumed(each.connection, each.bytes + net::kMessageCost);
  }
  for (const server::Action& action : turn.actions) carry_out(action);
  for (const server::Notice& told : turn.notices) {
    // What strangers do is one topic for all of them; of our store every document is to be named.
    const bool is_ours = told.reason == server::CloseReason::kDocumentDamaged ||
                         told.reason == server::CloseReason::kStorageUnavailable;
    notice(name_of(told.reason), is_ours ? told.detail : std::string(name_of(told.reason)),
           told.detail);
  }
  for (const Answer& answer : turn.answers) carry_out(answer);
  has_drained_ |= turn.has_drained;
  if (turn.has_drained) sockets_.close_all({net::kCloseGoingAway, "the server stops"});
}

void Reception::carry_out(const server::Action& action) {
  if (const auto* send = std::get_if<server::Send>(&action)) {
    return sockets_.send(send->connection, net::Opcode::kBinary, send->frame);
  }
  if (const auto* admit = std::get_if<server::Admit>(&action)) {
    return sockets_.limit_messages(admit->connection, max_frame_bytes_);
  }
  const server::Close& close = std::get<server::Close>(action);
  sockets_.close(close.connection, farewell_of(close));
}

void Reception::carry_out(const Answer& answer) {
  if (const auto* counters = std::get_if<CountersAnswer>(&answer)) {
    std::string text =
        metrics_page(sockets_.counters(), counters->counters, counters->commit_times);
    return sockets_.respond(counters->connection, metrics_response(std::move(text)));
  }
  const auto& listed = std::get<DocumentsAnswer>(answer);
  sockets_.respond(listed.connection,
                   documents_response(listed.documents, limits_.max_room_name_bytes));
}

void Reception::wind_up(std::function<void()> done) {
  is_winding_up_ = true;
  done_ = std::move(done);
  sockets_.stop_accepting();
  letters_.emplace_back(Drain{});
}

}  // namespace tidemark::host
