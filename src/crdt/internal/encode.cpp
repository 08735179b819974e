// Writing a document out: whole states, differences, and what one transaction did.
#include <algorithm>
#include <array>
#include <span>

#include "base/assert.h"
#include "base/sort.h"
#include "crdt/internal/document.h"
#include "crdt/internal/observers.h"
#include "crdt/internal/update/struct_cut.h"
#include "crdt/internal/update/writer.h"
#include "crdt/update.h"

namespace tidemark::crdt {

void Document::view_of(const Item& item, StructView& view) const {
  view.reset();
  view.id = {store.clients[item.client()].id, item.clock};
  view.len = item.len;
  view.ref = item.ref();
  if (item.is_gc()) return;
  if (item.has_origin()) {
    view.has_origin = true;
    view.origin = {store.clients[item.origin_client()].id, item.origin_clock};
  }
  if (item.has_right_origin()) {
    view.has_right_origin = true;
    view.right_origin = {store.clients[item.right_origin_client].id, item.right_origin_clock};
  }
  view.has_key = item.has(Item::kHasKey);
  if (view.has_key) view.key = store.key(item.leaf_or_key);
  if (!view.has_origin && !view.has_right_origin) {
    const Branch& branch = store.branches[item.parent];
    if (branch.item == kNone) {
      view.parent = StructView::Parent::kRoot;
      view.root_name = store.key(branch.name);
    } else {
      const Item& holder = store.items[branch.item];
      view.parent = StructView::Parent::kItem;
      view.parent_item = {store.clients[holder.client()].id, holder.clock};
    }
  }
  switch (item.ref()) {
    case Ref::kString:
      view.text = store.text(item);
      view.text_is_ascii = !item.has(Item::kHasSpan);
      return;
    case Ref::kType: {
      const Branch& branch = store.branches[item.content];
      view.type = branch.kind;
      if (branch.name != kNone) view.text = store.key(branch.name);
      return;
    }
    case Ref::kFormat:
    case Ref::kDoc: view.text = store.key(store.span(item).key); [[fallthrough]];
    default: view.payload = store.payload(item);
  }
}

// What most structs are. False for others; only the clock is then left out. Whether one is text is
// as good as random in most documents, so nothing branches on it.
bool Document::plain_of(const Item& item, PlainStruct& plain) const {
  constexpr unsigned kPlain =
      1u << static_cast<unsigned>(Ref::kString) | 1u << static_cast<unsigned>(Ref::kDeleted);
  const bool is_plain = (kPlain >> static_cast<unsigned>(item.ref()) & 1) != 0;
  plain.ref = item.ref();
  plain.has_origin = item.has_origin();
  plain.has_right_origin = item.has_right_origin();
  if (!is_plain || item.has(Item::kHasKey) || !(plain.has_origin || plain.has_right_origin)) {
    return false;
  }
  plain.len = item.len;
  if (plain.has_origin) {
    plain.origin = {store.clients[item.origin_client()].id, item.origin_clock};
  }
  if (plain.has_right_origin) {
    plain.right_origin = {store.clients[item.right_origin_client].id, item.right_origin_clock};
  }
  plain.text = store.plain_text(item);
  plain.is_padded = store.pool.reaches(plain.text, PlainStruct::kPadding);
  return true;
}

template <typename Writer>
void Document::write_sections(Writer& writer, const std::vector<Outgoing::Section>& sections) {
  writer.begin(sections.size());
  StructView view;
  std::array<PlainStruct, kMostPlain> row;
  for (const Outgoing::Section& section : sections) {
    const Client& client = store.clients[section.client];
    const Directory::Position first = client.directory.find(section.clock);
    writer.begin_section(client.id, client.directory.count_from(first), section.clock);
    size_t plain = 0;
    client.directory.for_each_from(first, [&](ItemHandle handle) {
      const Item& item = store.items[handle];
      const bool is_whole = section.clock <= item.clock;
      if (is_whole && uses_fast_paths && plain_of(item, row[plain])) {
        if (++plain < row.size()) return;
        writer.write(row);
        plain = 0;
        return;
      }
      writer.write(std::span(row).first(plain));
      plain = 0;
      view_of(item, view);
      if (!is_whole) {
        const uint32_t units = section.clock - item.clock;
        if (const auto bytes = store.bytes_before(handle, section.clock)) {
          slice(view, units, *bytes);
        } else {
          slice(view, units);
        }
      }
      writer.write(view);
    });
    writer.write(std::span(row).first(plain));
  }
}

DeleteSet Document::delete_set() {
  DeleteSet deletes;
  for (size_t i = store.descending().size(); i-- > 0;) {
    const ClientIndex client = store.descending()[i];
    for (const DeletedRanges::Range& range : store.clients[client].deleted.order()) {
      deletes.add(store.clients[client].id, range.clock, range.len);
    }
  }
  return deletes;
}

template <typename Writer>
Buffer Document::encode_state(const StateVector& from) {
  constexpr bool kIsV1 = std::is_same_v<Writer, UpdateWriterV1>;
  constexpr size_t kFormat = kIsV1 ? 0 : 1;
  // What a transaction under way does is not over.
  const bool may_keep = depth_ == 0 && queue_.is_empty();
  if (const Buffer* kept = encoded_.whole(kFormat); may_keep && from.is_empty() && kept)
    return *kept;
  std::vector<Outgoing::Section> sections;
  for (const ClientIndex client : store.descending()) {
    const uint64_t known = from.clock_of(store.clients[client].id);
    if (known < store.clients[client].state) {
      sections.push_back({client, static_cast<uint32_t>(known)});
    }
  }
  Writer writer;
  if (from.is_empty()) writer.reserve(store.live_items(), store.pool.size());
  write_sections(writer, sections);
  if (may_keep && encoded_.delete_set(kFormat) == nullptr) {
    Writer deletes;
    deletes.write_delete_set(delete_set());
    encoded_.keep_delete_set(kFormat, copy_of(deletes.rest().bytes()));
  }
  if (may_keep) {
    writer.rest().write_bytes(*encoded_.delete_set(kFormat));
  } else {
    writer.write_delete_set(delete_set());
  }
  Buffer state = writer.take();
  if (!has_pending()) {
    if (may_keep && from.is_empty()) encoded_.keep_whole(kFormat, copy_of(state));
    return state;
  }
  std::vector<Buffer> parts;
  parts.push_back(std::move(state));
  if (!pending_deletes_.is_empty()) {
    Writer deletes;
    deletes.begin(0);
    deletes.write_delete_set(pending_deletes_.all());
    parts.push_back(deletes.take());
  }
  if (!pending_.is_empty()) {
    Result<Buffer> waiting =
        diff_update(pending_.encode(), from, UpdateFormat::kV1, kOwnUpdateLimits);
    TM_ASSERT(waiting.has_value());
    parts.push_back(kIsV1 ? std::move(*waiting) : *convert_v1_to_v2(*waiting, kOwnUpdateLimits));
  }
  const std::vector<Bytes> views(parts.begin(), parts.end());
  Result<Buffer> merged =
      merge_updates(views, kIsV1 ? UpdateFormat::kV1 : UpdateFormat::kV2, kOwnUpdateLimits);
  TM_ASSERT(merged.has_value());
  return std::move(*merged);
}

template Buffer Document::encode_state<UpdateWriterV1>(const StateVector&);
template Buffer Document::encode_state<UpdateWriterV2>(const StateVector&);

template <typename Writer>
void Document::write_transaction(Writer& writer, const TransactionRecord& record) {
  auto& [own_writer, sections, deletes] = outgoing_.make();
  sections.clear();
  for (const TransactionRecord::Touched& touched : record.touched) {
    if (store.clients[touched.client].state > touched.before) {
      sections.push_back({touched.client, touched.before});
    }
  }
  compact_sort(sections.begin(), sections.end(),
               [this](const Outgoing::Section& a, const Outgoing::Section& b) {
                 return store.clients[a.client].id > store.clients[b.client].id;
               });
  write_sections(writer, sections);
  deletes.clear();
  for (const TransactionRecord::Deleted& range : record.deleted) {
    deletes.add(store.clients[range.client].id, range.clock, range.len);
  }
  deletes.normalize();
  writer.write_delete_set(deletes);
}

void Document::emit_updates(const TransactionRecord& record) {
  const bool wants_v1 = observers_->has(Observers::Kind::kUpdateV1);
  if (!(wants_v1 || observers_->has(Observers::Kind::kUpdateV2)) || !has_effect(record)) return;
  if (wants_v1) {
    UpdateWriterV1& writer = outgoing_.make().writer;
    writer.clear();
    write_transaction(writer, record);
    emit_update(Observers::Kind::kUpdateV1, {writer.bytes(), record.origin, record.is_local});
  }
  // Perhaps only since V1 was told.
  if (observers_->has(Observers::Kind::kUpdateV2)) emit_v2(record);
}

void Document::emit_v2(const TransactionRecord& record) {
  UpdateWriterV2 writer;
  write_transaction(writer, record);
  const Buffer update = writer.take();
  emit_update(Observers::Kind::kUpdateV2, {update, record.origin, record.is_local});
}

void Document::emit_update(Observers::Kind kind, const UpdateEvent& event) {
  observers_->call(kind, kNone, [&](const Observers::Entry& entry) { entry.on_update(event); });
}

}  // namespace tidemark::crdt
