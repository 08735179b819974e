// One end of a y-websocket conversation about one document: what a client says and does. It is born
// with its connection and dies with it; after an error the connection is closed, and the next
// session's first exchange heals whatever was missed. (A server holds many ends of one document and
// decides when each hears what: server/hub.h.)
//
//   open:     -> SyncStep1, our awareness state
//   receive:  SyncStep1 -> SyncStep2;   SyncStep2, Update, awareness: applied
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "base/result.h"
#include "crdt/doc.h"
#include "sync/awareness.h"
#include "sync/y_frame.h"

namespace tidemark::sync {

using Frames = std::vector<Buffer>;

// Does to the document what a sync message asks; the payload of a SyncStep2 if it asks for one.
Result<std::optional<Buffer>> take_sync(crdt::Doc& doc, const SyncMessage& message,
                                        crdt::Origin origin);

// True if the peer took our own state for gone: our clock has risen, and everybody must be told
// that we are here.
Result<bool> take_awareness(Awareness& awareness, Bytes update, Instant now);

class YSession {
 public:
  // Both outlive the session. Transactions that peers cause carry the origin.
  YSession(crdt::Doc& doc, Awareness& awareness, crdt::Origin origin)
      : doc_(doc), awareness_(awareness), origin_(origin) {}

  void open(Frames& out);
  Result<> receive(Bytes frame, Instant now, Frames& out);
  // A local edit, as the document emitted it.
  void tell_update(Bytes update, Frames& out);
  void tell_awareness(std::span<const uint64_t> clients, Frames& out);

  // Whether the peer has answered with what it holds.
  bool is_synced() const { return is_synced_; }
  // Why the peer refuses us, if it said so.
  const std::optional<std::string>& denied() const { return denied_; }

 private:
  Result<> take(const SyncMessage& message, Frames& out);
  Result<> hear_awareness(Bytes update, Instant now, Frames& out);

  crdt::Doc& doc_;
  Awareness& awareness_;
  crdt::Origin origin_;
  bool is_synced_ = false;
  std::optional<std::string> denied_;
};

}  // namespace tidemark::sync
