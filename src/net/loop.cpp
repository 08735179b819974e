#include "net/loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "net/internal/asio.h"

namespace tidemark::net {

namespace {

namespace asio = boost::asio;

// So much is done before the turn ends even if more is ready: what was read should be on its way.
constexpr int kMaxTasksPerTurn = 256;

void await_signal(asio::signal_set& signals, const std::function<void(int)>& task) {
  signals.async_wait([&signals, task](const boost::system::error_code& error, int signal) {
    if (error) return;
    task(signal);
    await_signal(signals, task);
  });
}

}  // namespace

Loop::Loop() : state_(std::make_unique<State>()) {}

Loop::~Loop() = default;

void Loop::run() {
  const auto work = asio::make_work_guard(state_->context);
  while (state_->context.run_one() > 0) {
    int done = 1;
    while (done < kMaxTasksPerTurn && state_->context.poll_one() > 0) ++done;
    for (const auto& task : state_->turn_ends) task();
  }
}

void Loop::stop() { state_->context.stop(); }

void Loop::post(std::function<void()> task) { asio::post(state_->context, std::move(task)); }

Instant Loop::now() const {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

void Loop::after(int64_t ms, std::function<void()> task) {
  auto timer = std::make_shared<asio::steady_timer>(state_->context, std::chrono::milliseconds(ms));
  timer->async_wait([timer, task = std::move(task)](const boost::system::error_code& error) {
    if (!error) task();
  });
}

void Loop::on_signals(std::initializer_list<int> signals, const std::function<void(int)>& task) {
  auto set = std::make_unique<asio::signal_set>(state_->context);
  for (const int signal : signals) set->add(signal);
  await_signal(*set, task);
  state_->signals.push_back(std::move(set));
}

void Loop::at_turn_end(std::function<void()> task) { state_->turn_ends.push_back(std::move(task)); }

}  // namespace tidemark::net
