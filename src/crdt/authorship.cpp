#include "crdt/authorship.h"

#include <array>
#include <utility>

#include "base/assert.h"
#include "base/utf.h"
#include "crdt/internal/document.h"
#include "crdt/internal/update/reader.h"

namespace tidemark::crdt {
namespace {

// The list that a user's entry holds under this key; empty if there is none.
Array list_in(const Map& entry, std::string_view key) {
  const std::optional<Value> value = entry.at(key);
  const SharedType* type = value ? value->type() : nullptr;
  return type == nullptr ? Array() : type->as<Array>().value_or(Array());
}

Map map_in(const Map& users, std::string_view description) {
  const std::optional<Value> value = users.at(description);
  const SharedType* type = value ? value->type() : nullptr;
  if (type == nullptr || type->kind() != TypeRef::kMap) return {};
  return Map(type->document(), type->branch());
}

// Elements may be anything that some peer has put there.
std::optional<uint64_t> client_in(const Value& value) {
  return value.any() == nullptr ? std::nullopt : natural_number(*value.any());
}

// False if somebody has put something else there.
bool push(const Map& entry, std::string_view key, Any value) {
  const Array list = list_in(entry, key);
  if (!list) return false;
  const std::array<Any, 1> values = {std::move(value)};
  static_cast<void>(Array(list).push(values));  // such values always fit
  return true;
}

Buffer encoded_set(const DeleteSet& deleted) {
  Encoder encoder;
  encode_delete_set_v1(encoder, deleted);
  return encoder.take();
}

DeleteSet deleted_in(Bytes update) {
  UpdateReaderV1 reader(update, kOwnUpdateLimits);
  StructView view;
  while (reader.next(view)) continue;
  DeleteSet deleted;
  reader.read_delete_set(deleted);
  return deleted;
}

}  // namespace

Authorship::Authorship(Doc& doc, std::string_view root) : users_(doc.map(root)) {
  for (const std::string& description : users_.keys()) read_entry(description);
  watching_users_ = users_.observe_deep([this](const DeepEvents& deep) {
    // What flush() has just written is known, and looking for it in a long list takes long.
    if (std::exchange(is_flushing_, false)) return;
    for (const Event& event : deep.events) note_event(event);
  });
  watching_updates_ = doc.on_update([this](const UpdateEvent& event) { note_update(event); });
}

void Authorship::note_update(const UpdateEvent& event) {
  if (!event.is_local || local_.empty()) return;
  const DeleteSet deleted = deleted_in(event.update);
  if (deleted.is_empty()) return;
  for (LocalUser& user : local_) {
    if (user.filter && !user.filter(event.origin, deleted)) continue;
    user.deletions.push_back(encoded_set(deleted));
  }
}

Map Authorship::entry_of(const std::string& description) {
  if (const Map known = map_in(users_, description)) return known;
  Map made;
  users_.document()->begin(0);
  made = *users_.set_type(description, TypeRef::kMap).as<Map>();
  made.set_type("ids", TypeRef::kArray);
  made.set_type("ds", TypeRef::kArray);
  users_.document()->end();
  return made;
}

Result<> Authorship::add_user(uint64_t client, std::string_view description, const Filter& filter) {
  const bool client_is_below_2_to_the_53 = client <= kMaxClientId;
  TM_ASSERT(client_is_below_2_to_the_53);
  if (!is_valid_utf8(description)) {
    return failure(ErrorCode::kInvalid, "authorship: the description is not UTF-8");
  }
  LocalUser user{std::string(description), {}, filter, {}};
  user.entry = entry_of(user.description);
  push(user.entry, "ids", Any(static_cast<double>(client)));
  local_.push_back(std::move(user));
  return {};
}

// Two replicas that name a user at the same time each make an entry, of which one wins: what the
// other held goes over to it.
void Authorship::move_in(LocalUser& user, const Map& entry) {
  user.entry = entry;
  for (const auto& [client, description] : clients_) {
    if (description == user.description) push(entry, "ids", Any(static_cast<double>(client)));
  }
  DeleteSet& held = deleted_by(user.description);
  held.normalize();
  if (!held.is_empty()) push(entry, "ds", Any(encoded_set(held)));
}

void Authorship::flush() {
  for (LocalUser& user : local_) {
    const Map entry = map_in(users_, user.description);
    const bool is_replaced = entry != user.entry;
    if (!entry || (!is_replaced && user.deletions.empty())) continue;
    users_.document()->begin(0);
    if (is_replaced) move_in(user, entry);
    for (Buffer& deletion : std::exchange(user.deletions, {})) {
      const Any value(std::move(deletion));
      if (push(user.entry, "ds", value)) read_value(user.description, Value(value));
    }
    is_flushing_ = true;
    users_.document()->end();
    is_flushing_ = false;
  }
}

void Authorship::read_entry(const std::string& description) {
  const Map entry = map_in(users_, description);
  if (!entry) return;
  deleted_by(description);  // of two who deleted the same, the user who came first is named
  for (const char* key : {"ids", "ds"}) {
    const Array list = list_in(entry, key);
    for (const Value& value : list ? list.values() : std::vector<Value>()) {
      read_value(description, value);
    }
  }
}

// Of a client id or a delete set; elements of the two lists are of different kinds.
void Authorship::read_value(const std::string& description, const Value& value) {
  if (const std::optional<uint64_t> client = client_in(value)) clients_[*client] = description;
  const Buffer* bytes = value.any() == nullptr ? nullptr : value.any()->as_binary();
  if (bytes == nullptr) return;
  Decoder decoder(*bytes);
  DeleteSet read;
  if (!decode_delete_set_v1(decoder, read)) return;
  // Made normal when somebody asks: those who flush often would pay for all again and again.
  deleted_by(description).add(read);
}

DeleteSet& Authorship::deleted_by(const std::string& description) {
  for (auto& [user, deleted] : deleted_) {
    if (user == description) return deleted;
  }
  return deleted_.emplace_back(description, DeleteSet()).second;
}

void Authorship::note_event(const Event& event) {
  if (event.target() == users_) {
    for (const KeyChange& change : event.keys()) read_entry(change.key);
    return;
  }
  const std::vector<PathStep> path = event.path();
  const std::string* description = std::get_if<std::string>(&path.front());
  if (description == nullptr) return;
  if (path.size() == 1) return read_entry(*description);
  for (const DeltaOp& op : event.delta()) {
    for (const Value& value : op.content) read_value(*description, value);
  }
}

std::optional<std::string> Authorship::user_of(uint64_t client) const {
  const auto known = clients_.find(client);
  return known == clients_.end() ? std::nullopt : std::optional(known->second);
}

std::optional<std::string> Authorship::user_of_deleted(const Id& unit) const {
  for (auto& [description, deleted] : deleted_) {
    deleted.normalize();
    if (deleted.contains(unit.client, unit.clock)) return description;
  }
  return std::nullopt;
}

}  // namespace tidemark::crdt
