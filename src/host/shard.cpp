#include "host/shard.h"

#include <chrono>

namespace tidemark::host {

namespace {

constexpr size_t kDocumentsPerAnswer = 1000;
// A turn that has taken in so much is committed before it takes more, so that nobody waits long.
constexpr size_t kMaxTurnBytes = size_t{8} << 20;

int64_t wall_ms() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace

Shard::Shard(store::DocumentStore& store, const server::Limits& limits,
             std::function<void(Turn)> ended)
    : store_(store), ended_(std::move(ended)), hub_(store, limits), thread_([this] { run(); }) {}

Shard::~Shard() {
  std::vector<Letter> last;
  last.emplace_back(Stop{});
  mailbox_.put(last);
  thread_.join();
}

void Shard::run() {
  while (!is_stopping_) {
    std::vector<Letter> letters = mailbox_.take(hub_.next_deadline());
    take_turns(letters);
  }
}

void Shard::take_turns(std::vector<Letter>& letters) {
  Turn turn;
  for (Letter& letter : letters) {
    take_in(letter, turn);
    ++turn.letters;
    if (turn_bytes_ < kMaxTurnBytes) continue;
    finish(turn);
    turn = {};
  }
  const Instant now = steady_now();
  if (hub_.next_deadline() <= now) hub_.tick(now);
  finish(turn);
}

void Shard::finish(Turn& turn) {
  turn_bytes_ = 0;
  commit();
  turn.actions = hub_.take_actions();
  turn.notices = hub_.take_notices();
  turn.is_storage_healthy = hub_.counters().is_storage_healthy;
  const bool has_news = turn.letters > 0 || !turn.actions.empty() || !turn.notices.empty();
  if (has_news) ended_(std::move(turn));
}

void Shard::commit() {
  const auto begun = std::chrono::steady_clock::now();
  const uint64_t commits = hub_.counters().commits;
  hub_.commit(wall_ms(), steady_now());
  if (hub_.counters().commits == commits) return;  // nothing to store, or it failed
  commit_times_.observe(std::chrono::steady_clock::now() - begun);
}

void Shard::take_in(Letter& letter, Turn& turn) {
  const Instant now = steady_now();
  std::visit(Overloaded{[&](Opened& opened) {
                          hub_.open(opened.connection, opened.route, std::move(opened.peer), now);
                        },
                        [&](Received& received) {
                          hub_.receive(received.connection, received.message, now);
                          turn.consumed.push_back({received.connection, received.message.size()});
                          turn_bytes_ += received.message.size();
                          received.message = {};
                        },
                        [&](const Drained& drained) {
                          hub_.drained(drained.connection, drained.bytes, now);
                        },
                        [&](const Closed& closed) { hub_.closed(closed.connection, now); },
                        [&](const AskedCounters& asked) {
                          turn.answers.emplace_back(
                              CountersAnswer{asked.connection, hub_.counters(), commit_times_});
                        },
                        [&](const AskedDocuments& asked) {
                          turn.answers.emplace_back(DocumentsAnswer{
                              asked.connection, store_.list(asked.after, kDocumentsPerAnswer)});
                        },
                        [&](const Drain&) {
                          hub_.drain(wall_ms(), now);
                          turn.has_drained = true;
                        },
                        [&](const Stop&) { is_stopping_ = true; }},
             letter);
}

}  // namespace tidemark::host
