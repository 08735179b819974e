// The thread of the sockets: waits for the kernel, runs what is ready, and at the end of each turn
// lets its users hand on what the turn brought. Everything but post() and stop() belongs to the
// thread that runs it.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>

#include "base/instant.h"

namespace tidemark::net {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Until stop().
  void run();
  // From any thread.
  void stop();
  void post(std::function<void()> task);

  Instant now() const;
  // Once, unless the loop ends before.
  void after(int64_t ms, std::function<void()> task);
  // Each time one of the signals comes.
  void on_signals(std::initializer_list<int> signals, const std::function<void(int)>& task);
  // After each batch of ready events, in the order of registration.
  void at_turn_end(std::function<void()> task);

  // What the sockets of this module are made on; seen by internal/asio.h.
  struct State;
  State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace tidemark::net
