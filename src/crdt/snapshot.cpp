#include "crdt/snapshot.h"

#include <algorithm>

#include "base/utf.h"
#include "crdt/internal/document.h"
#include "crdt/internal/formatting.h"
#include "crdt/internal/rendering.h"
#include "crdt/internal/update/struct_cut.h"
#include "crdt/internal/update/writer.h"

namespace tidemark::crdt {
namespace {

// What a snapshot says about one client at a time; items of one client follow each other often.
class SnapshotLens {
 public:
  explicit SnapshotLens(const Snapshot& snapshot) : snapshot_(&snapshot) {}

  void look_at(uint64_t client) {
    if (client == client_) return;
    client_ = client;
    state_ = snapshot_->state.clock_of(client);
    deleted_ = snapshot_->deletes.ranges_of(client);
  }
  bool shows(uint64_t clock) const {
    if (clock >= state_) return false;
    const ClockRange* range = range_after(clock);
    return range == nullptr || clock < range->first;
  }
  // The first clock after this one at which another stretch begins; `end` if that is sooner.
  uint64_t next_stretch(uint64_t clock, uint64_t end) const {
    if (clock < state_) end = std::min(end, state_);
    const ClockRange* range = range_after(clock);
    if (range == nullptr) return end;
    return std::min(end, clock < range->first ? range->first : range->end);
  }

 private:
  // The first range that ends after the clock.
  const ClockRange* range_after(uint64_t clock) const {
    const auto at = std::partition_point(deleted_.begin(), deleted_.end(),
                                         [clock](const ClockRange& r) { return r.end <= clock; });
    return at == deleted_.end() ? nullptr : &*at;
  }

  const Snapshot* snapshot_;
  uint64_t client_ = ~uint64_t{0};
  uint64_t state_ = 0;
  std::span<const ClockRange> deleted_;
};

// Takes a text apart from its front, as splitting it would.
class TextPieces {
 public:
  explicit TextPieces(std::string_view text) : rest_(text) {}

  void append_next(size_t units, std::string& to) { take(units, &to); }
  void skip(size_t units) { take(units, nullptr); }

 private:
  void take(size_t units, std::string* to) {
    const bool starts_inside_pair = std::exchange(is_inside_pair_, false);
    if (starts_inside_pair) --units;
    const Utf16Cut cut = cut_utf16(rest_, units);
    if (to != nullptr) {
      if (starts_inside_pair) to->append(kReplacement);
      to->append(rest_.substr(0, cut.bytes));
      if (cut.is_inside_pair) to->append(kReplacement);
    }
    constexpr size_t kAstralBytes = 4;
    rest_.remove_prefix(cut.bytes + (cut.is_inside_pair ? kAstralBytes : 0));
    is_inside_pair_ = cut.is_inside_pair;
  }

  std::string_view rest_;
  bool is_inside_pair_ = false;
};

Any describe_plainly(TextChange change) {
  return Any(AnyObject({{"type", Any(change == TextChange::kAdded ? "added" : "removed")}}));
}

// Whether the attribute says that this user made such a change.
bool says(const AttributeMap::Entry* mark, TextChange change, uint64_t client) {
  if (mark == nullptr) return false;
  const Any value = decoded(mark->any);
  const AnyObject* object = value.as_object();
  if (object == nullptr) return false;
  const Any* user = object->find("user");
  const Any* type = object->find("type");
  return user != nullptr && *user == Any(static_cast<double>(client)) && type != nullptr &&
         *type == Any(change == TextChange::kAdded ? "added" : "removed");
}

// Reads a text at one snapshot, or at one and what another had besides.
class TextReading {
 public:
  TextReading(Document& document, const Snapshot& snapshot)
      : document_(document), now_(snapshot), key_(document.store.intern("ychange")) {}

  void compare_with(const Snapshot& previous, const DescribeChange& describe) {
    before_.emplace(previous);
    describe_ = &describe;
  }

  Delta read(BranchHandle branch) {
    const StructStore& store = document_.store;
    for (ItemHandle at = store.branches[branch].start; at != kNone; at = store.items[at].right) {
      const Item& item = store.items[at];
      now_.look_at(store.clients[item.client()].id);
      if (before_) before_->look_at(store.clients[item.client()].id);
      if (item.ref() == Ref::kString) {
        read_text(item);
      } else if (item.ref() == Ref::kFormat && now_.shows(item.clock)) {
        pack();
        attributes_.pass(store.span(item).key, format_value(store, item));
      } else if ((item.ref() == Ref::kEmbed || item.ref() == Ref::kType) && is_shown(item.clock)) {
        pack();
        DeltaOp op;
        append_values(document_, item, op.content);
        add(std::move(op));
      }
    }
    pack();
    return std::move(delta_);
  }

