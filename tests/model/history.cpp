#include "model/history.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"
#include "model/kernel_view.h"

namespace tidemark::model {
namespace {

constexpr uint64_t kNobody = 99;  // who only listens

std::string difference(const std::string& what, const std::string& kernel,
                       const std::string& model) {
  if (kernel == model) return {};
  return what + "\n--- kernel\n" + kernel + "--- model\n" + model;
}

void apply(crdt::Doc& doc, const Buffer& update, crdt::UpdateFormat format) {
  TM_ASSERT(
      (format == crdt::UpdateFormat::kV1 ? doc.apply_update(update) : doc.apply_update_v2(update))
          .has_value());
}

std::map<uint64_t, uint64_t> state_vector_of(const crdt::Doc& doc) {
  const crdt::StateVector vector = doc.state_vector();
  std::map<uint64_t, uint64_t> clocks;
  for (const auto& [client, clock] : vector.entries()) clocks[client] = clock;
  return clocks;
}

crdt::DocOptions options_for(const History& history, uint64_t client) {
  return {.client_id = client,
          .gc = history.collects_garbage() ? crdt::GcPolicy::always() : crdt::GcPolicy::never()};
}

std::string describe_update(const Buffer& update, crdt::UpdateFormat format) {
  return update.empty() ? std::string() : describe(Bytes(update), format);
}

}  // namespace

// --- the model's side

History::State& History::after(Edits heard) {
  const auto found = states_.find(heard);
  if (found != states_.end()) return found->second;
  Replica replica(kNobody, collects_garbage_);
  if (heard != 0) {
    const Edits latest = std::bit_floor(heard);
    replica = after(heard & ~latest).replica;
    replica.receive(edits_[static_cast<size_t>(std::countr_zero(latest))].message);
  }
  State state{replica, replica.describe(), replica.shown()};
  return states_.emplace(heard, std::move(state)).first->second;
}

History::Effect& History::effect(Edits heard, size_t edit) {
  const auto [place, is_new] = effects_.try_emplace({heard, edit});
  if (is_new) {
    Replica replica = after(heard).replica;
    place->second.description = model::describe(replica.receive(edits_[edit].message));
  }
  return place->second;
}

std::string History::add(uint64_t client, Edits past, const Operation& operation) {
  const size_t number = edits_.size();
  edits_.push_back({client, past, operation});
  Edit& added = edits_.back();
  Replica writer = after(past).replica;
  writer.change_client(client);
  added.message = model::play(operation, writer);

  Observer document(*this, client);
  for (size_t own = 0; own <= number; ++own) {
    if (edits_[own].client != client) continue;
    for (size_t i = 0; i < own; ++i) {
      const Edits bit = Edits{1} << i;
      if ((edits_[own].past & bit & ~document.heard()) != 0) document.hear(i);
    }
    document.play(edits_[own].operation);
    document.note_heard(Edits{1} << own);
  }
  added.v1 = document.v1();
  added.v2 = document.v2();
  Effect effect{model::describe(added.message)};
  return document.compare(effect);
}

void History::pop() {
  edits_.pop_back();
  states_.erase(states_.lower_bound(all() + 1), states_.end());
  std::erase_if(effects_, [&](const auto& entry) {
    return entry.first.first > all() || entry.first.second == edits_.size();
  });
}

std::string History::describe() const {
  std::string text;
  for (size_t i = 0; i < edits_.size(); ++i) {
    text += "edit " + std::to_string(i) + " of client " + std::to_string(edits_[i].client) +
            ", who had heard of";
    for (size_t j = 0; j < i; ++j) {
      if ((edits_[i].past >> j & 1) != 0) text += " " + std::to_string(j);
    }
    text += ": " + model::describe(edits_[i].operation) + "\n";
  }
  return text;
}

// --- the kernel's side

Observer::Observer(History& history, uint64_t client)
    : history_(history),
      hears_v1_alone_(history.next_hears_v1_alone()),
      fast_(options_for(history, client)),
      slow_(options_for(history, client)) {
  slow_.use_fast_paths(false);
  const auto keep = [this](size_t which) {
    return
        [this, which](const crdt::UpdateEvent& event) { updates_[which] = copy_of(event.update); };
  };
  subscriptions_.push_back(fast_.on_update(keep(0)));
  subscriptions_.push_back(slow_.on_update(keep(1)));
  subscriptions_.push_back(slow_.on_update_v2(keep(2)));
}

void Observer::hear(size_t edit) {
  for (Buffer& update : updates_) update.clear();
  const bool is_v1 = hears_v1_alone_ || std::popcount(heard_) % 2 == 0;
  const Buffer& update = is_v1 ? history_[edit].v1 : history_[edit].v2;
  heard_ |= Edits{1} << edit;
  // An edit without an effect, such as to erase a key that is not there, is not told.
  if (update.empty()) return;
  for (crdt::Doc* doc : {&fast_, &slow_}) {
    apply(*doc, update, is_v1 ? crdt::UpdateFormat::kV1 : crdt::UpdateFormat::kV2);
  }
}

void Observer::play(const Operation& operation) {
  for (Buffer& update : updates_) update.clear();
  model::play(operation, fast_);
  model::play(operation, slow_);
}

std::string Observer::identity() const {
  return std::string(as_text(fast_.encode_state_as_update())) + amount_waiting(fast_);
}

std::string Observer::compare(History::Effect& effect) {
  for (crdt::Doc* doc : {&fast_, &slow_}) {
    const std::string failure = compare_document(*doc);
    if (!failure.empty()) {
      return failure + (doc == &fast_ ? "(with fast paths)" : "(without fast paths)");
    }
  }
  return compare_updates(effect);
}

std::string Observer::compare_document(crdt::Doc& doc) const {
  History::State& expected = history_.after(heard_);
  if (doc.has_pending() != expected.replica.is_waiting()) return "what waits ";
  if (state_vector_of(doc) != expected.replica.state_vector()) return "state vector ";
  const Buffer state = doc.encode_state_as_update();
  std::string seen = lists_of(doc);
  seen += as_text(state);
  if (expected.compared.contains(seen)) return {};
  for (const std::string& failure :
       {difference("units and their order", describe(doc), expected.description),
        difference("what readers see", shown(doc), expected.shown),
        difference("invariants", doc.check(), "")}) {
    if (!failure.empty()) return failure;
  }
  expected.compared.insert(std::move(seen));
  return {};
}

std::string Observer::compare_updates(History::Effect& effect) const {
  if (updates_[0] != updates_[1]) return "updates with and without fast paths";
  const std::string both =
      std::string(as_text(updates_[0])) + "|" + std::string(as_text(updates_[2]));
  if (effect.compared.contains(both)) return {};
  const std::string v1 = describe_update(updates_[0], crdt::UpdateFormat::kV1);
  const std::string v2 = describe_update(updates_[2], crdt::UpdateFormat::kV2);
  for (const std::string& failure : {difference("update V1", v1, effect.description),
                                     difference("update V2", v2, effect.description)}) {
    if (!failure.empty()) return failure;
  }
  effect.compared.insert(both);
  return {};
}

std::string Observer::compare_loaded() const {
  History::State& expected = history_.after(heard_);
  std::string seen = "loaded ";
  for (const crdt::Doc* doc : {&fast_, &slow_}) seen += as_text(doc->encode_state_as_update());
  if (!expected.compared.insert(std::move(seen)).second) return {};
  for (const crdt::Doc* doc : {&fast_, &slow_}) {
    for (const auto format : {crdt::UpdateFormat::kV1, crdt::UpdateFormat::kV2}) {
      crdt::Doc loaded(options_for(history_, kNobody));
      loaded.use_fast_paths(doc == &fast_);
      apply(loaded,
            format == crdt::UpdateFormat::kV1 ? doc->encode_state_as_update()
                                              : doc->encode_state_as_update_v2(),
            format);
      const std::string failure =
          difference("a document loaded from its state", describe(loaded), expected.description);
      if (!failure.empty()) return failure;
      if (loaded.has_pending() != expected.replica.is_waiting()) return "what waits when loaded";
    }
  }
  return {};
}

// --- orders

namespace {

constexpr size_t kNowhere = ~size_t{0};

}  // namespace

Orders::Orders(History& history) : history_(history) {
  std::vector<uint8_t> path;
  for (size_t i = 0; i < history.size(); ++i) path.push_back(static_cast<uint8_t>(i));
  stations_.push_back({history.all(), path});
}

// From those who have not heard of the last edit every other step was taken before it was there.
size_t Orders::next_of(const Station& station) const {
  const size_t last = history_.size() - 1;
  const bool has_last = (station.heard >> last & 1) != 0;
  const Edits possible =
      (has_last ? history_.all() : Edits{1} << last) & ~(station.heard | station.taken);
  return possible == 0 ? kNowhere : static_cast<size_t>(std::countr_zero(possible));
}

size_t Orders::arrive(const Observer& observer, const std::vector<uint8_t>& path) {
  const auto [place, is_new] =
      numbers_.try_emplace({observer.heard(), observer.identity()}, stations_.size());
  if (is_new) stations_.push_back({observer.heard(), path});
  return place->second;
}

// Goes there and then on along steps that nobody has taken, to where there are none.
std::string Orders::walk_from(size_t number) {
  Observer observer(history_, kNobody);
  std::vector<uint8_t> path = stations_[number].path;
  for (const size_t edit : path) observer.hear(edit);
  for (size_t edit = next_of(stations_[number]); edit != kNowhere;
       edit = next_of(stations_[number])) {
    stations_[number].taken |= Edits{1} << edit;
    const Edits before = observer.heard();
    observer.hear(edit);
    path.push_back(static_cast<uint8_t>(edit));
    std::string failure = observer.compare(history_.effect(before, edit));
    number = arrive(observer, path);
    if (failure.empty() && observer.heard() == history_.all()) failure = observer.compare_loaded();
    if (failure.empty()) continue;
    std::string where = "edits arrive as";
    for (const size_t i : path) where += " " + std::to_string(i);
    where += ": ";
    where += failure;
    return where;
  }
  return {};
}

std::string Orders::extend() {
  for (size_t i = 0; i < stations_.size(); ++i) {
    while (next_of(stations_[i]) != kNowhere) {
      if (std::string failure = walk_from(i); !failure.empty()) return failure;
    }
  }
  return {};
}

void Orders::pop() {
  const Edits last = Edits{1} << (history_.size() - 1);
  std::erase_if(stations_, [&](const Station& station) { return (station.heard & last) != 0; });
  for (Station& station : stations_) station.taken &= ~last;
  std::erase_if(numbers_, [&](const auto& entry) { return (entry.first.first & last) != 0; });
}

}  // namespace tidemark::model
