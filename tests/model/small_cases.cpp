#include "model/small_cases.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace tidemark::model {
namespace {

const Place kText{"text", {}, {}};

// Letters of their own for each edit.
Operation insert_text(uint32_t index, uint32_t count, uint32_t number) {
  return {
      .place = kText, .index = index, .count = count, .content = {Kind::kCharacter, 'a' + number}};
}

Operation starting_text() { return insert_text(0, 3, 'x' - 'a'); }

class Histories {
 public:
  explicit Histories(const Bounds& bounds) : bounds_(bounds), history_(bounds.collects_garbage) {}

  Outcome run() {
    if (bounds_.starts_with_text) {
      // The one in the middle wrote it, so that there are smaller and larger clients.
      outcome_.failure = history_.add((bounds_.clients + 1) / 2, 0, starting_text());
    }
    first_ = history_.size();
    extend();
    return outcome_;
  }

 private:
  bool has_failed() const { return !outcome_.failure.empty(); }

  void extend() {
    if (has_failed() || history_.size() - first_ == bounds_.edits) return;
    const Edits known_to_all = (Edits{1} << first_) - 1;
    for (uint64_t client = 1; client <= bounds_.clients; ++client) {
      for (Edits past = 0; past <= history_.all(); ++past) {
        if ((past & known_to_all) == known_to_all && may_follow(client, past))
          extend_by(client, past);
      }
    }
  }

  // Whether one can have heard of exactly these before one's next edit, and this is the first of
  // all lists of the same history: no later client's edit may stand directly before it unheard.
  bool may_follow(uint64_t client, Edits past) const {
    bool is_first = true;
    for (size_t i = history_.size(); i-- > 0;) {
      const Edit& edit = history_[i];
      const bool is_heard = (past >> i & 1) != 0;
      if (is_heard && (edit.past & ~past) != 0) return false;
      if (!is_heard && edit.client == client) return false;
      if (is_heard) is_first = false;
      if (is_first && edit.client > client) return false;
    }
    return true;
  }

  void extend_by(uint64_t client, Edits past) {
    const auto number = static_cast<uint32_t>(history_.size());
    for (const Operation& operation :
         choices(bounds_.family, history_.after(past).replica, number)) {
      std::string failure = history_.add(client, past, operation);
      if (failure.empty() && are_clients_named_in_order()) {
        ++outcome_.histories;
        failure = compare_all_orders(history_, first_);
      }
      if (!failure.empty()) outcome_.failure = history_.describe() + failure;
      extend();
      history_.pop();
      if (has_failed()) return;
    }
  }

  // Names that nobody has are not left out.
  bool are_clients_named_in_order() const {
    uint64_t names = 0;
    for (size_t i = 0; i < history_.size(); ++i) names |= uint64_t{2} << (history_[i].client - 1);
    return bounds_.starts_with_text || ((names >> 1) & ((names >> 1) + 1)) == 0;
  }

  Bounds bounds_;
  History history_;
  size_t first_ = 0;
  Outcome outcome_;
};

enum class Action : uint8_t { kInsertAtFront, kInsertAtEnd, kEraseFirst };
constexpr unsigned kActions = 3;

// One script after the other; false if an action is not possible.
bool write_scripts(History& history, const Scripts& scripts, uint64_t choice, Outcome& outcome) {
  if (scripts.starts_with_text) outcome.failure = history.add(2, 0, starting_text());
  const Edits known_to_all = history.all();
  for (uint64_t client = 1; client <= scripts.clients; ++client) {
    Edits past = known_to_all;
    for (unsigned i = 0; i < scripts.edits; ++i, choice /= kActions) {
      const auto number = static_cast<uint32_t>(history.size());
      const auto length = static_cast<uint32_t>(history.after(past).replica.length(kText));
      const auto action = static_cast<Action>(choice % kActions);
      Operation operation = insert_text(action == Action::kInsertAtEnd ? length : 0, 1, number);
      if (action == Action::kEraseFirst) operation.verb = Operation::Verb::kErase;
      if (action == Action::kEraseFirst && length == 0) return false;
      outcome.failure = history.add(client, past, operation);
      if (!outcome.failure.empty()) return true;
      past |= Edits{1} << number;
    }
  }
  return true;
}

// Everybody's edits, played by a writer who hears of some others' before each.
void write_at_random(History& history, Random& random, std::string& failure) {
  const uint64_t clients = 1 + random.below(4);
  std::vector<Edits> heard(clients, 0);
  const size_t count = 4 + random.below(20);
  while (history.size() < count && failure.empty()) {
    const uint64_t client = random.below(clients);
    if (random.one_in(2)) heard[client] |= heard[random.below(clients)];
    const Operation operation = random_operation(random, history.after(heard[client]).replica);
    const size_t number = history.size();
    failure = history.add(client + 1, heard[client], operation);
    heard[client] |= Edits{1} << number;
  }
}

std::string listen_at_random(History& history, Random& random) {
  std::vector<size_t> order(history.size());
  std::iota(order.begin(), order.end(), size_t{0});
  // From hardly any disorder to none of the order.
  for (uint64_t swaps = random.below(2 * order.size()); swaps > 0; --swaps) {
    const size_t at = random.below(order.size());
    std::swap(order[at], order[random.one_in(3) ? random.below(order.size()) : at / 2]);
  }
  Observer observer(history, 99);
  for (const size_t edit : order) {
    const Edits before = observer.heard();
    observer.hear(edit);
    std::string failure = observer.compare(history.effect(before, edit));
    if (failure.empty() && random.one_in(4)) failure = observer.compare_loaded();
    if (!failure.empty()) return failure;
  }
  for (const size_t edit : order) {
    observer.hear(edit);
    History::Effect nothing;
    if (std::string failure = observer.compare(nothing); !failure.empty()) {
      return "again: " + failure;
    }
  }
  return observer.compare_loaded();
}

}  // namespace

Outcome compare_histories(const Bounds& bounds) { return Histories(bounds).run(); }

Outcome compare_scripts(const Scripts& scripts) {
  Outcome outcome;
  uint64_t end = 1;
  for (unsigned i = 0; i < scripts.clients * scripts.edits; ++i) end *= kActions;
  for (uint64_t choice = 0; choice < end; choice += scripts.stride) {
    History history(true);
    if (!write_scripts(history, scripts, choice, outcome)) continue;
    ++outcome.histories;
    if (outcome.failure.empty()) outcome.failure = compare_all_walks(history);
    if (outcome.failure.empty()) continue;
    outcome.failure = history.describe() + outcome.failure;
    return outcome;
  }
  return outcome;
}

Outcome compare_random(uint64_t seed) {
  Random random(seed);
  History history(!random.one_in(3));
  Outcome outcome{.histories = 1};
  write_at_random(history, random, outcome.failure);
  for (unsigned listeners = 3; listeners > 0 && outcome.failure.empty(); --listeners) {
    outcome.failure = listen_at_random(history, random);
  }
  if (!outcome.failure.empty()) outcome.failure = history.describe() + outcome.failure;
  return outcome;
}

}  // namespace tidemark::model
