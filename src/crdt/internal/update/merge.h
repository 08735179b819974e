// The merge of several updates of one format, struct by struct. It follows Yjs' order of work,
// because its result shows where which input was cut.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "crdt/delete_set.h"
#include "crdt/internal/update/struct_cut.h"
#include "crdt/internal/update/struct_view.h"
#include "crdt/internal/update/writer.h"
#include "crdt/update_limits.h"

namespace tidemark::crdt {

// One update on its way through the merge: its next struct that is not a Skip.
template <typename Reader>
struct MergeInput {
  MergeInput(Bytes update, const UpdateLimits& limits, int64_t place)
      : reader(update, limits), rank(place) {
    advance();
  }
  void advance() {
    do {
      has_struct = reader.next(view);
    } while (has_struct && view.ref == Ref::kSkip);
  }

  Reader reader;
  StructView view;
  bool has_struct = false;
  int64_t rank;  // decides between inputs at the same clock: the smaller goes first
};

// Which input is next: the one of the highest client, of that the lowest clock. Yjs sorts the list
// of all inputs again after every step, and the sort is stable, so that at equal clocks the input
// that moved last goes first; a heap says the same in logarithmic time.
//
// But Yjs' comparison has no answer for an item and a GC struct at one clock: it says "before" both
// ways, and what comes of it hangs on the sorting algorithm of the JavaScript engine. V8 sorts up
// to kMaxSorted elements by binary insertion after a first run; that is done here likewise. For
// more inputs the rank decides.
template <typename Input>
class MergeOrder {
 public:
  explicit MergeOrder(std::span<Input> inputs) {
    for (Input& input : inputs) {
      if (input.has_struct) queue_.push_back(&input);
    }
    is_heap_ = inputs.size() > kMaxSorted;
    if (is_heap_) {
      std::make_heap(queue_.begin(), queue_.end(), &goes_later);
    } else {
      sort();
    }
  }

  // Null when no input has a struct left.
  Input* first() const { return queue_.empty() ? nullptr : queue_.front(); }

  // The first input has moved.
  void restore() {
    if (!is_heap_) {
      if (!queue_.front()->has_struct) queue_.erase(queue_.begin());
      sort();
      return;
    }
    std::pop_heap(queue_.begin(), queue_.end(), &goes_later);
    Input* const moved = queue_.back();
    queue_.pop_back();
    if (!moved->has_struct) return;
    moved->rank = --last_rank_;
    queue_.push_back(moved);
    std::push_heap(queue_.begin(), queue_.end(), &goes_later);
  }

 private:
  static constexpr size_t kMaxSorted = 63;

  static int compare_clocks(const Input& a, const Input& b) {
    const WireId& x = a.view.id;
    const WireId& y = b.view.id;
    if (x.client != y.client) return x.client > y.client ? -1 : 1;
    return x.clock < y.clock ? -1 : static_cast<int>(x.clock > y.clock);
  }

  static bool goes_later(const Input* a, const Input* b) {
    const int order = compare_clocks(*a, *b);
    return order != 0 ? order > 0 : a->rank > b->rank;
  }

  static bool yjs_puts_before(const Input* a, const Input* b) {
    const int order = compare_clocks(*a, *b);
    return order < 0 || (order == 0 && a->view.is_item() != b->view.is_item());
  }

  void sort() {
    const size_t count = queue_.size();
    if (count < 2) return;
    const bool descends = yjs_puts_before(queue_[1], queue_[0]);
    size_t run = 2;
    while (run < count && yjs_puts_before(queue_[run], queue_[run - 1]) == descends) ++run;
    const auto begin = queue_.begin();
    const auto at = [&](size_t i) { return begin + static_cast<std::ptrdiff_t>(i); };
    if (descends) std::reverse(begin, at(run));
    for (size_t i = run; i < count; ++i) {
      std::rotate(std::upper_bound(begin, at(i), queue_[i], &yjs_puts_before), at(i), at(i + 1));
    }
  }

  std::vector<Input*> queue_;
  bool is_heap_ = false;
  int64_t last_rank_ = 0;
};

template <typename Reader, typename Writer>
class UpdateMerge {
 public:
  UpdateMerge(std::span<const Bytes> updates, const UpdateLimits& limits) {
    inputs_.reserve(updates.size());
    for (const Bytes update : updates) {
      inputs_.emplace_back(update, limits, static_cast<int64_t>(inputs_.size()));
    }
  }

  // False if an input is malformed; failed_input() tells which.
  bool run() {
    MergeOrder<MergeInput<Reader>> order(inputs_);
    while (MergeInput<Reader>* input = order.first()) {
      step(*input);
      order.restore();
    }
    if (has_current_) writer_.write(current_);
    for (MergeInput<Reader>& input : inputs_) {
      if (!input.reader.read_delete_set(deletes_)) return failed_ = &input.reader, false;
    }
    return true;
  }

  const Reader& failed_input() const { return *failed_; }
  Buffer take() { return writer_.take(deletes_); }

 private:
  // Moves one input on: past what is written already, then over a gap or a struct, and further as
  // long as its structs follow each other.
  void step(MergeInput<Reader>& input) {
    const uint64_t client = input.view.id.client;
    if (has_current_) {
      if (!skip_known(input, client)) return;
      join(input);
    } else {
      begin(input);
      has_current_ = true;
    }
    while (input.has_struct && input.view.id.client == client &&
           input.view.id.clock == current_.end_clock()) {
      replace_current(input);
    }
  }

  // Whether the input still is where it may go on at once.
  bool skip_known(MergeInput<Reader>& input, uint64_t client) {
    bool has_skipped = false;
    while (input.has_struct && input.view.end_clock() <= current_.end_clock() &&
           input.view.id.client >= current_.id.client) {
      input.advance();
      has_skipped = true;
    }
    if (!input.has_struct || input.view.id.client != client) return false;
    return !has_skipped || input.view.id.clock <= current_.end_clock();
  }

  void join(MergeInput<Reader>& input) {
    if (input.view.id.client != current_.id.client) return replace_current(input);
    const uint64_t end = current_.end_clock();
    if (end < input.view.id.clock) {
      writer_.write(current_);
      StructView skip;
      skip.id = {current_.id.client, end};
      skip.ref = Ref::kSkip;
      skip.len = input.view.id.clock - end;
      current_ = skip;
      return;
    }
    StructView next = input.view;
    if (end > next.id.clock) slice(next, end - next.id.clock);
    if (current_.ref == Ref::kGc && next.ref == Ref::kGc) {
      // The input stays where it is: Yjs passes over this struct in the next step, and may then
      // join the one behind it too.
      current_.len += next.len;
      return;
    }
    writer_.write(current_);
    current_ = next;
    input.advance();
  }

  void replace_current(MergeInput<Reader>& input) {
    writer_.write(current_);
    begin(input);
  }

  void begin(MergeInput<Reader>& input) {
    current_ = input.view;
    input.advance();
  }

  std::vector<MergeInput<Reader>> inputs_;
  StructView current_;
  bool has_current_ = false;
  LazyUpdateWriter<Writer> writer_;
  DeleteSet deletes_;
  const Reader* failed_ = nullptr;
};

}  // namespace tidemark::crdt
