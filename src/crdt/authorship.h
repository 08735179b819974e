// Who wrote and who deleted what, for as long as the document lives: which client ids a user has
// had, and what was deleted under them, kept in a map of the document itself. It is that of
// PermanentUserData in Yjs, and both read what the other keeps.
//
//   users := map of user description -> {"ids": list of client ids, "ds": list of delete sets V1}
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "crdt/doc.h"
#include "crdt/id.h"

namespace tidemark::crdt {

// Not to be moved; its document may be. Must not be used when that is gone.
class Authorship {
 public:
  // Whether a deletion is to be kept; the origin is that of its transaction.
  using Filter = std::function<bool(Origin origin, const DeleteSet& deleted)>;

  explicit Authorship(Doc& doc, std::string_view root = "users");
  Authorship(const Authorship&) = delete;
  Authorship& operator=(const Authorship&) = delete;

  // Writes down that this client is that user, and from now on what is deleted locally as deleted
  // by that user. Once for each user who edits here. kMaxClientId at most. kInvalid, with nothing
  // done, if the description is not UTF-8.
  Result<> add_user(uint64_t client, std::string_view description, const Filter& filter = {});
  // Writes what was deleted since the last call into the document, an element for each transaction
  // that deleted something. Call it when no transaction is open, say once per turn of the event
  // loop: it makes one of its own. A peer that hears of an element takes time linear in the user's
  // list: n deletions one by one take n * n steps there, so wide transactions and few of them are
  // cheaper than an element for each keystroke. Where somebody has taken the user out of the map,
  // nothing is written until somebody adds that user again.
  void flush();

  std::optional<std::string> user_of(uint64_t client) const;
  // Who deleted the unit.
  std::optional<std::string> user_of_deleted(const Id& unit) const;

 private:
  struct LocalUser {
    std::string description;
    Map entry;  // in the document; others may put another in its place
    Filter filter;
    std::vector<Buffer> deletions;  // not yet in the document
  };

  void note_update(const UpdateEvent& event);
  Map entry_of(const std::string& description);
  void move_in(LocalUser& user, const Map& entry);
  void note_event(const Event& event);
  void read_entry(const std::string& description);
  void read_value(const std::string& description, const Value& value);
  DeleteSet& deleted_by(const std::string& description);

  Map users_;
  std::vector<LocalUser> local_;
  // What was ever read, in the order in which users came; what others overwrite is not forgotten.
  std::map<uint64_t, std::string> clients_;
  mutable std::vector<std::pair<std::string, DeleteSet>> deleted_;
  bool is_flushing_ = false;
  Subscription watching_users_;
  Subscription watching_updates_;
};

}  // namespace tidemark::crdt
