#include "crdt/internal/update/columns.h"

#include "base/utf.h"

namespace tidemark::crdt {

void ByteRuns::open_run() {
  value_ = in_.read_byte();
  left_ = 1;
  if (!in_.ok()) {
    value_ = 0;
  } else if (in_.at_end()) {
    is_last_ = true;
  } else {
    left_ = in_.read_varuint() + 1;
  }
}

void UintRuns::open_run() {
  const SignedInt first = in_.read_varint();
  value_ = first.magnitude;
  left_ = first.is_negative ? in_.read_varuint() + 2 : 1;
  if (!in_.ok()) value_ = 0;
}

// A varint of up to 55 bits: twice a difference of clocks may exceed what a varint else holds.
SignedInt DiffRuns::read_doubled() {
  const uint8_t first = in_.read_byte();
  uint64_t magnitude = first & 0x3F;
  uint8_t byte = first;
  for (unsigned shift = 6; byte >= 0x80; shift += 7) {
    byte = in_.read_byte();
    if (shift > 48) fail();
    if (!in_.ok()) return {0, false};
    magnitude |= static_cast<uint64_t>(byte & 0x7F) << shift;
  }
  return {magnitude, (first & 0x40) != 0};
}

void DiffRuns::open_run() {
  const SignedInt first = read_doubled();
  const int64_t coded = first.value();
  const bool has_count = (first.magnitude & 1) != 0;
  diff_ = (coded - (has_count ? 1 : 0)) / 2;
  left_ = has_count ? in_.read_varuint() + 2 : 1;
  if (!in_.ok()) fail();
}

void DiffRuns::fail() {
  in_.fail();
  value_ = 0;
  diff_ = 0;
  left_ = 1;
}

StringColumn::StringColumn(Bytes column) {
  Decoder in(column);
  text_ = in.read_varstring();
  is_ascii_ = is_ascii(text_);
  lengths_ = UintRuns(in.read_rest());
  if (!in.ok()) fail();
}

StringColumn::Piece StringColumn::fail() {
  lengths_ = UintRuns(Bytes{});
  lengths_.next();
  return {};
}

StringColumn::Piece StringColumn::next() {
  const uint64_t units = lengths_.next();
  if (!lengths_.ok()) return {};
  if (!is_ascii_) return next_wide(units);
  if (units > text_.size()) return fail();
  const std::string_view text = text_.substr(0, static_cast<size_t>(units));
  text_.remove_prefix(text.size());
  Piece piece;
  piece.text = text;
  piece.units = units;
  return piece;
}

StringColumn::Piece StringColumn::next_wide(uint64_t units) {
  // A unit takes a byte or more, except that an open pair has its bytes behind it.
  if (units > text_.size() + 1) return fail();
  Piece piece;
  piece.units = units;
  uint64_t wanted = units;
  if (is_inside_pair_ && wanted > 0) {
    piece.starts_cut = true;
    is_inside_pair_ = false;
    --wanted;
  }
  size_t bytes = 0;
  while (wanted > 0) {
    if (bytes == text_.size()) return fail();
    const auto first = static_cast<uint8_t>(text_[bytes]);
    const size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length == 4 && wanted == 1) break;
    piece.is_ascii = piece.is_ascii && length == 1;
    wanted -= length == 4 ? 2 : 1;
    bytes += length;
  }
  piece.text = text_.substr(0, bytes);
  if (wanted > 0) {
    piece.ends_cut = true;
    is_inside_pair_ = true;
    bytes += 4;
  }
  text_.remove_prefix(bytes);
  return piece;
}

}  // namespace tidemark::crdt
