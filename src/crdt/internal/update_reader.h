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
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/decoder.h"
#include "crdt/delete_set.h"
#include "crdt/internal/columns.h"
#include "crdt/internal/struct_view.h"
#include "crdt/update_limits.h"

namespace tidemark::crdt {

// Which section the next struct is in, and its clock.
struct SectionCursor {
  uint64_t sections_left = 0;
  uint64_t structs_left = 0;  // in this section
  uint64_t structs_allowed = 0;
  uint64_t client = 0;
  uint64_t clock = 0;
};

class UpdateReaderV1 {
 public:
  explicit UpdateReaderV1(Bytes update, const UpdateLimits& limits = {});

  // The next struct, or false at the end of all sections or on an error. The views in it point into
  // the update.
  bool next(StructView& view);
  // To be called when next() has returned false; adds to the set. False on an error.
  bool read_delete_set(DeleteSet& set);

  bool ok() const { return in_.ok(); }
  // Whether every byte was read. Yjs ignores bytes after the delete set.
  bool at_end() const { return in_.at_end(); }
  size_t trailing_bytes() const { return in_.remaining(); }
  uint64_t section_count() const { return section_count_; }
  // How many more structs the current section announces: at most what the input can hold.
  uint64_t structs_left() const { return cursor_.structs_left; }

 private:
  bool begin_section();
  void read_item(uint8_t info, StructView& view);
  void read_content(StructView& view);
  void read_json_array(StructView& view);
  void read_any_array(StructView& view);
  WireId read_id();

  Decoder in_;
  UpdateLimits limits_;
  uint64_t section_count_ = 0;
  SectionCursor cursor_;
};

// Yields the same structs from the V2 form. Views point into the update or into this reader.
class UpdateReaderV2 {
 public:
  explicit UpdateReaderV2(Bytes update, const UpdateLimits& limits = {});

  bool next(StructView& view);
  bool read_delete_set(DeleteSet& set);

  bool ok() const { return rest_.ok(); }
  bool at_end() const { return rest_.at_end(); }
  size_t trailing_bytes() const { return rest_.remaining(); }
  uint64_t section_count() const { return section_count_; }
  // What the section announces, which may be far more than the input holds.
  uint64_t structs_left() const { return cursor_.structs_left; }

 private:
  bool begin_section();
  void read_item(uint8_t info, StructView& view);
  void read_content(StructView& view);
  void read_json_array(StructView& view);
  void read_any_array(StructView& view);
  std::string_view read_string();
  std::string_view read_key();
  std::string_view keep(std::string_view text, bool starts_cut, bool ends_cut);
  bool columns_ok() const;

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
  UpdateLimits limits_;
  uint64_t section_count_ = 0;
  SectionCursor cursor_;
  std::vector<std::string_view> keys_;  // those that a key clock can name again
  std::deque<Buffer> kept_;             // what is not contiguous in the update
};

}  // namespace tidemark::crdt
