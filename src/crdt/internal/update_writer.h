// Writes updates byte for byte as Yjs 13.6 does; the grammar is at the head of update_reader.h.
//
// Usage: begin(sections); for each section begin_section(...) and its structs; write_delete_set();
// then take() or bytes(). Sections go by descending client. clear() makes the writer as new but
// keeps its memory. Whoever does not know the counts beforehand uses LazyUpdateWriter.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/encoder.h"
#include "crdt/delete_set.h"
#include "crdt/internal/columns.h"
#include "crdt/internal/struct_view.h"

namespace tidemark::crdt {

class UpdateWriterV1 {
 public:
  void begin(uint64_t section_count) { out_.write_varuint(section_count); }
  void begin_section(uint64_t client, uint64_t struct_count, uint64_t first_clock) {
    out_.write_varuint(struct_count);
    begin_uncounted_section(client, first_clock);
  }
  // `view.id` is not written: structs of a section follow each other without gaps.
  void write(const StructView& view);
  void write_delete_set(const DeleteSet& set) { encode_delete_set_v1(out_, set); }

  Buffer take() { return out_.take(); }
  // Valid until the next call.
  Bytes bytes() const { return out_.bytes(); }
  void clear() { out_.clear(); }

  // For LazyUpdateWriter: a section without its count, and the bytes that counts go into.
  void begin_uncounted_section(uint64_t client, uint64_t first_clock) {
    out_.write_varuint(client);
    out_.write_varuint(first_clock);
  }
  Encoder& rest() { return out_; }

 private:
  void write_content(const StructView& view);
  void write_text(const StructView& view);

  Encoder out_;
};

class UpdateWriterV2 {
 public:
  void begin(uint64_t section_count) { rest_.write_varuint(section_count); }
  void begin_section(uint64_t client, uint64_t struct_count, uint64_t first_clock) {
    rest_.write_varuint(struct_count);
    begin_uncounted_section(client, first_clock);
  }
  void write(const StructView& view);
  void write_delete_set(const DeleteSet& set) { encode_delete_set_v2(rest_, set); }

  // Ends the update; clear() must come before the next one.
  Buffer take();
  void clear();

  void begin_uncounted_section(uint64_t client, uint64_t first_clock) {
    clients_.write(client);
    rest_.write_varuint(first_clock);
  }
  Encoder& rest() { return rest_; }

 private:
  void write_content(const StructView& view);
  void write_key(std::string_view key);

  DiffRunWriter key_clocks_;
  UintRunWriter clients_;
  DiffRunWriter left_clocks_;
  DiffRunWriter right_clocks_;
  ByteRunWriter infos_;
  StringColumnWriter strings_;
  ByteRunWriter parent_infos_;
  UintRunWriter type_refs_;
  UintRunWriter lengths_;
  Encoder rest_;
  uint64_t next_key_clock_ = 0;
};

// Opens sections by itself and fills in the counts at the end. Structs come in section order.
template <typename Writer>
class LazyUpdateWriter {
 public:
  void write(const StructView& view) {
    if (sections_.empty() || sections_.back().client != view.id.client) {
      sections_.push_back({view.id.client, writer_.rest().size(), 0});
      writer_.begin_uncounted_section(view.id.client, view.id.clock);
    }
    writer_.write(view);
    ++sections_.back().structs;
  }

  // Ends the update.
  Buffer take(const DeleteSet& set) {
    const Buffer body = writer_.rest().take();
    writer_.begin(sections_.size());
    for (size_t i = 0; i < sections_.size(); ++i) {
      const size_t end = i + 1 < sections_.size() ? sections_[i + 1].at : body.size();
      writer_.rest().write_varuint(sections_[i].structs);
      writer_.rest().write_bytes(Bytes(body).subspan(sections_[i].at, end - sections_[i].at));
    }
    writer_.write_delete_set(set);
    return writer_.take();
  }

 private:
  struct Section {
    uint64_t client;
    size_t at;  // where its bytes begin
    uint64_t structs;
  };

  Writer writer_;
  std::vector<Section> sections_;
};

}  // namespace tidemark::crdt
