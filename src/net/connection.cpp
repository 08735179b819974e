#include "net/connection.h"

#include <algorithm>
#include <utility>

#include "net/websocket_handshake.h"

namespace tidemark::net {

namespace {

// Answers to pings that a peer does not read are not worth keeping.
constexpr size_t kMaxQueuedForPong = size_t{64} << 10;
// One socket writes so often before the others have their turn.
constexpr int kMaxWritesPerFlush = 4;

int64_t signed_ms(uint64_t ms) { return static_cast<int64_t>(ms); }

constexpr uint16_t kClosePolicy = 1008;
constexpr uint16_t kCloseAbnormal = 1006;

}  // namespace

Connection::Connection(ConnectionId id, std::unique_ptr<Pipe> pipe, Exchange& exchange)
    : id_(id), pipe_(std::move(pipe)), exchange_(exchange), heard_(exchange.loop.now()) {
  deadline_ = heard_ + signed_ms(exchange_.limits.header_deadline_ms);
}

Connection::~Connection() { exchange_.unconsumed_bytes -= unconsumed_bytes_; }

void Connection::start() { pipe_->start(*this); }

void Connection::on_ready() {
  stage_ = Stage::kRequest;
  http_ = std::make_unique<HttpReader>(exchange_.limits.max_header_bytes);
  if (is_winding_up_) return end();
  arm();
}

bool Connection::is_paused() const {
  return unconsumed_bytes_ > exchange_.limits.max_backlog_bytes ||
         (unconsumed_bytes_ > 0 &&
          exchange_.unconsumed_bytes > exchange_.limits.max_backlog_total_bytes);
}

void Connection::arm() {
  if (is_reading_ || has_ended_input_ || stage_ == Stage::kAnswering || stage_ == Stage::kEnded) {
    return;
  }
  if (stage_ == Stage::kWebsocket && is_paused()) {
    if (!is_listed_paused_) ++exchange_.counters.read_pauses;
    is_listed_paused_ = true;
    exchange_.paused.push_back(id_);
    return;
  }
  is_listed_paused_ = false;
  is_reading_ = true;
  pipe_->read();
}

void Connection::resume() { arm(); }

void Connection::consumed(size_t cost) {
  unconsumed_bytes_ -= cost;
  exchange_.unconsumed_bytes -= cost;
}

void Connection::on_bytes(Bytes bytes) {
  is_reading_ = false;
  exchange_.counters.bytes_read += bytes.size();
  heard_ = exchange_.loop.now();
  is_pinged_ = false;
  feed(bytes);
  arm();
}

void Connection::feed(Bytes input) {
  is_feeding_ = true;
  while (!input.empty()) {
    if (stage_ == Stage::kRequest) {
      feed_request(input);
    } else if (stage_ == Stage::kAnswering) {
      append(unread_, input);
      break;
    } else if (stage_ == Stage::kWebsocket || stage_ == Stage::kFarewell) {
      feed_frames(input);
      break;
    } else {
      break;
    }
  }
  is_feeding_ = false;
}

void Connection::feed_request(Bytes& input) {
  if (!http_->is_midway()) deadline_ = heard_ + signed_ms(exchange_.limits.header_deadline_ms);
  HttpReader::Step step = http_->read(input);
  if (step.failed_status != 0) return fail_request(step.failed_status);
  if (!step.request) return;
  ++exchange_.counters.requests;
  stage_ = Stage::kAnswering;
  deadline_ = Instant::never();
  is_head_request_ = step.request->method == "HEAD";
  // A body is never read; what follows it could not be told from it.
  keeps_alive_ = step.request->keeps_alive && !step.request->has_body;
  if (step.request->is_http11 && step.request->header_count("Host") != 1) {
    return fail_request(400);
  }
  exchange_.events.requested(id_, *step.request);
}

void Connection::respond(HttpResponse response) {
  if (stage_ != Stage::kAnswering) return;
  response.headers.emplace_back("Date", http_date());
  const bool keeps_alive = keeps_alive_ && !response.closes && !is_winding_up_;
  outbox_.push_bytes(copy_of(as_bytes(response_head(response, keeps_alive))));
  const bool has_content = !is_head_request_ && response.status != 304;
  if (has_content && !response.static_body.empty()) {
    outbox_.push_static(response.static_body);
  } else if (has_content) {
    outbox_.push_bytes(copy_of(as_bytes(response.body)));
  }
  mark_unwritten();
  if (!keeps_alive) return linger();
  stage_ = Stage::kRequest;
  deadline_ = exchange_.loop.now() + signed_ms(exchange_.limits.keep_alive_ms);
  if (is_feeding_) return;
  feed(std::exchange(unread_, {}));
  arm();
}

void Connection::refuse(HttpResponse response) {
  response.closes = true;
  stage_ = Stage::kAnswering;
  respond(std::move(response));
}

void Connection::fail_request(int status) {
  ++exchange_.counters.violations;
  refuse(plain_response(status, reason_phrase(status)));
}

bool Connection::upgrade(const HttpRequest& request, uint64_t max_message_bytes) {
  if (stage_ != Stage::kAnswering) return false;
  HttpResponse response = answer_upgrade(request);
  if (response.status != 101) {
    respond(std::move(response));
    return false;
  }
  outbox_.push_bytes(copy_of(as_bytes(response_head(response, true))));
  mark_unwritten();
  http_.reset();
  frames_.emplace(FrameReader::Limits{std::min(max_message_bytes, exchange_.limits.max_frame_bytes),
                                      exchange_.limits.max_fragments});
  stage_ = Stage::kWebsocket;
  is_upgraded_ = true;
  ++exchange_.counters.websockets;
  if (!is_feeding_) {
    feed(std::exchange(unread_, {}));
    arm();
  }
  return true;
}

void Connection::limit_messages(uint64_t max_message_bytes) {
  if (!frames_) return;
  frames_->limit_messages(std::min(max_message_bytes, exchange_.limits.max_frame_bytes));
}

void Connection::feed_frames(Bytes input) {
  std::vector<Incoming> said;
  const std::optional<Farewell> violation = frames_->receive(input, said);
  bool has_finished_message = false;
  for (Incoming& each : said) {
    has_finished_message |= each.opcode == Opcode::kText || each.opcode == Opcode::kBinary;
    hear(std::move(each));
  }
  if (violation && (stage_ == Stage::kWebsocket || stage_ == Stage::kFarewell)) {
    ++exchange_.counters.violations;
    exchange_.events.noticed("protocol_violation", address() + ": " + violation->reason);
    fail(*violation);
  }
  if (!frames_->is_midway()) {
    midway_since_ = Instant::never();
  } else if (midway_since_ == Instant::never() || has_finished_message) {
    midway_since_ = heard_;
  }
}

void Connection::hear(Incoming said) {
  if (said.opcode == Opcode::kClose) {
    // The peer's own code goes back to it, or nothing if it sent none.
    if (stage_ == Stage::kWebsocket) say_goodbye({said.farewell.code, {}});
    report_closed(said.farewell);
    return linger();
  }
  if (stage_ != Stage::kWebsocket) return;
  if (said.opcode == Opcode::kPing && outbox_.queued_bytes() <= kMaxQueuedForPong) {
    outbox_.push_bytes(control_frame(Opcode::kPong, said.payload));
    mark_unwritten();
  } else if (said.opcode == Opcode::kText || said.opcode == Opcode::kBinary) {
    receive(std::move(said));
  }
}

void Connection::receive(Incoming message) {
  const size_t cost = message.payload.size() + kMessageCost;
  unconsumed_bytes_ += cost;
  exchange_.unconsumed_bytes += cost;
  exchange_.events.received(id_, message.opcode, std::move(message.payload));
}

void Connection::send(Opcode kind, SharedPayload payload) {
  if (stage_ != Stage::kWebsocket) return;
  // A document is one frame and may be larger than the wall. Rooms send no second one before the
  // first is gone.
  const uint64_t wall = exchange_.limits.max_queued_bytes;
  const bool is_apart = payload->size() > wall / 2;
  outbox_.push_frame(kind, std::move(payload), is_apart);
  if (outbox_.backlog_bytes() > wall) {
    ++exchange_.counters.queue_overflows;
    exchange_.events.noticed("queue_overflow", address());
    return end();
  }
  mark_unwritten();
}

void Connection::say_goodbye(const Farewell& farewell) {
  outbox_.push_bytes(close_frame(farewell));
  mark_unwritten();
  stage_ = Stage::kFarewell;
  deadline_ = exchange_.loop.now() + signed_ms(exchange_.limits.close_deadline_ms);
}

void Connection::close(const Farewell& farewell) {
  if (stage_ != Stage::kWebsocket) return;
  say_goodbye(farewell);
  report_closed(farewell);
  arm();
}

// Says why and stops listening: after a violation nothing that follows can be understood.
void Connection::fail(const Farewell& farewell) {
  if (stage_ == Stage::kWebsocket) say_goodbye(farewell);
  report_closed(farewell);
  linger();
}

// What still comes is thrown away until the peer ends its side or the time is over. Closing a
// socket with unread bytes would destroy what we have just said.
void Connection::linger() {
  if (stage_ == Stage::kEnded) return;
  stage_ = Stage::kLingering;
  deadline_ = exchange_.loop.now() + signed_ms(exchange_.limits.close_deadline_ms);
  unread_ = {};
  mark_unwritten();
  arm();
}

void Connection::on_end() {
  is_reading_ = false;
  has_ended_input_ = true;
  // A client may end its side right after its request; the response is still due.
  const bool has_rest = !outbox_.is_empty() && !has_finished_ && !is_upgraded_;
  if (!has_rest) return end();
  linger();
}

void Connection::end() {
  if (stage_ == Stage::kEnded) return;
  stage_ = Stage::kEnded;
  outbox_.clear();
  report_closed({kCloseAbnormal, {}});
  exchange_.ended.push_back(id_);
}

void Connection::report_closed(const Farewell& farewell) {
  if (!is_upgraded_ || is_reported_) return;
  is_reported_ = true;
  --exchange_.counters.websockets;
  exchange_.events.closed(id_, farewell);
}

void Connection::mark_unwritten() {
  if (is_unwritten_ || is_blocked_) return;
  is_unwritten_ = true;
  exchange_.unwritten.push_back(id_);
}

void Connection::on_writable() {
  is_blocked_ = false;
  flush();
}

void Connection::flush() {
  is_unwritten_ = false;
  size_t drained = 0;
  for (int i = 0; i < kMaxWritesPerFlush && !outbox_.is_empty() && !is_blocked_; ++i) {
    outbox_.fill(exchange_.gather);
    const size_t count = pipe_->write(exchange_.gather.pieces());
    is_blocked_ = count < exchange_.gather.size();
    ++exchange_.counters.writes;
    exchange_.counters.bytes_written += count;
    drained += outbox_.advance(count);
    // A long response keeps its connection as long as it makes progress.
    if (!is_upgraded_ && count > 0 && deadline_ != Instant::never()) {
      deadline_ = exchange_.loop.now() + signed_ms(exchange_.limits.keep_alive_ms);
    }
  }
  if (drained > 0 && is_open_websocket()) exchange_.events.drained(id_, drained);
  if (!outbox_.is_empty()) return mark_unwritten();
  if (stage_ != Stage::kLingering || has_finished_) return;
  has_finished_ = true;
  pipe_->finish_writing();
  deadline_ = exchange_.loop.now() + signed_ms(exchange_.limits.close_deadline_ms);
  if (has_ended_input_) end();
}

void Connection::sweep(Instant now) {
  if (stage_ == Stage::kWebsocket) return sweep_websocket(now);
  if (now < deadline_) return;
  if (stage_ == Stage::kRequest && http_->is_midway() && outbox_.is_empty()) {
    ++exchange_.counters.timeouts;
    return refuse(plain_response(408, "The request took too long."));
  }
  end();
}

void Connection::sweep_websocket(Instant now) {
  // Who may not speak is not silent.
  if (!is_reading_) heard_ = now;
  const Limits& limits = exchange_.limits;
  if (now - heard_ >= signed_ms(limits.idle_deadline_ms)) {
    ++exchange_.counters.timeouts;
    return end();
  }
  if (midway_since_ != Instant::never() &&
      now - midway_since_ >= signed_ms(limits.message_deadline_ms)) {
    ++exchange_.counters.timeouts;
    return fail({kClosePolicy, "message took too long"});
  }
  if (now - heard_ < signed_ms(limits.ping_interval_ms) || is_pinged_) return;
  is_pinged_ = true;
  outbox_.push_bytes(control_frame(Opcode::kPing, {}));
  mark_unwritten();
}

void Connection::wind_up(const Farewell& farewell) {
  is_winding_up_ = true;
  if (stage_ == Stage::kWebsocket) return close(farewell);
  if (stage_ == Stage::kRequest && outbox_.is_empty()) return end();
  if (stage_ == Stage::kRequest) linger();
}

}  // namespace tidemark::net
