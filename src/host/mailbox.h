// Where one thread leaves batches for another. The bound is the sender's: it counts what has not
// been answered and stops taking in more (see net::Limits::max_backlog_bytes).
#pragma once

#include <chrono>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <utility>
#include <vector>

#include "base/instant.h"

namespace tidemark::host {

// The clock of all instants in this process; the same as net::Loop::now().
inline Instant steady_now() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

template <typename Letter>
class Mailbox {
 public:
  // Takes all letters and leaves the batch empty.
  void put(std::vector<Letter>& batch) {
    {
      const std::lock_guard lock(mutex_);
      if (letters_.empty()) {
        std::swap(letters_, batch);
      } else {
        std::move(batch.begin(), batch.end(), std::back_inserter(letters_));
      }
    }
    batch.clear();
    arrived_.notify_one();
  }

  // Everything that is there; waits for something until the deadline.
  std::vector<Letter> take(Instant deadline) {
    std::unique_lock lock(mutex_);
    const auto has_letters = [this] { return !letters_.empty(); };
    if (deadline == Instant::never()) {
      arrived_.wait(lock, has_letters);
    } else {
      const std::chrono::steady_clock::time_point until{std::chrono::milliseconds(deadline.ms)};
      arrived_.wait_until(lock, until, has_letters);
    }
    return std::exchange(letters_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Letter> letters_;
};

}  // namespace tidemark::host