 private:
  bool is_shown(uint64_t clock) const {
    return now_.shows(clock) || (before_ && before_->shows(clock));
  }

  void read_text(const Item& item) {
    TextPieces pieces(document_.store.text(item));
    for (uint64_t clock = item.clock; clock < item.end_clock();) {
      uint64_t end = now_.next_stretch(clock, item.end_clock());
      if (before_) end = before_->next_stretch(clock, end);
      const auto units = static_cast<size_t>(end - clock);
      if (is_shown(clock)) {
        mark({document_.store.clients[item.client()].id, clock});
        pieces.append_next(units, text_);
      } else {
        pieces.skip(units);
      }
      clock = end;
    }
  }

  // Brings the attribute in line with what happened to the piece that begins here.
  void mark(const Id& unit) {
    if (!now_.shows(unit.clock)) return mark_as(TextChange::kRemoved, unit);
    if (before_ && !before_->shows(unit.clock)) return mark_as(TextChange::kAdded, unit);
    if (attributes_.find(key_) == nullptr) return;
    pack();
    attributes_.erase(key_);
  }

  void mark_as(TextChange change, const Id& unit) {
    if (says(attributes_.find(key_), change, unit.client)) return;
    pack();
    const bool is_plain = describe_ == nullptr || !*describe_;
    const Buffer value = encoded(is_plain ? describe_plainly(change) : (*describe_)(change, unit));
    attributes_.assign(key_, {value, 0});
  }

  void pack() {
    if (text_.empty()) return;
    DeltaOp op;
    op.text = std::exchange(text_, {});
    add(std::move(op));
  }

  void add(DeltaOp op) {
    for (const AttributeMap::Entry& entry : attributes_.entries()) {
      op.attributes.emplace_back(document_.store.key(entry.key), decoded(entry.any));
    }
    delta_.push_back(std::move(op));
  }

