#include "model/small_cases.h"

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>
#include <optional>

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
    orders_.emplace(history_);
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
      const bool is_one = are_clients_named_in_order();
      if (is_one) ++outcome_.histories;
      // Longer ones may have names for all.
      const bool may_grow = history_.size() - first_ < bounds_.edits;
      if (failure.empty() && (is_one || may_grow)) failure = orders_->extend();
      if (!failure.empty()) outcome_.failure = history_.describe() + failure;
      extend();
      orders_->pop();
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
  std::optional<Orders> orders_;
  Outcome outcome_;
};

enum class Action : uint8_t { kInsertAtFront, kInsertAtEnd, kEraseFirst };
constexpr Action kActions[] = {Action::kInsertAtFront, Action::kInsertAtEnd, Action::kEraseFirst};
constexpr uint64_t kListener = 99;

// The scripts of all clients form a tree: each edit goes on from the scripts without it. A set of
// scripts is heard up to its end here; in which orders is known from the sets that lack one edit.
class ScriptTree {
 public:
  explicit ScriptTree(const Scripts& scripts) : scripts_(scripts), history_(true) {}

  Outcome run() {
    if (scripts_.starts_with_text) outcome_.failure = history_.add(2, 0, starting_text());
    known_to_all_ = history_.all();
    written_.resize(scripts_.clients);
    write(0);
    return outcome_;
  }

 private:
  // What a client did: an action for each edit.
  using Written = std::vector<std::string>;
  // Whose turn it is, from the first edit to the last: one order for each document they lead to.
  using Turns = std::vector<std::string>;

  bool has_failed() const { return !outcome_.failure.empty(); }

  void write(size_t client) {
    if (client + 1 < scripts_.clients) {
      write(client + 1);
    } else if (!has_failed()) {
      ++outcome_.histories;
      if (std::string failure = compare(); !failure.empty()) {
        outcome_.failure = history_.describe() + failure;
      }
    }
    if (written_[client].size() < scripts_.edits) {
      for (const Action action : kActions) write_on(client, action);
    }
    // Nobody goes on from here any more.
    if (client == 0)
      std::erase_if(turns_, [&](const auto& e) { return e.first[0] == written_[0]; });
  }

  void write_on(size_t client, Action action) {
    if (has_failed()) return;
    const Edits past = known_to_all_ | edits_of(client);
    const auto length = static_cast<uint32_t>(history_.after(past).replica.length(kText));
    if (action == Action::kEraseFirst && length == 0) return;
    // Letters of their own, the same in every set of scripts.
    const auto letter = static_cast<uint32_t>(client * scripts_.edits + written_[client].size());
    Operation operation = insert_text(action == Action::kInsertAtEnd ? length : 0, 1, letter);
    if (action == Action::kEraseFirst) operation.verb = Operation::Verb::kErase;
    outcome_.failure = history_.add(client + 1, past, operation);
    written_[client] += static_cast<char>(action);
    write(client);
    written_[client].pop_back();
    history_.pop();
  }

  // Edits lie client by client behind what everybody knows.
  size_t first_of(size_t client) const {
    size_t first = static_cast<size_t>(std::popcount(known_to_all_));
    for (size_t before = 0; before < client; ++before) first += written_[before].size();
    return first;
  }
  Edits edits_of(size_t client) const {
    return ((Edits{1} << written_[client].size()) - 1) << first_of(client);
  }

  // All orders, by the edit that is heard last.
  std::string compare() {
    std::map<std::string, std::string> found;  // the turns that lead to a document
    bool is_start = true;
    for (size_t client = 0; client < scripts_.clients; ++client) {
      if (written_[client].empty()) continue;
      is_start = false;
      Written before = written_;
      before[client].pop_back();
      for (const std::string& turns : turns_.at(before)) {
        if (std::string failure = compare_last(turns, client, found); !failure.empty()) {
          return failure;
        }
      }
    }
    Turns& turns = turns_[written_];
    if (is_start) turns.emplace_back();
    for (auto& [identity, path] : found) turns.push_back(std::move(path));
    return {};
  }

  std::string compare_last(const std::string& turns, size_t client,
                           std::map<std::string, std::string>& found) {
    Observer observer(history_, kListener);
    for (size_t i = 0; i < first_of(0); ++i) observer.hear(i);
    std::vector<size_t> next(scripts_.clients);
    for (size_t i = 0; i < next.size(); ++i) next[i] = first_of(i);
    for (const char turn : turns) observer.hear(next[static_cast<size_t>(turn)]++);
    const Edits before = observer.heard();
    observer.hear(next[client]);
    if (std::string failure = observer.compare(history_.effect(before, next[client]));
        !failure.empty()) {
      return "after " + std::to_string(turns.size()) + " edits: " + failure;
    }
    const bool is_new =
        found.emplace(observer.identity(), turns + static_cast<char>(client)).second;
    return is_new ? observer.compare_loaded() : std::string();
  }

  Scripts scripts_;
  History history_;
  Edits known_to_all_ = 0;
  Written written_;
  std::map<Written, Turns> turns_;
  Outcome outcome_;
};

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

Outcome compare_scripts(const Scripts& scripts) { return ScriptTree(scripts).run(); }

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
