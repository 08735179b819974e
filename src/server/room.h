// A document with its sessions. It stays in memory as long as somebody is in it and a little
// longer. What a turn brings is applied at once, so that nothing is stored that would not load, but
// told to nobody before the commit; if that fails the room is thrown away with everything it was
// told.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "base/result.h"
#include "crdt/doc.h"
#include "crdt/update.h"
#include "server/limits.h"
#include "server/presence.h"
#include "server/session.h"
#include "store/document_store.h"

namespace tidemark::server {

//  (1) sessions() are those whose room this is, each once.
//  (2) The document is what the store holds plus the updates of this turn, in order.
//  (3) contributions_ is the sum of what the sessions contributed, of those gone included.
class Room {
 public:
  // Loads the document; a name that the store does not know is an empty document. kCorrupt if what
  // is stored does not load. The limits outlive the room.
  // Until the instant its visitors may have been in it with a server before this one.
  struct Identity {
    uint64_t id;
    std::string name;
    Instant is_young_until = {};
  };
  static Result<std::unique_ptr<Room>> load(Identity identity, store::DocumentStore& store,
                                            const Limits& limits);

  uint64_t id() const { return id_; }
  const std::string& name() const { return name_; }
  const std::vector<Session*>& sessions() const { return sessions_; }
  Presence& presence() { return presence_; }
  const Presence& presence() const { return presence_; }

  void join(Session& session);
  // Its awareness states leave with it; its updates of this turn stay.
  void leave(Session& session, Instant now);
  // When the last session left, or the room was loaded.
  Instant empty_since() const { return empty_since_; }

  enum class Taken : uint8_t { kNews, kNothingNew };
  // Validates and applies one update; on an error nothing has changed.
  Result<Taken> take_update(Session& session, Bytes update, bool is_likely_known);
  // Whether a peer's update holds nothing that the document lacks.
  Result<bool> contains(Bytes update) const;
  crdt::StateVector state_vector() const { return doc_.state_vector(); }
  Buffer difference(const crdt::StateVector& known) const {
    return doc_.encode_state_as_update(known);
  }

  // The updates of this turn as they are stored and sent: one if they can be merged.
  const std::vector<Buffer>& rows();
  bool has_updates() const { return !updates_.empty(); }
  uint64_t contributions() const { return contributions_; }
  // The rows are in the store, the last one with this id.
  void committed(store::LogId last);
  // The turn is over for everybody in the room.
  void end_turn();

  // Whether the log is long enough to be worth a snapshot.
  bool wants_compaction() const;
  // Stores the document as a snapshot. Only between turns.
  Result<> compact(store::DocumentStore& store, int64_t wall_ms);

  // Set while the hub has the room on its list for this turn.
  bool is_touched = false;

  void check() const;

 private:
  Room(Identity identity, const Limits& limits)
      : id_(identity.id),
        name_(std::move(identity.name)),
        limits_(limits),
        presence_(limits.sync, identity.is_young_until) {}

  Result<> apply_stored(const store::StoredState& stored);
  Result<> check_pending(Bytes update) const;
  crdt::UpdateLimits update_limits() const;

  uint64_t id_;
  std::string name_;
  const Limits& limits_;
  crdt::Doc doc_{{.cleans_formatting = false}};
  Presence presence_;
  std::vector<Session*> sessions_;
  Instant empty_since_;

  std::vector<Buffer> updates_;
  uint64_t contributions_ = 0;

  store::LogId last_id_ = store::kBeforeLog;
  uint64_t snapshot_bytes_ = 0;
  uint64_t tail_rows_ = 0;
  uint64_t tail_bytes_ = 0;
  uint64_t failed_compactions_ = 0;
};

}  // namespace tidemark::server
