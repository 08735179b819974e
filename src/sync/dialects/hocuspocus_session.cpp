#include "sync/dialects/hocuspocus_session.h"

namespace tidemark::sync::hocuspocus {

void Session::open(std::string_view token, Frames& out) {
  out.push_back(token_frame(address_, token, {}));
  unsynced_changes_ = 1;
  out.push_back(
      sync_frame(address_, SyncStep::kStep1, crdt::encode_state_vector(doc_.state_vector())));
  if (!awareness_.local_state()) return;
  const uint64_t own[] = {awareness_.client()};
  tell_awareness(own, out);
}

void Session::tell_update(Bytes update, Frames& out) {
  ++unsynced_changes_;
  out.push_back(sync_frame(address_, SyncStep::kUpdate, update));
}

void Session::tell_awareness(std::span<const uint64_t> clients, Frames& out) {
  out.push_back(awareness_frame(address_, awareness_.encode(clients)));
}

void Session::close(Frames& out) { out.push_back(close_frame(address_, {})); }

Result<> Session::take(const SyncMessage& message, Frames& out) {
  const auto answer = take_sync(doc_, message, origin_);
  if (!answer) return tl::unexpected(answer.error());
  if (*answer) out.push_back(sync_frame(address_, SyncStep::kStep2, **answer));
  if (message.step == SyncStep::kStep2) is_synced_ = true;
  return {};
}

Result<> Session::hear_awareness(Bytes update, Instant now, Frames& out) {
  const auto is_doubted = take_awareness(awareness_, update, now);
  if (!is_doubted) return tl::unexpected(is_doubted.error());
  const uint64_t own[] = {awareness_.client()};
  if (*is_doubted) tell_awareness(own, out);
  return {};
}

Result<> Session::receive(const Frame& frame, Instant now, Frames& out) {
  if (const auto* sync = std::get_if<Sync>(&frame.message)) return take(sync->message, out);
  if (const auto* told = std::get_if<Awareness>(&frame.message)) {
    return hear_awareness(told->update, now, out);
  }
  if (const auto* granted = std::get_if<Authenticated>(&frame.message)) {
    scope_ = granted->scope == "readonly" ? Scope::kReadOnly : Scope::kReadWrite;
  } else if (const auto* status = std::get_if<SyncStatus>(&frame.message)) {
    if (!status->is_kept) ++refused_changes_;
    if (status->is_kept && unsynced_changes_ > 0) --unsynced_changes_;
  } else if (const auto* denied = std::get_if<Denied>(&frame.message)) {
    ended_ = denied->reason;
  } else if (const auto* closed = std::get_if<Close>(&frame.message)) {
    ended_ = closed->reason;
    is_synced_ = false;
  }
  return {};
}

}  // namespace tidemark::sync::hocuspocus
