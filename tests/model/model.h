// The reference model: what a replica is, in the plainest terms that the rule allows. Every unit of
// content is a record of its own, every list a vector of ids that is searched from the front, and
// integration is the rule as it is written down (YATA; Nicolaescu et al. 2016, with the tie-break
// of Yjs 13). Nothing is fast and nothing is shared with the kernel, which is compared with this.
//
// It knows texts without formats, lists, maps and types nested in them; deletion, garbage
// collection, and messages that arrive in any order.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark::model {

struct Id {
  uint64_t client = 0;
  uint64_t clock = 0;
  friend auto operator<=>(const Id&, const Id&) = default;
};

// A list of units: that of a root or of a type, which the unit `type` holds; or, with a key, the
// chain of all values that an entry of it ever had.
struct Place {
  std::string root = {};
  std::optional<Id> type = {};
  std::optional<std::string> key = {};

  friend bool operator==(const Place&, const Place&) = default;
  friend bool operator<(const Place& a, const Place& b) {
    if (a.root != b.root) return a.root < b.root;
    if (a.type != b.type) return a.type < b.type;
    return a.key < b.key;
  }
  bool is_of_type(const Id& id) const { return type == id; }
};

enum class Kind : uint8_t {
  kCharacter,  // `value` is a UTF-16 unit
  kValue,      // `value` is a number
  kType,       // `value` is the number of its kind on the wire
  kDeleted,    // collected: its place is kept, its content is not
  kGarbage,    // collected with the type it was in: it has no place any more
};

inline constexpr uint32_t kArrayType = 0, kMapType = 1, kTextType = 2;

struct Content {
  Kind kind = Kind::kValue;
  uint32_t value = 0;
  friend bool operator==(const Content&, const Content&) = default;
};

struct Unit {
  Id id;
  std::optional<Id> origin = {};
  std::optional<Id> right_origin = {};
  Place place = {};
  Content content = {};
  bool is_deleted = false;
};

// What a transaction adds and deletes, by id. A unit with an origin tells its place to nobody:
// whoever reads it takes that of its neighbour.
struct Message {
  std::vector<Unit> units;
  std::set<Id> deletes;
};
// One line a unit; equal for messages that mean the same.
std::string describe(const Message& message);
std::string describe(const Id& id);
std::string describe(const Place& place);
std::string describe(const Unit& unit);

class Replica {
 public:
  explicit Replica(uint64_t client, bool collects_garbage = true)
      : client_(client), collects_garbage_(collects_garbage) {}

  void change_client(uint64_t client) { client_ = client; }

  // --- local edits: each is a transaction, and the message is what others must hear of it
  // Behind the visible unit before the index and behind what is deleted there.
  Message insert_text(const Place& text, size_t index, std::u16string_view characters);
  // Behind the visible unit before the index.
  Message insert(const Place& list, size_t index, const std::vector<Content>& contents);
  // Behind everything, also what is deleted.
  Message push(const Place& list, const std::vector<Content>& contents);
  Message erase(const Place& list, size_t index, size_t count);
  Message set(const Place& map, const std::string& key, const Content& content);
  Message erase_key(const Place& map, const std::string& key);

  // --- remote ones: what became of the message, and of what had waited for it
  Message receive(const Message& message);
  bool is_waiting() const { return !waiting_units_.empty() || !waiting_deletes_.empty(); }

  // --- reading
  // Everything, as one message to somebody who has nothing.
  Message state() const;
  uint64_t clock_of(uint64_t client) const;
  std::map<uint64_t, uint64_t> state_vector() const;
  size_t length(const Place& list) const { return visible(list).size(); }
  std::vector<Id> visible(const Place& list) const;
  const Unit& unit(const Id& id) const;
  // The unit that counts for the key, if it is not deleted.
  const Unit* entry(const Place& map, const std::string& key) const;
  // All units by id, then all lists in order, deleted units too.
  std::string describe() const;
  // What a reader sees: a JSON text of each root, which is an array, a map or a text by its name's
  // first letter.
  std::string shown() const;

 private:
  Unit& unit(const Id& id);
  bool knows(const Id& id) const { return id.clock < clock_of(id.client); }
  std::vector<Id>& list(const Place& place) { return lists_[place]; }
  Message insert_between(const Place& place, size_t position, const std::vector<Content>& contents);
  bool can_integrate(const Unit& unit) const;
  void integrate(Unit unit);
  bool lost_its_place(const Unit& unit) const;
  size_t position_for(const Unit& unit, const std::vector<Id>& list) const;
  void erase(const Id& id);
  void collect(const Id& id);
  void collect_waiting();
  void begin();
  Message commit();
  std::string shown(const Place& place, uint32_t type) const;
  std::string shown(const Unit& unit) const;

  uint64_t client_;
  bool collects_garbage_;
  std::map<uint64_t, std::vector<Unit>> clients_;  // by clock
  std::map<Place, std::vector<Id>> lists_;
  std::map<Id, Unit> waiting_units_;
  std::set<Id> waiting_deletes_;
  // Of the transaction that is open.
  std::map<uint64_t, uint64_t> before_;
  std::set<Id> deleted_;
};

}  // namespace tidemark::model