  Document& document_;
  SnapshotLens now_;
  std::optional<SnapshotLens> before_;
  const DescribeChange* describe_ = nullptr;
  KeyId key_;
  AttributeMap attributes_;
  std::string text_;
  Delta delta_;
};

// The value of a key's chain that counted then: the last that had been written.
std::optional<Value> entry_in_chain(Document& document, ItemHandle last, const Snapshot& snapshot) {
  const StructStore& store = document.store;
  for (ItemHandle at = last; at != kNone; at = store.items[at].left) {
    const Item& item = store.items[at];
    const uint64_t client = store.clients[item.client()].id;
    const uint64_t state = std::min<uint64_t>(snapshot.state.clock_of(client), item.end_clock());
    if (state <= item.clock) continue;
    // A garbage-collected value is known to have been there, but not what it was.
    if (!item.is_countable() || !snapshot.shows({client, state - 1})) return std::nullopt;
    return value_at(document, item, static_cast<uint32_t>(state - 1 - item.clock));
  }
  return std::nullopt;
}

// What of the document's structs the snapshot had seen, as an update. The document holds all of it.
Buffer update_of_snapshot(const Document& document, const Snapshot& snapshot) {
  const StructStore& store = document.store;
  LazyUpdateWriter<UpdateWriterV2> writer;
  StructView view;
  for (const ClientIndex index : store.descending()) {
    const Client& client = store.clients[index];
    const uint64_t state = snapshot.state.clock_of(client.id);
    if (state == 0) continue;
    const Directory& directory = client.directory;
    for (Directory::Position place = directory.first();; place = directory.next(place)) {
      const Item& item = store.items[directory.at(place).item];
      if (item.clock >= state) break;
      document.view_of(item, view);
      if (item.end_clock() > state) truncate(view, state - item.clock);
      writer.write(view);
      if (directory.is_last(place)) break;
    }
  }
  return writer.take(snapshot.deletes);
}

}  // namespace

Snapshot snapshot_of(const Doc& doc) { return {doc.delete_set(), doc.state_vector()}; }

Buffer encode_snapshot(const Snapshot& snapshot, UpdateFormat format) {
  Encoder encoder;
  if (format == UpdateFormat::kV1) {
    encode_delete_set_v1(encoder, snapshot.deletes);
  } else {
    encode_delete_set_v2(encoder, snapshot.deletes);
  }
  encode_state_vector(encoder, snapshot.state);
  return encoder.take();
}

Result<Snapshot> decode_snapshot(Bytes bytes, UpdateFormat format, const UpdateLimits& limits) {
  Decoder decoder(bytes);
  Snapshot snapshot;
  bool has_too_many = false;
  const auto decode = format == UpdateFormat::kV1 ? &decode_delete_set_v1 : &decode_delete_set_v2;
  const bool is_read = decode(decoder, snapshot.deletes, limits.max_delete_ranges, &has_too_many);
  if (has_too_many) {
    return failure(ErrorCode::kTooLarge,
                   "snapshot: it has more deleted ranges than max_delete_ranges");
  }
  if (!is_read || !decode_state_vector(decoder, snapshot.state)) {
    return failure(ErrorCode::kMalformed, "snapshot: not a delete set and a state vector");
  }
  return snapshot;
}

Result<bool> snapshot_contains_update(const Snapshot& snapshot, Bytes update, UpdateFormat format,
                                      const UpdateLimits& limits) {
  return contains_update(snapshot.state, snapshot.deletes, update, format, limits);
}

Result<Doc> doc_from_snapshot(const Doc& doc, const Snapshot& snapshot, const DocOptions& options) {
  Doc restored(options);
  Result<> done = restore_snapshot(doc, snapshot, restored);
  if (!done) return tl::unexpected<Error>(std::move(done.error()));
  return restored;
}

Result<> restore_snapshot(const Doc& doc, const Snapshot& snapshot, Doc& into, Origin origin) {
  const Document& document = *doc.document();
  if (!document.keeps(snapshot)) {
    return failure(
        ErrorCode::kInvalid,
        "snapshot: the document collects garbage, so what was deleted since may be gone");
  }
  const StateVector state = doc.state_vector();
  for (const auto& [client, clock] : snapshot.state.entries()) {
    if (clock > state.clock_of(client)) {
      return failure(ErrorCode::kConflict,
                     "snapshot: the document has not seen all of it; sync it first");
    }
  }
  return into.apply_update_v2(update_of_snapshot(document, snapshot), origin, kOwnUpdateLimits);
}

Delta delta_at(const Text& text, const Snapshot& snapshot) {
  return TextReading(*text.document(), snapshot).read(text.branch());
}

Delta delta_between(const Text& text, const Snapshot& snapshot, const Snapshot& previous,
                    const DescribeChange& describe) {
  TextReading reading(*text.document(), snapshot);
  reading.compare_with(previous, describe);
  return reading.read(text.branch());
}

std::vector<Value> values_at(const SharedType& list, const Snapshot& snapshot) {
  Document& document = *list.document();
  const StructStore& store = document.store;
  SnapshotLens lens(snapshot);
  std::vector<Value> shown;
  std::vector<Value> all;
  for (ItemHandle at = store.branches[list.branch()].start; at != kNone;
       at = store.items[at].right) {
    const Item& item = store.items[at];
    if (!item.is_countable()) continue;
    lens.look_at(store.clients[item.client()].id);
    all.clear();
    append_values(document, item, all);
    for (uint64_t clock = item.clock; clock < item.end_clock();) {
      const uint64_t end = lens.next_stretch(clock, item.end_clock());
      const auto value = [&](uint64_t at_clock) {
        return all.begin() + static_cast<std::ptrdiff_t>(at_clock - item.clock);
      };
      if (lens.shows(clock)) shown.insert(shown.end(), value(clock), value(end));
      clock = end;
    }
  }
  return shown;
}

std::optional<Value> entry_at(const SharedType& map, std::string_view key,
                              const Snapshot& snapshot) {
  Document& document = *map.document();
  const StructStore& store = document.store;
  const KeyId id = store.find_key(key);
  if (id == kNone) return std::nullopt;
  return entry_in_chain(document, store.entry(store.branches[map.branch()], id), snapshot);
}

std::vector<std::pair<std::string, Value>> entries_at(const SharedType& map,
                                                      const Snapshot& snapshot) {
  Document& document = *map.document();
  const StructStore& store = document.store;
  std::vector<std::pair<std::string, Value>> shown;
  const KeyTable* entries = store.branches[map.branch()].entries.get();
  if (entries == nullptr) return shown;
  for (const KeyTable::Entry& entry : entries->entries()) {
    if (std::optional<Value> value = entry_in_chain(document, entry.last, snapshot)) {
      shown.emplace_back(store.key(entry.key), *std::move(value));
    }
  }
  return shown;
}

}  // namespace tidemark::crdt
