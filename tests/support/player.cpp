#include "support/player.h"

#include <algorithm>
#include <optional>
#include <set>
#include <variant>

#include "crdt/obfuscate.h"
#include "support/edits.h"

namespace tidemark::support {

using crdt::SharedType;
using crdt::TypeRef;
using crdt::UpdateFormat;

namespace {

constexpr crdt::Origin kRemote = 1;

tl::unexpected<Error> invalid(std::string detail) {
  return failure(ErrorCode::kInvalid, std::move(detail));
}

template <typename T>
Result<> dropped(const Result<T>& result) {
  if (!result) return tl::unexpected<Error>(result.error());
  return {};
}

SharedType child_at(const SharedType& type, const Json& step) {
  const auto type_in = [](const std::optional<crdt::Value>& value) {
    return value && value->type() ? *value->type() : SharedType();
  };
  if (step.IsString()) return type_in(as<crdt::Map>(type).at(text_of(step)));
  switch (type.kind()) {
    case TypeRef::kXmlFragment:
    case TypeRef::kXmlElement:
      return as<crdt::XmlFragment>(type).child(step.GetUint()).value_or(SharedType());
    case TypeRef::kText:
    case TypeRef::kXmlText:
      for (const crdt::TextRun& run : as<crdt::Text>(type).runs()) {
        if (run.index == step.GetUint()) return type_in(run.embed);
      }
      return {};
    default: return type_in(as<crdt::Array>(type).at(step.GetUint()));
  }
}

void write_change(JsonWriter& to, const crdt::DeltaOp& op) {
  to.StartArray();
  switch (op.kind) {
    case crdt::DeltaOp::Kind::kInsert:
      to.String("insert");
      if (op.is_list) {
        to.StartArray();
        for (const crdt::Value& value : op.content) write_value(to, value, false);
        to.EndArray();
      } else if (op.content.empty()) {
        write_text(to, op.text);
      } else {
        write_value(to, op.content.front(), false);
      }
      break;
    case crdt::DeltaOp::Kind::kRetain:
      to.String("retain");
      to.Uint(op.length);
      break;
    case crdt::DeltaOp::Kind::kRemove:
      to.String("delete");
      to.Uint(op.length);
      break;
  }
  if (!op.attributes.empty()) write_attributes(to, op.attributes);
  to.EndArray();
}

void write_path(JsonWriter& to, const std::string& root, const std::vector<crdt::PathStep>& path) {
  to.StartArray();
  write_text(to, root);
  for (const crdt::PathStep& step : path) {
    if (const std::string* key = std::get_if<std::string>(&step)) {
      write_text(to, *key);
    } else {
      to.Uint(std::get<uint32_t>(step));
    }
  }
  to.EndArray();
}

void write_keys(JsonWriter& to, const std::vector<crdt::KeyChange>& keys) {
  constexpr const char* kActions[] = {"add", "update", "delete"};
  to.StartObject();
  for (const crdt::KeyChange& change : keys) {
    to.Key(change.key.data(), static_cast<rapidjson::SizeType>(change.key.size()));
    to.StartArray();
    to.String(kActions[static_cast<size_t>(change.action)]);
    write_value(to, change.old_value, false);
    to.EndArray();
  }
  to.EndObject();
}

void write_guids(JsonWriter& to, std::vector<std::string> guids) {
  std::sort(guids.begin(), guids.end());
  to.StartArray();
  for (const std::string& guid : guids) write_text(to, guid);
  to.EndArray();
}

void write_skip(JsonWriter& to) {
  to.Key("skip");
  to.Int(1);
}

void write_clocks(JsonWriter& to, const char* name, const crdt::StateVector& clocks) {
  to.Key(name);
  to.StartArray();
  for (const auto& [client, clock] : clocks.entries()) {
    to.StartArray();
    to.Uint64(client);
    to.Uint64(clock);
    to.EndArray();
  }
  to.EndArray();
}

}  // namespace

Peer::Peer(const Json& client, const Json& roots, bool with_events, uint64_t client_id)
    : doc_({.client_id = client_id,
            .gc = client["gc"].GetBool() ? crdt::GcPolicy::always() : crdt::GcPolicy::never()}),
      always_watches_v2_(client_id % 2 == 0) {
  for (const Json& root : roots.GetArray()) {
    roots_.emplace_back(kind_of(text_of(root[0])), std::string(text_of(root[1])));
  }
  for (const auto& [kind, name] : roots_) {
    if (!client["late"].GetBool()) root(name);
    if (with_events) watch_events(name);
  }
  watch_updates();
}

void Peer::watch_updates() {
  subscriptions_.push_back(doc_.on_update([this](const crdt::UpdateEvent& event) {
    emitted_.push_back({event.is_local, copy_of(event.update), {}});
    if (!always_watches_v2_) watch_v2();
  }));
  if (always_watches_v2_) watch_v2();
  subscriptions_.push_back(doc_.on_subdocuments([this](const crdt::SubdocumentEvent& event) {
    added_ = event.added;
    removed_ = event.removed;
    loaded_ = event.loaded;
  }));
}

// Where nobody hears V2, as is usual, the document takes more shortcuts. So half of the replicas
// begin to listen while V1 is told, and no longer do once they have heard.
void Peer::watch_v2() {
  v2_ = doc_.on_update_v2([this](const crdt::UpdateEvent& event) {
    emitted_.back().v2 = copy_of(event.update);
    if (!always_watches_v2_) v2_.cancel();
  });
}

void Peer::watch_events(const std::string& root_name) {
  subscriptions_.push_back(
      root(root_name).observe_deep([this, root_name](const crdt::DeepEvents& deep) {
        for (const crdt::Event& event : deep.events) note_event(root_name, event);
      }));
}

void Peer::note_event(const std::string& root_name, const crdt::Event& event) {
  rapidjson::StringBuffer buffer;
  JsonWriter to(buffer);
  to.StartObject();
  to.Key("path");
  write_path(to, root_name, event.path());
  to.Key("kind");
  write_text(to, name_of(event.target().kind()));
  to.Key("keys");
  write_keys(to, event.keys());
  to.Key("delta");
  to.StartArray();
  for (const crdt::DeltaOp& op : event.delta()) write_change(to, op);
  to.EndArray();
  to.EndObject();
  events_.emplace_back(buffer.GetString(), buffer.GetSize());
}

SharedType Peer::root(std::string_view name) {
  for (const auto& [kind, root_name] : roots_) {
    if (root_name == name) return doc_.root(name, kind);
  }
  return {};
}

std::vector<SharedType> Peer::roots() {
  std::vector<SharedType> types;
  types.reserve(roots_.size());
  for (const auto& [kind, name] : roots_) types.push_back(doc_.root(name, kind));
  return types;
}

SharedType Peer::resolve(const Json& path) {
  SharedType type = root(text_of(path[0]));
  for (rapidjson::SizeType i = 1; i < path.Size() && type; ++i) type = child_at(type, path[i]);
  return type;
}

Buffer Peer::state(unsigned version, const crdt::StateVector& known) const {
  return version == 2 ? doc_.encode_state_as_update_v2(known) : doc_.encode_state_as_update(known);
}

Result<> Peer::apply(Bytes update, unsigned version) {
  return version == 2 ? doc_.apply_update_v2(update, kRemote) : doc_.apply_update(update, kRemote);
}

void Peer::start_step() {
  emitted_.clear();
  events_.clear();
  added_.clear();
  removed_.clear();
  loaded_.clear();
  histories_.forget_events();
}

void Peer::write_step(JsonWriter& to) const {
  to.Key("u");
  to.StartArray();
  for (const Emitted& update : emitted_) {
    to.StartArray();
    to.Bool(update.is_local);
    write_hex(to, update.v1);
    write_hex(to, update.v2);
    to.EndArray();
  }
  to.EndArray();
  if (!events_.empty()) {
    to.Key("e");
    to.StartArray();
    for (const std::string& event : events_) {
      to.RawValue(event.data(), event.size(), rapidjson::kObjectType);
    }
    to.EndArray();
  }
  histories_.write(to);
  if (added_.empty() && removed_.empty() && loaded_.empty()) return;
  to.Key("s");
  to.StartArray();
  write_guids(to, added_);
  write_guids(to, removed_);
  write_guids(to, loaded_);
  to.EndArray();
}

void Peer::write_state(JsonWriter& to) {
  to.StartObject();
  to.Key("v1");
  write_hex(to, state(1));
  to.Key("v2");
  write_hex(to, state(2));
  to.Key("sv");
  write_hex(to, crdt::encode_state_vector(doc_.state_vector()));
  const std::vector<std::string> guids = doc_.subdocuments();
  to.Key("subdocs");
  to.StartObject();
  for (const std::string& guid : std::set<std::string>(guids.begin(), guids.end())) {
    to.Key(guid.c_str());
    to.Bool(doc_.should_load(guid));
  }
  to.EndObject();
  to.Key("shown");
  to.StartObject();
  for (const auto& [kind, name] : roots_) {
    const SharedType type = root(name);
    to.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    to.StartObject();
    to.Key("dump");
    write_dump(to, type);
    if (name_of(kind).substr(0, 3) == "xml") {
      to.Key("string");
      write_text(to, type.to_string());
    }
    to.EndObject();
  }
  to.EndObject();
  to.EndObject();
}

Session::Session(const Json& program) : program_(program) {
  const Json& clients = program["clients"];
  for (rapidjson::SizeType i = 0; i < clients.Size(); ++i) {
    peers_.push_back(new_peer(i, clients[i]["id"].GetUint64()));
  }
}

std::unique_ptr<Peer> Session::new_peer(size_t client, uint64_t id) const {
  return std::make_unique<Peer>(program_["clients"][static_cast<rapidjson::SizeType>(client)],
                                program_["roots"], program_["events"].GetBool(), id);
}

Peer& Session::peer_at(const Json& client) { return *peers_.at(client.GetUint()); }

Result<> Session::play(const Json& step, JsonWriter& to) {
  to.StartObject();
  for (const auto& peer : peers_) {
    if (step.HasMember("t")) peer->histories().set_time({step["t"].GetInt64()});
  }
  Result<> done;
  if (step.HasMember("do")) {
    done = play_local(step, to);
  } else if (step.HasMember("recv")) {
    Json refs(rapidjson::kArrayType);
    rapidjson::MemoryPoolAllocator<> pool;
    refs.PushBack(Json(step["from"], pool), pool);
    done = play_receive(step["recv"], refs, step, to);
  } else if (step.HasMember("merge")) {
    done = play_receive(step["merge"], step["from"], step, to);
  } else if (step.HasMember("sync")) {
    done = play_sync(step, to);
  } else if (step.HasMember("hear")) {
    done = play_hear(step, to);
  } else if (step.HasMember("reload")) {
    done = play_reload(step, to);
  } else if (step.HasMember("utils")) {
    done = play_utils(step, to);
  } else if (step.HasMember("load") || step.HasMember("unload")) {
    done = play_subdocument(step, to);
  } else if (step.HasMember("compact")) {
    done = play_compact(step, to);
  } else if (Views::knows(step)) {
    done = play_view(step, to);
  } else if (Histories::knows(step)) {
    done = play_history(step, to);
  } else {
    play_check(step, to);
  }
  to.EndObject();
  return done;
}

std::vector<Bytes> Session::find(const Json& refs, unsigned version) const {
  std::vector<Bytes> found;
  for (const Json& ref : refs.GetArray()) {
    const auto step = emitted_.find(ref[0].GetInt());
    const unsigned k = ref[1].GetUint();
    if (step == emitted_.end() || k >= step->second.size()) continue;
    found.push_back(version == 2 ? step->second[k].v2 : step->second[k].v1);
  }
  return found;
}

Result<> Session::finish(const Json& step, Peer& peer, JsonWriter& to) {
  peer.write_step(to);
  std::vector<Peer::Emitted>& local = emitted_[step["i"].GetInt()];
  for (const Peer::Emitted& update : peer.emitted()) {
    if (update.is_local) local.push_back(update);
  }
  const std::string broken = peer.doc().check();
  if (!broken.empty()) return failure(ErrorCode::kCorrupt, "check(): " + broken);
  return {};
}

Result<> Session::play_local(const Json& step, JsonWriter& to) {
  Peer& peer = peer_at(step["do"]);
  peer.start_step();
  Result<> done;
  const Json& ops = step["ops"];
  const auto play_op = [&](const Json& op) -> Result<> {
    const SharedType type = peer.resolve(op[1]);
    if (!type) return invalid("no type at the path");
    return edit(type, op);
  };
  peer.doc().transact(
      [&] {
        for (rapidjson::SizeType i = 0; done && ops.IsArray() && i < ops.Size(); ++i) {
          done = answered([&] { return play_op(ops[i]); });
        }
      },
      step.HasMember("o") ? step["o"].GetUint64() : 0);
  if (!done) return done;
  return finish(step, peer, to);
}

Result<> Session::play_history(const Json& step, JsonWriter& to) {
  Peer& peer = peer_at(Histories::client_of(step));
  peer.start_step();
  if (step.HasMember("track")) peer.histories().watch(peer.roots());
  const auto resolve = [&peer](const Json& path) { return peer.resolve(path); };
  if (!peer.histories().play(step, peer.doc(), resolve, to)) return {};
  return finish(step, peer, to);
}

Result<> Session::play_receive(const Json& client, const Json& refs, const Json& step,
                               JsonWriter& to) {
  const unsigned version = step["v"].GetUint();
  const std::vector<Bytes> updates = find(refs, version);
  if (updates.empty()) {
    write_skip(to);
    return {};
  }
  Buffer bytes = copy_of(updates[0]);
  if (updates.size() > 1) {
    Result<Buffer> merged =
        crdt::merge_updates(updates, version == 2 ? UpdateFormat::kV2 : UpdateFormat::kV1);
    if (!merged) return dropped(merged);
    bytes = *std::move(merged);
  }
  Peer& peer = peer_at(client);
  peer.start_step();
  Result<> applied = peer.apply(bytes, version);
  if (!applied) return applied;
  return finish(step, peer, to);
}

Result<> Session::play_sync(const Json& step, JsonWriter& to) {
  Peer& peer = peer_at(step["sync"]);
  const unsigned version = step["v"].GetUint();
  const Buffer bytes = peer_at(step["from"]).state(version, peer.doc().state_vector());
  peer.start_step();
  Result<> applied = peer.apply(bytes, version);
  if (!applied) return applied;
  Result<> done = finish(step, peer, to);
  to.Key("sent");
  write_hex(to, bytes);
  return done;
}

Result<> Session::play_hear(const Json& step, JsonWriter& to) {
  Peer& peer = peer_at(step["hear"]);
  peer.start_step();
  Result<> applied = peer.apply(from_hex(text_of(step["bytes"])), step["v"].GetUint());
  if (!applied) return applied;
  return finish(step, peer, to);
}

Result<> Session::play_reload(const Json& step, JsonWriter& to) {
  const unsigned version = step["v"].GetUint();
  const Buffer bytes = peer_at(step["reload"]).state(version);
  const size_t client = step["reload"].GetUint();
  peers_[client] = new_peer(client, step["id"].GetUint64());
  Result<> applied = peers_[client]->apply(bytes, version);
  if (!applied) return applied;
  return finish(step, *peers_[client], to);
}

Result<> Session::play_subdocument(const Json& step, JsonWriter& to) {
  const bool is_load = step.HasMember("load");
  Peer& peer = peer_at(is_load ? step["load"] : step["unload"]);
  const std::string_view guid = text_of(step["guid"]);
  peer.start_step();
  const bool is_there =
      is_load ? peer.doc().load_subdocument(guid) : peer.doc().unload_subdocument(guid);
  if (!is_there) {
    write_skip(to);
    return {};
  }
  return finish(step, peer, to);
}

Result<> Session::play_view(const Json& step, JsonWriter& to) {
  Peer& peer = peer_at(Views::client_of(step));
  if (step.HasMember("find")) return views_.play_find(step, peer.doc(), to);
  if (step.HasMember("snap")) return views_.play_snap(step, peer.doc(), to);
  const bool is_at_nothing = step.HasMember("at") && views_.snapshot_of(step) == nullptr;
  const SharedType type = step.HasMember("path") ? peer.resolve(step["path"]) : SharedType();
  if (is_at_nothing || (step.HasMember("path") && !type)) {
    write_skip(to);
    return {};
  }
  if (step.HasMember("place")) return views_.play_place(step, type, to);
  if (step.HasMember("look")) return views_.play_look(step, type, to);
  if (step.HasMember("rewind")) return play_rewind(step, to);
  return views_.play_within(step, find(step["from"], 1), find(step["from"], 2), to);
}

Result<> Session::play_rewind(const Json& step, JsonWriter& to) {
  constexpr uint64_t kClientId = 77;
  const std::unique_ptr<Peer> past = new_peer(step["rewind"].GetUint(), kClientId);
  const crdt::Doc& present = peer_at(step["rewind"]).doc();
  if (!restore_snapshot(present, *views_.snapshot_of(step), past->doc(), kRemote)) {
    to.Key("refused");
    to.Int(1);
    return {};
  }
  to.Key("check");
  to.StartArray();
  past->write_state(to);
  to.EndArray();
  return {};
}

Result<> Session::play_compact(const Json& step, JsonWriter& to) {
  Peer& peer = peer_at(step["compact"]);
  peer.start_step();
  if (step.HasMember("keep") && step["keep"].IsString()) {
    peer.doc().change_gc_policy(crdt::GcPolicy::keep_for_undo());
  } else if (step.HasMember("keep")) {
    const crdt::Snapshot* since = views_.snapshot(step["keep"]);
    if (since != nullptr) peer.doc().change_gc_policy(crdt::GcPolicy::keep_since(*since));
  }
  peer.doc().compact();
  Result<> done = finish(step, peer, to);
  to.Key("compact");
  peer.write_state(to);
  return done;
}

void Session::play_check(const Json& step, JsonWriter& to) {
  to.Key("check");
  to.StartArray();
  for (const Json& client : step["check"].GetArray()) peer_at(client).write_state(to);
  to.EndArray();
}

Result<> Session::play_utils(const Json& step, JsonWriter& to) {
  const std::vector<Bytes> v1 = find(step["from"], 1);
  const std::vector<Bytes> v2 = find(step["from"], 2);
  if (v1.empty()) {
    write_skip(to);
    return {};
  }
  const crdt::StateVector known = peer_at(step["utils"]).doc().state_vector();
  std::string error;
  const auto write = [&](const char* name, const Result<Buffer>& bytes) {
    to.Key(name);
    write_hex(to, bytes ? Bytes(*bytes) : Bytes());
    if (!bytes) error += std::string(name) + ": " + bytes.error().detail + "; ";
    return bytes.value_or(Buffer());
  };
  const auto vector_of = [](Bytes update, UpdateFormat format) -> Result<Buffer> {
    const Result<crdt::StateVector> vector = crdt::state_vector_of_update(update, format);
    if (!vector) return tl::unexpected<Error>(vector.error());
    return crdt::encode_state_vector(*vector);
  };
  to.Key("utils");
  to.StartObject();
  const Buffer merged = write("merged", crdt::merge_updates(v1, UpdateFormat::kV1));
  const Buffer merged_v2 = write("mergedV2", crdt::merge_updates(v2, UpdateFormat::kV2));
  write("diff", crdt::diff_update(merged, known, UpdateFormat::kV1));
  write("diffV2", crdt::diff_update(merged_v2, known, UpdateFormat::kV2));
  write("vector", vector_of(merged, UpdateFormat::kV1));
  write("vectorV2", vector_of(merged_v2, UpdateFormat::kV2));
  write("toV2", crdt::convert_v1_to_v2(merged));
  write("toV1", crdt::convert_v2_to_v1(merged_v2));
  const crdt::ObfuscateOptions plain = {.formatting = false, .xml_names = false};
  write("obfuscated", crdt::obfuscate_update(merged, UpdateFormat::kV1));
  write("obfuscatedV2", crdt::obfuscate_update(merged_v2, UpdateFormat::kV2));
  write("obfuscatedPlain", crdt::obfuscate_update(merged, UpdateFormat::kV1, plain));
  to.Key("meta");
  to.StartObject();
  if (const Result<crdt::UpdateMeta> meta = crdt::update_meta(merged, UpdateFormat::kV1)) {
    write_clocks(to, "from", meta->from);
    write_clocks(to, "to", meta->to);
  }
  to.EndObject();
  to.EndObject();
  if (!error.empty()) return failure(ErrorCode::kMalformed, error);
  return {};
}

Trace play_program(const Json& program) {
  rapidjson::StringBuffer buffer;
  JsonWriter to(buffer);
  int number = 0;
  Result<> done = answered([&]() -> Result<> {
    Session session(program);
    to.StartArray();
    for (const Json& step : program["steps"].GetArray()) {
      Result<> played = session.play(step, to);
      if (!played) return played;
      ++number;
    }
    to.EndArray();
    return {};
  });
  if (!done) return {{}, done.error().detail, number};
  return {{buffer.GetString(), buffer.GetSize()}, {}, -1};
}

}  // namespace tidemark::support
