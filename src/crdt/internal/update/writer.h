// Writes updates byte for byte as Yjs 13.6 does; the grammar is at the head of reader.h.
//
// Usage: begin(sections); for each section begin_section(...) and its structs; write_delete_set();
// then take(). Sections go by descending client. Whoever does not know the counts beforehand uses
// LazyUpdateWriter.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/encoder.h"
#include "crdt/delete_set.h"
#include "crdt/internal/update/column_writers.h"
#include "crdt/internal/update/struct_view.h"

namespace tidemark::crdt {

// Where V1 puts what a struct is made of: all in one stream.
class SinkV1 {
 public:
  void write_client(uint64_t client) { rest_.write_varuint(client); }
  void write_flags(uint8_t flags) { rest_.write_byte(flags); }
  void write_left_id(const WireId& id) { write_id(id); }
  void write_right_id(const WireId& id) { write_id(id); }
  void write_parent_kind(uint8_t kind) { rest_.write_byte(kind); }
  void write_type(TypeRef type) { rest_.write_byte(static_cast<uint8_t>(type)); }
  void write_len(uint64_t len) { rest_.write_varuint(len); }
  void write_string(std::string_view text) { rest_.write_varstring(text); }
  void write_key(std::string_view key) { rest_.write_varstring(key); }
  void write_text(const StructView& view);
  void write_plain(std::span<const PlainStruct> row);
  void write_value(const StructView& view);
  void write_json_array(const StructView& view) { rest_.write_bytes(view.payload); }
  void write_delete_set(const DeleteSet& set) { encode_delete_set_v1(rest_, set); }

  Encoder& rest() { return rest_; }
  void reserve(size_t structs, size_t content_bytes) {
    constexpr size_t kUsualHead = 11;
    rest_.reserve(structs * kUsualHead + content_bytes);
  }
  Buffer take() { return rest_.take(); }
  void clear() { rest_.clear(); }

 private:
  void write_id(const WireId& id) {
    rest_.write_varuint(id.client);
    rest_.write_varuint(id.clock);
  }

  Encoder rest_;
  std::string json_;  // scratch
};

// Where V2 puts it: in nine columns and a rest.
class SinkV2 {
 public:
  void write_client(uint64_t client) { clients_.write(client); }
  void write_flags(uint8_t flags) { infos_.write(flags); }
  void write_left_id(const WireId& id) {
    clients_.write(id.client);
    left_clocks_.write(id.clock);
  }
  void write_right_id(const WireId& id) {
    clients_.write(id.client);
    right_clocks_.write(id.clock);
  }
  void write_parent_kind(uint8_t kind) { parent_infos_.write(kind); }
  void write_type(TypeRef type) { type_refs_.write(static_cast<uint8_t>(type)); }
  void write_len(uint64_t len) { lengths_.write(len); }
  void write_string(std::string_view text) { strings_.write(text); }
  void write_key(std::string_view key);
  void write_text(const StructView& view);
  void write_plain(std::span<const PlainStruct> row);
  void write_value(const StructView& view);
  void write_json_array(const StructView& view);
  void write_delete_set(const DeleteSet& set) { encode_delete_set_v2(rest_, set); }

  Encoder& rest() { return rest_; }
  void reserve(size_t, size_t) {}
  // Closes all runs: after it, only clear() and destruction make sense.
  Buffer take();
  void clear();

 private:
  RunColumn<DiffRun> key_clocks_;
  RunColumn<UintRun> clients_;
  RunColumn<DiffRun> left_clocks_;
  RunColumn<DiffRun> right_clocks_;
  RunColumn<ByteRun> infos_;
  StringColumnWriter strings_;
  RunColumn<ByteRun> parent_infos_;
  RunColumn<UintRun> type_refs_;
  RunColumn<UintRun> lengths_;
  Encoder rest_;
  uint64_t next_key_clock_ = 0;
  Buffer value_;  // scratch
};

template <typename Sink>
class UpdateWriter {
 public:
  // There will be about so many structs and bytes of content.
  void reserve(size_t structs, size_t content_bytes) { sink_.reserve(structs, content_bytes); }
  void begin(uint64_t section_count) { sink_.rest().write_varuint(section_count); }
  void begin_section(uint64_t client, uint64_t struct_count, uint64_t first_clock) {
    sink_.rest().write_varuint(struct_count);
    begin_uncounted_section(client, first_clock);
  }
  // `view.id` is not written: the structs of a section follow each other without gaps. An item that
  // inherits its parent has an origin or a right origin.
  void write(const StructView& view);
  // The same in less time. Their texts have to stay where they are until the update is taken.
  void write(std::span<const PlainStruct> row) { sink_.write_plain(row); }
  void write_delete_set(const DeleteSet& set) { sink_.write_delete_set(set); }

  // Ends the update and leaves the writer as new, without its memory.
  Buffer take();
  // Ends an update of V1, whose bytes are valid until the next call.
  Bytes bytes() { return sink_.rest().bytes(); }
  // Leaves the writer as new, with its memory.
  void clear() { sink_.clear(); }

  // For LazyUpdateWriter: a section without its count, and the bytes that counts go into.
  void begin_uncounted_section(uint64_t client, uint64_t first_clock) {
    sink_.write_client(client);
    sink_.rest().write_varuint(first_clock);
  }
  Encoder& rest() { return sink_.rest(); }

 private:
  void write_item(const StructView& view);
  void write_content(const StructView& view);

  Sink sink_;
};

extern template class UpdateWriter<SinkV1>;
extern template class UpdateWriter<SinkV2>;

using UpdateWriterV1 = UpdateWriter<SinkV1>;
using UpdateWriterV2 = UpdateWriter<SinkV2>;

// Opens sections by itself and fills in the counts at the end. Structs come in section order.
template <typename Writer>
class LazyUpdateWriter {
 public:
  void write(const StructView& view) {
    // Only a section says where its clocks begin: whoever goes on elsewhere begins another.
    if (sections_.empty() || sections_.back().client != view.id.client ||
        sections_.back().next_clock != view.id.clock) {
      sections_.push_back({view.id.client, writer_.rest().size(), 0, view.id.clock});
      writer_.begin_uncounted_section(view.id.client, view.id.clock);
    }
    writer_.write(view);
    ++sections_.back().structs;
    sections_.back().next_clock = view.end_clock();
  }

  // Ends the update and leaves the writer as new.
  Buffer take(const DeleteSet& set) {
    const Buffer body = writer_.rest().take();
    writer_.begin(sections_.size());
    for (size_t i = 0; i < sections_.size(); ++i) {
      const size_t end = i + 1 < sections_.size() ? sections_[i + 1].at : body.size();
      writer_.rest().write_varuint(sections_[i].structs);
      writer_.rest().write_bytes(Bytes(body).subspan(sections_[i].at, end - sections_[i].at));
    }
    writer_.write_delete_set(set);
    sections_.clear();
    return writer_.take();
  }

 private:
  struct Section {
    uint64_t client;
    size_t at;  // where its bytes begin
    uint64_t structs;
    uint64_t next_clock;
  };

  Writer writer_;
  std::vector<Section> sections_;
};

}  // namespace tidemark::crdt
