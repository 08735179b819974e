// Reads an update struct by struct, straight from its bytes. Sticky: the first bad byte ends the
// structs, and ok() tells it from the real end. Nothing is reserved on the word of a count.
//
//   update V1    := varuint sections, section*, delete-set V1
//   section      := varuint structs, varuint client, varuint first-clock, struct*
//   struct       := byte info, body     by the low five bits of info: 0 and 10 varuint length; else
//                   [id origin, if 0x80], [id right-origin, if 0x40],
//                   [parent, if neither], [varstring key, if 0x20 and neither], content
//   id           := varuint client, varuint clock
//   parent       := varuint 1, varstring root-name | varuint 0, id
//
//   update V2    := varuint 0, column*9, rest
//   column       := varbytes: key-clock, client, left-clock, right-clock, info, string,
//   parent-info,
//                   type-ref, length
//   rest         := the update V1 without what is in the columns, delete-set V2
//
// Usage: while (reader.next(view)) ...; reader.read_delete_set(set); if (!reader.ok()) ...
//
// A struct that takes its parent from a neighbour yields has_key = false whatever its info byte
// says, because Yjs does not look at that bit then either and drops it when it passes the struct
// on. Structs of length 0, unknown content, types above 6 and clocks above 2^53 - 1 are errors.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/decoder.h"
#include "base/result.h"
#include "crdt/delete_set.h"
#include "crdt/internal/update/columns.h"
#include "crdt/internal/update/struct_view.h"
#include "crdt/update_limits.h"
#include "crdt/value.h"

namespace tidemark::crdt {

// Where V1 keeps what a struct is made of: all in one stream.
class SourceV1 {
 public:
  static constexpr size_t kMinStructBytes = 2;

  explicit SourceV1(Bytes update) : rest_(update) {}

  uint64_t read_client() { return rest_.read_varuint(); }
  uint8_t read_flags() { return rest_.read_byte(); }
  WireId read_left_id() { return read_id(); }
  WireId read_right_id() { return read_id(); }
  uint64_t read_parent_kind() { return rest_.read_varuint(); }
  uint64_t read_type() { return rest_.read_varuint(); }
  uint64_t read_len() { return rest_.read_varuint(); }
  std::string_view read_string() { return rest_.read_varstring(); }
  std::string_view read_key() { return rest_.read_varstring(); }
  void read_text(StructView& view);
  // A whole struct with this id, if it is plain, in a usual form and not near the end. If not,
  // nothing is read, or the source has failed.
  bool read_plain(PlainStruct& plain, const WireId& id);
  void read_value(StructView& view, Nesting& nesting);
  Bytes read_json_array(uint64_t count, Nesting& nesting);
  bool read_delete_set(DeleteSet& set, uint64_t max_ranges, bool& has_too_many) {
    return decode_delete_set_v1(rest_, set, max_ranges, &has_too_many);
  }

  Decoder& rest() { return rest_; }
  const Decoder& rest() const { return rest_; }
  void check_columns() {}

 private:
  WireId read_id() {
    const uint64_t client = rest_.read_varuint();
    return {client, rest_.read_varuint()};
  }

  Decoder rest_;
};

// Where V2 keeps it: in nine columns and a rest.
class SourceV2 {
 public:
  static constexpr size_t kMinStructBytes = 0;

  explicit SourceV2(Bytes update);

  uint64_t read_client() { return clients_.next(); }
  uint8_t read_flags() { return infos_.next(); }
  WireId read_left_id() {
    const uint64_t client = clients_.next();
    return {client, left_clocks_.next()};
  }
  WireId read_right_id() {
    const uint64_t client = clients_.next();
    return {client, right_clocks_.next()};
  }
  uint64_t read_parent_kind() { return parent_infos_.next(); }
  uint64_t read_type() { return type_refs_.next(); }
  uint64_t read_len() { return lengths_.next(); }
  std::string_view read_string();
  std::string_view read_key();
  void read_text(StructView& view);
  bool read_plain(PlainStruct& plain, const WireId& id);
  void read_value(StructView& view, Nesting& nesting);
  Bytes read_json_array(uint64_t count, Nesting& nesting);
  bool read_delete_set(DeleteSet& set, uint64_t max_ranges, bool& has_too_many) {
    return decode_delete_set_v2(rest_, set, max_ranges, &has_too_many);
  }

  Decoder& rest() { return rest_; }
  const Decoder& rest() const { return rest_; }
  // Makes a failed column a failure of the whole.
  void check_columns();

 private:
  // What a copy shares with its original: both read the same bytes, so both would find the same.
  struct Memory {
    std::vector<std::string_view> keys;  // those that a key clock can name again
    std::deque<Buffer> kept;             // what is not contiguous in the update
  };

  Memory& memory();
  Bytes keep(Buffer bytes);

  DiffRuns key_clocks_;
  UintRuns clients_;
  DiffRuns left_clocks_;
  DiffRuns right_clocks_;
  ByteRuns infos_;
  StringColumn strings_;
  ByteRuns parent_infos_;
  UintRuns type_refs_;
  UintRuns lengths_;
  Decoder rest_;
  std::shared_ptr<Memory> memory_;
  size_t key_count_ = 0;  // keys read by this copy so far
};

// A copy reads on from where its original stands; views that either yields live as long as the
// update and one of the two.
template <typename Source>
class UpdateReader {
 public:
  explicit UpdateReader(Bytes update, const UpdateLimits& limits = {});
  // Of V1 that begins with one struct, of this id, whose section lies elsewhere.
  UpdateReader(Bytes struct_bytes, WireId id, const UpdateLimits& limits = {});

  // The next struct, or false at the end of all sections or on an error. The views in it point into
  // the update, those of V2 sometimes into the reader.
  bool next(StructView& view);
  // The same in less time, within a section and for plain structs in a usual form. False if next()
  // has to see to what comes.
  bool next_plain(PlainStruct& plain);
  // To be called when next() has returned false; adds to the set and leaves it normal. False on an
  // error.
  bool read_delete_set(DeleteSet& set);

  bool ok() const { return source_.rest().ok(); }
  // Why it is not ok: which limit is exceeded, or that the bytes are malformed.
  Error error() const;
  // Whether every byte was read. Yjs ignores bytes after the delete set.
  bool at_end() const { return source_.rest().at_end(); }
  size_t trailing_bytes() const { return source_.rest().remaining(); }

  uint64_t section_count() const { return section_count_; }
  // How many more structs the current section announces. Of V1 the input can hold as many, of V2
  // it need not.
  uint64_t structs_left() const { return structs_left_; }

 private:
  bool begin_section();
  void read_item(uint8_t flags, StructView& view);
  void read_content(StructView& view);
  void read_type(StructView& view);
  void read_values(StructView& view);
  enum class Excess : uint8_t { kNothing, kStructs, kRootName, kDeleteRanges };
  bool fail_over_limit(Excess excess);

  Source source_;
  uint64_t section_count_ = 0;
  uint64_t sections_left_ = 0;
  uint64_t structs_left_ = 0;  // in this section
  uint64_t structs_allowed_;   // in the rest of the update
  uint64_t ranges_allowed_;
  uint64_t root_name_bytes_allowed_;
  Nesting nesting_;
  WireId next_id_;
  Excess excess_ = Excess::kNothing;
};

extern template class UpdateReader<SourceV1>;
extern template class UpdateReader<SourceV2>;

using UpdateReaderV1 = UpdateReader<SourceV1>;
using UpdateReaderV2 = UpdateReader<SourceV2>;

}  // namespace tidemark::crdt
