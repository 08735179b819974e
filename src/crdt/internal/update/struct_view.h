// One struct of an update, as it lies in the bytes: what readers yield and writers take. Views
// point into the update (or into the reader's or the document's own buffers) and live as long as
// those.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "crdt/id.h"
#include "crdt/type_ref.h"

namespace tidemark::crdt {

// The low five bits of a struct's first byte.
enum class Ref : uint8_t {
  kGc = 0,
  kDeleted = 1,
  kJson = 2,
  kBinary = 3,
  kString = 4,
  kEmbed = 5,
  kFormat = 6,
  kType = 7,
  kAny = 8,
  kDoc = 9,
  kSkip = 10,
};

// A struct's first clock, or a neighbour's, at full wire width.
using WireId = Id;

struct StructView {
  enum class Parent : uint8_t {
    kInherited,  // an origin is present: the neighbour knows
    kRoot,       // root_name
    kItem,       // parent_item
  };

  WireId id;
  uint64_t len = 0;
  Ref ref = Ref::kGc;
  bool has_origin = false;
  bool has_right_origin = false;
  bool has_key =
      false;  // the info bit for parentSub; `key` is only there if parent is not inherited
  Parent parent = Parent::kInherited;
  WireId origin;
  WireId right_origin;
  WireId parent_item;
  std::string_view root_name;
  std::string_view key;

  // String: the UTF-8 text. Doc: guid. Format: the attribute's key. Type: the name of an XML
  // element or hook.
  std::string_view text;
  // Binary: its bytes. Any: `len` encoded values. Embed, Format: one value, JSON text if
  // `payload_is_json`, else one encoded Any. Doc: the options, one encoded Any. Json: `len`
  // varstrings of JSON text (or the word undefined).
  Bytes payload;
  bool payload_is_json = false;
  bool text_is_ascii = false;            // may be false for ASCII text, never true for other text
  bool starts_with_replacement = false;  // U+FFFD goes before `text`: a cut fell inside a pair
  bool ends_with_replacement = false;    // U+FFFD goes after `text`
  TypeRef type = TypeRef::kUnknown;

  // As `view = StructView{}`, of which g++ makes a temporary that costs more than all the reading.
  // The id stays.
  void reset() {
    len = 0;
    ref = Ref::kGc;
    has_origin = has_right_origin = has_key = false;
    parent = Parent::kInherited;
    origin = right_origin = parent_item = {};
    root_name = key = text = {};
    payload = {};
    payload_is_json = text_is_ascii = false;
    starts_with_replacement = ends_with_replacement = false;
    type = TypeRef::kUnknown;
  }
  uint64_t end_clock() const { return id.clock + len; }
  bool is_item() const { return ref != Ref::kGc && ref != Ref::kSkip; }
};

// What most structs of a text are: text in ASCII, or what was deleted, between named neighbours.
struct PlainStruct {
  uint32_t clock;
  uint32_t len;
  Ref ref;  // kString or kDeleted
  bool has_origin;
  bool has_right_origin;
  WireId origin;
  WireId right_origin;
  std::string_view text;   // of what was deleted, empty
  bool is_padded = false;  // kPadding bytes from where the text begins may be read
  static constexpr size_t kPadding = 16;
};

// How many are written at once at most.
inline constexpr size_t kMostPlain = 16;

}  // namespace tidemark::crdt
