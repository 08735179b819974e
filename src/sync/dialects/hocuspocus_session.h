// One document's end of a Hocuspocus conversation: what a client says and does. Many share a
// socket; whoever owns the socket gives each the frames that bear its address. Counts what the
// server has not yet called kept, which is what a badge "saved" means.
//
//   open:     -> Token, SyncStep1, our awareness state
//   receive:  Authenticated | Denied;   SyncStep1 -> SyncStep2;   SyncStatus counts down
#pragma once

#include <optional>
#include <string>

#include "sync/dialects/hocuspocus.h"
#include "sync/y_session.h"

namespace tidemark::sync::hocuspocus {

enum class Scope : uint8_t { kNone, kReadOnly, kReadWrite };

class Session {
 public:
  // Both references outlive the session. Transactions that peers cause carry the origin.
  Session(crdt::Doc& doc, sync::Awareness& awareness, std::string address, crdt::Origin origin)
      : doc_(doc), awareness_(awareness), address_(std::move(address)), origin_(origin) {}

  const std::string& address() const { return address_; }

  void open(std::string_view token, Frames& out);
  // A frame with our address.
  Result<> receive(const Frame& frame, Instant now, Frames& out);
  // A local edit, as the document emitted it.
  void tell_update(Bytes update, Frames& out);
  void tell_awareness(std::span<const uint64_t> clients, Frames& out);
  // We leave this document; the socket stays.
  void close(Frames& out);

  Scope scope() const { return scope_; }
  bool is_synced() const { return is_synced_; }
  // Edits, and the first exchange, that the server has not called kept.
  uint64_t unsynced_changes() const { return unsynced_changes_; }
  // How many updates the server refused to keep.
  uint64_t refused_changes() const { return refused_changes_; }
  // Why the server refused or closed this document, if it did.
  const std::optional<std::string>& ended() const { return ended_; }

 private:
  Result<> take(const SyncMessage& message, Frames& out);
  Result<> hear_awareness(Bytes update, Instant now, Frames& out);

  crdt::Doc& doc_;
  sync::Awareness& awareness_;
  std::string address_;
  crdt::Origin origin_;
  Scope scope_ = Scope::kNone;
  bool is_synced_ = false;
  uint64_t unsynced_changes_ = 0;
  uint64_t refused_changes_ = 0;
  std::optional<std::string> ended_;
};

}  // namespace tidemark::sync::hocuspocus
