#include "device.h"

#include <algorithm>
#include <utility>

#include "crdt/update.h"

namespace tidemark::simulation {

namespace {

namespace hocuspocus = sync::hocuspocus;
constexpr crdt::Origin kRemote = 1;

}  // namespace

bool Oracle::holds(Bytes update) const {
  const auto known =
      crdt::contains_update(doc.state_vector(), doc.delete_set(), update, crdt::UpdateFormat::kV1);
  if (known && *known) return true;
  // Stored edits that wait for others are in no state vector: they are there if the update does not
  // change the whole.
  const Buffer before = doc.encode_state_as_update();
  crdt::Doc copy;
  if (!copy.apply_update(before)) return false;
  const Buffer same = copy.encode_state_as_update();
  return copy.apply_update(update) && copy.encode_state_as_update() == same;
}

Device::Device(uint64_t client, server::Dialect dialect, std::string room, Instant now)
    : client_(client),
      dialect_(dialect),
      room_(std::move(room)),
      address_(room_),
      doc_(std::make_unique<crdt::Doc>(crdt::DocOptions{.client_id = client})),
      awareness_(client, sync::Limits{}, now) {
  if (client % 3 == 0) address_.append(1, '\0').append("session").append(std::to_string(client));
}

server::Route Device::route() const {
  if (dialect_ == server::Dialect::kHocuspocus) return {};
  return {server::Dialect::kYWebsocket, room_};
}

void Device::connected(sync::Frames& out) {
  claims_.clear();
  if (dialect_ == server::Dialect::kYWebsocket) {
    y_ = std::make_unique<sync::YSession>(*doc_, awareness_, kRemote);
    return y_->open(out);
  }
  h_ = std::make_unique<hocuspocus::Session>(*doc_, awareness_, address_, kRemote);
  h_->open("", out);
}

void Device::disconnected() {
  y_.reset();
  h_.reset();
  claims_.clear();
  std::vector<uint64_t> others;
  for (const auto& entry : awareness_.states()) others.push_back(entry.client);
  awareness_.remove(others);
}

void Device::edit(Random& random, sync::Frames& out) {
  Buffer update;
  const auto watch =
      doc_->on_update([&](const crdt::UpdateEvent& event) { update = copy_of(event.update); });
  crdt::Text text = doc_->text("t");
  const uint32_t length = text.length();
  if (length > 0 && random.one_in(3)) {
    const auto at = static_cast<uint32_t>(random.below(length));
    const auto count = 1 + random.below(std::min<uint32_t>(length - at, 5));
    if (!text.erase(at, static_cast<uint32_t>(count))) return;
  } else {
    const auto at = static_cast<uint32_t>(random.below(length + 1));
    const std::string word(1 + random.below(random.one_in(10) ? 300 : 8),
                           static_cast<char>('a' + client_ % 26));
    if (!text.insert(at, word)) return;
  }
  if (update.empty()) return;
  unkept_.emplace(++edits_, update);
  if (y_) y_->tell_update(update, out);
  if (h_) {
    h_->tell_update(update, out);
    claims_.push_back({edits_});
  }
}

void Device::move_cursor(Random& random, Instant now, sync::Frames& out) {
  const std::string state = R"({"cursor":)" + std::to_string(random.below(1'000)) + "}";
  awareness_.set_local_state(state, now);
  const uint64_t own[] = {client_};
  if (y_) y_->tell_awareness(own, out);
  if (h_) h_->tell_awareness(own, out);
}

void Device::ask(sync::Frames& out) {
  if (!y_) return;
  // What the peer lacks was said before on this connection, or in answer to its own question.
  // One question at a time: a server may answer several at once, and then whose answer is it?
  if (!y_->is_synced() || !claims_.empty()) return;
  const Buffer vector = crdt::encode_state_vector(doc_->state_vector());
  out.push_back(sync::y_sync_frame(sync::SyncStep::kStep1, vector));
  claims_.push_back(all_unkept());
}

void Device::tick(Instant now, sync::Frames& out) {
  const auto ticked = awareness_.tick(now);
  if (ticked.renewed.is_empty()) return;
  const uint64_t own[] = {client_};
  if (y_) y_->tell_awareness(own, out);
  if (h_) h_->tell_awareness(own, out);
}

std::set<uint64_t> Device::all_unkept() const {
  std::set<uint64_t> all;
  for (const auto& [number, update] : unkept_) all.insert(number);
  return all;
}

void Device::keep(const std::set<uint64_t>& edits) {
  for (const uint64_t number : edits) {
    const auto at = unkept_.find(number);
    if (at == unkept_.end()) continue;
    kept_.push_back(std::move(at->second));
    unkept_.erase(at);
  }
}

// In Hocuspocus the statuses come in the order of the updates; the answer to the server's question
// is one of them and covers what was there when it was asked. In y-websocket the answer to our
// question covers what was said before it.
void Device::count_answers(Bytes frame) {
  if (y_) {
    const auto message = sync::read_y_frame(frame);
    const auto* sync = message ? std::get_if<sync::SyncMessage>(&*message) : nullptr;
    if (sync == nullptr || sync->step != sync::SyncStep::kStep2) return;
    // The first answer is to the question that opened the session, which proves nothing.
    if (!y_->is_synced() || claims_.empty()) return;
    keep(claims_.front());
    claims_.pop_front();
    return;
  }
  const auto read = hocuspocus::read_frame(frame);
  if (!read) return;
  if (const auto* status = std::get_if<hocuspocus::SyncStatus>(&read->message)) {
    if (claims_.empty()) return;
    if (status->is_kept) keep(claims_.front());
    claims_.pop_front();
    return;
  }
  const auto* sync = std::get_if<hocuspocus::Sync>(&read->message);
  if (sync == nullptr || sync->message.step != sync::SyncStep::kStep1) return;
  // We answer it with everything that the server lacks.
  claims_.push_back(all_unkept());
}

bool Device::receive(Bytes frame, Instant now, sync::Frames& out) {
  count_answers(frame);
  if (y_) return y_->receive(frame, now, out).has_value();
  if (!h_) return true;
  const auto read = hocuspocus::read_frame(frame);
  if (!read) return false;
  if (read->address.full.empty()) return true;
  return read->address.full == address_ && h_->receive(*read, now, out).has_value();
}

std::vector<Buffer> Device::take_kept() { return std::exchange(kept_, {}); }

}  // namespace tidemark::simulation
