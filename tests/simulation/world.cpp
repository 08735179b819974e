#include "world.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "sync/dialects/hocuspocus.h"
#include "sync/y_frame.h"

namespace tidemark::simulation {

namespace {

namespace hocuspocus = sync::hocuspocus;

constexpr int kSteps = 250;
constexpr int64_t kHealingMs = 120'000;

uint64_t hash(uint64_t state, Bytes bytes) {
  for (const uint8_t byte : bytes) state = (state ^ byte) * 0x100000001b3u;
  return (state ^ 0xFF) * 0x100000001b3u;
}

uint64_t drawn_chance(Random& random, uint64_t one_in) {
  return random.one_in(3) ? 0 : 1 + random.below(2 * one_in);
}

// The document bytes in a frame from the server, if it carries any.
std::optional<Bytes> update_in(server::Dialect dialect, Bytes frame) {
  sync::SyncMessage message{sync::SyncStep::kStep1, {}};
  if (dialect == server::Dialect::kYWebsocket) {
    const auto read = sync::read_y_frame(frame);
    const auto* sync = read ? std::get_if<sync::SyncMessage>(&*read) : nullptr;
    if (sync != nullptr) message = *sync;
  } else {
    const auto read = hocuspocus::read_frame(frame);
    const auto* sync = read ? std::get_if<hocuspocus::Sync>(&read->message) : nullptr;
    if (sync != nullptr) message = sync->message;
  }
  if (message.step == sync::SyncStep::kStep1) return std::nullopt;
  return message.payload;
}

}  // namespace

Faults Faults::drawn(Random& random) {
  return {.cut = drawn_chance(random, 40),
          .crash = drawn_chance(random, 60),
          .full_disk = drawn_chance(random, 25),
          .stalled = drawn_chance(random, 20),
          .late_commit = drawn_chance(random, 3),
          .max_delay_ms = random.below(300)};
}

World::World(uint64_t seed, bool is_verbose)
    : random_(seed), faults_(Faults::drawn(random_)), is_verbose_(is_verbose) {
  limits_.queue_soft_bytes = 500 + random_.below(3'000);
  limits_.queue_hard_bytes = 4 * limits_.queue_soft_bytes;
  limits_.compact_after_rows = 5 + random_.below(50);
  limits_.room_idle_ms = random_.below(3'000);
  limits_.storage_retry_ms = random_.below(2'000);
  hub_ = std::make_unique<server::Hub>(store_, limits_);
  const uint64_t count = 2 + random_.below(5);
  for (uint64_t client = 1; client <= count; ++client) {
    const auto dialect =
        random_.one_in(2) ? server::Dialect::kYWebsocket : server::Dialect::kHocuspocus;
    const char* room = random_.one_in(4) ? "other" : "doc";
    devices_.push_back(std::make_unique<Device>(client, dialect, room, now_));
    wires_.emplace_back();
  }
}

void World::fail(std::string what) {
  if (failure_.empty()) failure_ = "at " + std::to_string(now_.ms) + " ms: " + std::move(what);
}

Instant World::due_after(const std::deque<OnTheWire>& queue) {
  const Instant due = now_ + static_cast<int64_t>(random_.below(faults_.max_delay_ms + 1));
  return queue.empty() ? due : std::max(due, queue.back().due);
}

void World::connect(size_t index) {
  Device& device = *devices_[index];
  wires_[index] = std::make_unique<Wire>();
  wires_[index]->id = next_connection_++;
  hub_->open(wires_[index]->id, device.route(), {}, now_);
  sync::Frames frames;
  device.connected(frames);
  say(index, std::move(frames));
  take_actions();
}

void World::disconnect(size_t index) {
  if (!wires_[index]) return;
  const server::ConnectionId id = wires_[index]->id;
  wires_[index].reset();
  devices_[index]->disconnected();
  hub_->closed(id, now_);
  take_actions();
}

// Nothing survives but the store.
void World::crash() {
  for (size_t i = 0; i < devices_.size(); ++i) {
    wires_[i].reset();
    devices_[i]->disconnected();
  }
  hub_ = std::make_unique<server::Hub>(store_, limits_);
}

void World::say(size_t index, sync::Frames&& frames) {
  if (!wires_[index]) return;
  auto& queue = wires_[index]->up;
  for (Buffer& frame : frames) {
    trace_ = hash(trace_, frame);
    queue.push_back({due_after(queue), std::move(frame)});
  }
}

// What the store has taken is what may be heard.
void World::note_stored() {
  for (const char* name : {"doc", "other"}) {
    const auto state = store_.load(name);
    if (!state || !*state) continue;
    Oracle& oracle = oracles_[name];
    if ((*state)->snapshot && !oracle.doc.apply_update((*state)->snapshot->state)) {
      return fail("a stored snapshot does not apply");
    }
    for (const auto& row : (*state)->tail) {
      if (!oracle.doc.apply_update(row.update)) return fail("a stored row does not apply");
    }
  }
}

void World::check_emitted(size_t index, Bytes frame) {
  const Device& device = *devices_[index];
  const auto update = update_in(device.route().dialect, frame);
  if (update && !oracles_[device.room()].holds(*update)) {
    fail("device " + std::to_string(device.client()) + " is sent what is not stored");
  }
}

void World::take_actions() {
  for (server::Action& action : hub_->take_actions()) {
    if (std::holds_alternative<server::Admit>(action)) continue;
    const auto* send = std::get_if<server::Send>(&action);
    const auto id = send != nullptr ? send->connection : std::get<server::Close>(action).connection;
    const auto at = std::ranges::find_if(wires_, [&](const auto& w) { return w && w->id == id; });
    if (at == wires_.end()) continue;
    const auto index = static_cast<size_t>(at - wires_.begin());
    if (send == nullptr) {
      // In the order of the wire: what was sent before is still read.
      while (wires_[index] && !wires_[index]->down.empty()) {
        hear(index, wires_[index]->down.front().bytes);
        if (wires_[index]) wires_[index]->down.pop_front();
      }
      wires_[index].reset();
      devices_[index]->disconnected();
      continue;
    }
    trace_ = hash(trace_, *send->frame);
    check_emitted(index, *send->frame);
    auto& queue = (*at)->down;
    queue.push_back({due_after(queue), *send->frame});
  }
}

void World::hear(size_t index, Bytes frame) {
  Device& device = *devices_[index];
  sync::Frames answers;
  if (!device.receive(frame, now_, answers)) fail("a server's frame makes no sense");
  for (const Buffer& update : device.take_kept()) {
    if (oracles_[device.room()].holds(update)) continue;
    fail("an edit of device " + std::to_string(device.client()) + " is called kept but not stored");
  }
  say(index, std::move(answers));
}

void World::carry(size_t index) {
  while (wires_[index] && !wires_[index]->up.empty() && wires_[index]->up.front().due <= now_) {
    const Buffer frame = std::move(wires_[index]->up.front().bytes);
    wires_[index]->up.pop_front();
    hub_->receive(wires_[index]->id, frame, now_);
    take_actions();
  }
  if (!wires_[index] || wires_[index]->is_stalled) return;
  while (wires_[index] && !wires_[index]->down.empty() && wires_[index]->down.front().due <= now_) {
    const Buffer frame = std::move(wires_[index]->down.front().bytes);
    wires_[index]->down.pop_front();
    hub_->drained(wires_[index]->id, frame.size(), now_);
    hear(index, frame);
  }
  if (devices_[index]->is_ended()) disconnect(index);
}

void World::commit() {
  hub_->commit(now_.ms, now_);
  note_stored();
  take_actions();
  hub_->check();
}

void World::act(size_t index) {
  Device& device = *devices_[index];
  if (!wires_[index]) {
    if (random_.one_in(4)) connect(index);
  } else if (chance(faults_.cut)) {
    disconnect(index);
  } else if (chance(faults_.stalled)) {
    wires_[index]->is_stalled = !wires_[index]->is_stalled;
  }
  sync::Frames frames;
  if (random_.one_in(3)) device.edit(random_, frames);
  if (random_.one_in(10)) device.move_cursor(random_, now_, frames);
  if (random_.one_in(6)) device.ask(frames);
  device.tick(now_, frames);
  say(index, std::move(frames));
}

void World::step() {
  now_ = now_ + static_cast<int64_t>(random_.below(random_.one_in(30) ? 20'000 : 60));
  if (chance(faults_.full_disk)) store_.fails_appends = !store_.fails_appends;
  if (chance(faults_.crash)) crash();
  for (size_t i = 0; i < devices_.size(); ++i) act(i);
  for (size_t i = 0; i < devices_.size(); ++i) carry(i);
  if (hub_->next_deadline() <= now_) hub_->tick(now_);
  if (!chance(faults_.late_commit)) commit();
}

void World::heal() {
  faults_ = {};
  store_.fails_appends = false;
  for (auto& wire : wires_) {
    if (wire) wire->is_stalled = false;
  }
  const Instant end = now_ + kHealingMs;
  for (int i = 0; now_ < end && failure_.empty(); ++i) {
    now_ = now_ + 250;
    for (size_t index = 0; index < devices_.size(); ++index) {
      if (!wires_[index]) connect(index);
      sync::Frames frames;
      if (i % 40 == 0) devices_[index]->ask(frames);
      devices_[index]->tick(now_, frames);
      say(index, std::move(frames));
      carry(index);
    }
    if (hub_->next_deadline() <= now_) hub_->tick(now_);
    commit();
  }
}

void World::check_equal() {
  for (auto& device : devices_) {
    const std::string who = "device " + std::to_string(device->client());
    Oracle& oracle = oracles_[device->room()];
    if (device->doc().text("t").to_string() != oracle.doc.text("t").to_string()) {
      fail(who + " differs from the store in the end");
    }
    if (device->doc().state_vector() != oracle.doc.state_vector()) {
      fail(who + " has another state vector than the store in the end");
    }
    if (!device->is_everything_kept()) fail(who + " still waits for an acknowledgement");
    for (const auto& other : devices_) {
      if (other->room() != device->room()) continue;
      if (device->awareness().state_of(other->client()) != other->awareness().local_state()) {
        fail(who + " does not see device " + std::to_string(other->client()));
      }
    }
  }
}

std::string World::run() {
  for (int i = 0; i < kSteps && failure_.empty(); ++i) step();
  if (failure_.empty()) heal();
  if (failure_.empty()) check_equal();
  if (is_verbose_) {
    const server::Counters counted = hub_->counters();
    std::printf("rows %llu withheld %llu resyncs %llu compactions %llu failures %llu\n",
                static_cast<unsigned long long>(counted.rows_appended),
                static_cast<unsigned long long>(counted.frames_withheld),
                static_cast<unsigned long long>(counted.resyncs),
                static_cast<unsigned long long>(counted.compactions),
                static_cast<unsigned long long>(counted.append_failures));
  }
  return failure_;
}

}  // namespace tidemark::simulation
