#include "sync/y_session.h"

#include <algorithm>

namespace tidemark::sync {

Result<std::optional<Buffer>> take_sync(crdt::Doc& doc, const SyncMessage& message,
                                        crdt::Origin origin) {
  if (message.step == SyncStep::kStep1) {
    const auto known = crdt::decode_state_vector(message.payload);
    if (!known) return tl::unexpected(known.error());
    return doc.encode_state_as_update(*known);
  }
  if (auto applied = doc.apply_update(message.payload, origin); !applied) {
    return tl::unexpected(applied.error());
  }
  return std::nullopt;
}

Result<bool> take_awareness(Awareness& awareness, Bytes update, Instant now) {
  const auto change = awareness.apply(update, now);
  if (!change) return tl::unexpected(change.error());
  const bool is_gone =
      std::ranges::find(change->removed, awareness.client()) != change->removed.end();
  return is_gone && awareness.local_state();
}

void YSession::open(Frames& out) {
  out.push_back(y_sync_frame(SyncStep::kStep1, crdt::encode_state_vector(doc_.state_vector())));
  if (!awareness_.local_state()) return;
  const uint64_t own[] = {awareness_.client()};
  tell_awareness(own, out);
}

void YSession::tell_update(Bytes update, Frames& out) {
  out.push_back(y_sync_frame(SyncStep::kUpdate, update));
}

void YSession::tell_awareness(std::span<const uint64_t> clients, Frames& out) {
  out.push_back(y_awareness_frame(awareness_.encode(clients)));
}

Result<> YSession::take(const SyncMessage& message, Frames& out) {
  const auto answer = take_sync(doc_, message, origin_);
  if (!answer) return tl::unexpected(answer.error());
  if (*answer) out.push_back(y_sync_frame(SyncStep::kStep2, **answer));
  if (message.step == SyncStep::kStep2) is_synced_ = true;
  return {};
}

Result<> YSession::hear_awareness(Bytes update, Instant now, Frames& out) {
  const auto is_doubted = take_awareness(awareness_, update, now);
  if (!is_doubted) return tl::unexpected(is_doubted.error());
  const uint64_t own[] = {awareness_.client()};
  if (*is_doubted) tell_awareness(own, out);
  return {};
}

Result<> YSession::receive(Bytes frame, Instant now, Frames& out) {
  const auto message = read_y_frame(frame);
  if (!message) return tl::unexpected(message.error());
  if (const auto* sync = std::get_if<SyncMessage>(&*message)) return take(*sync, out);
  if (const auto* told = std::get_if<AwarenessMessage>(&*message)) {
    return hear_awareness(told->update, now, out);
  }
  if (const auto* denied = std::get_if<DeniedMessage>(&*message)) denied_ = denied->reason;
  if (std::holds_alternative<QueryAwarenessMessage>(*message)) {
    std::vector<uint64_t> here;
    for (const AwarenessEntry& entry : awareness_.states()) here.push_back(entry.client);
    tell_awareness(here, out);
  }
  return {};
}

}  // namespace tidemark::sync
