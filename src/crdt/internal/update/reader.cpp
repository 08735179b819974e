#include "crdt/internal/update/reader.h"

#include <string>
#include <utility>

#include "base/utf.h"
#include "crdt/internal/update/wire.h"
#include "crdt/value.h"

namespace tidemark::crdt {
namespace {

// A section takes a struct count, a client (V1) and a clock.
constexpr size_t kMinSectionBytes = 2;

// Clocks of stored items are 32 bits wide.
constexpr uint64_t kMaxClock = 0xfffffff0;

bool is_past(const WireId& named, const WireId& own) {
  return named.client != own.client || named.clock < own.clock;
}

bool names_own_future(const StructView& view) {
  return (view.has_origin && !is_past(view.origin, view.id)) ||
         (view.has_right_origin && !is_past(view.right_origin, view.id)) ||
         (view.parent == StructView::Parent::kItem && !is_past(view.parent_item, view.id));
}

Bytes bytes_since(const uint8_t* begin, const Decoder& decoder) {
  return {begin, static_cast<size_t>(decoder.cursor() - begin)};
}

// False if what the flags open is not plain.
bool begin_plain(PlainStruct& plain, uint8_t flags) {
  plain.ref = static_cast<Ref>(flags & kRefMask);
  plain.has_origin = (flags & kHasOrigin) != 0;
  plain.has_right_origin = (flags & kHasRightOrigin) != 0;
  return (plain.ref == Ref::kString || plain.ref == Ref::kDeleted) &&
         (plain.has_origin || plain.has_right_origin);
}

// Reads numbers without asking each time whether there are bytes left.
struct ShortVaruints {
  static constexpr unsigned kMostBytes = 5;

  const uint8_t* at;
  bool are_all_short = true;

  uint64_t next() {
    uint64_t value = *at++;
    if (value < 0x80) return value;
    value = (value & 0x7f) | (at[0] & 0x7fu) << 7;
    if (*at++ < 0x80) return value;
    for (unsigned shift = 14; shift < 7 * kMostBytes; shift += 7) {
      const uint8_t byte = *at++;
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    are_all_short = false;
    return value;
  }
};

// What ContentJSON holds per element: the word undefined for what JSON cannot say.
bool is_json_element(std::string_view text, Nesting& nesting) {
  return text == "undefined" || is_valid_json(text, nesting);
}

}  // namespace

void SourceV1::read_text(StructView& view) {
  view.text = as_text(rest_.read_varbytes());
  view.text_is_ascii = is_ascii(view.text);
  if (view.text_is_ascii) {
    view.len = view.text.size();
  } else if (is_valid_utf8(view.text)) {
    view.len = utf16_length(view.text);
  } else {
    rest_.fail();
  }
}

bool SourceV1::read_plain(PlainStruct& plain, const WireId& id) {
  constexpr size_t kMostNumbers = 5;
  if (rest_.remaining() <= kMostNumbers * ShortVaruints::kMostBytes) return false;
  if (!begin_plain(plain, *rest_.cursor())) return false;
  ShortVaruints numbers{rest_.cursor() + 1};
  const auto read_past_id = [&](WireId& named) {
    named.client = numbers.next();
    named.clock = numbers.next();
    return is_past(named, id);
  };
  if (plain.has_origin && !read_past_id(plain.origin)) return false;
  if (plain.has_right_origin && !read_past_id(plain.right_origin)) return false;
  const uint64_t len = numbers.next();
  if (!numbers.are_all_short || len == 0 || len > kMaxClock - id.clock) return false;
  auto bytes = static_cast<size_t>(numbers.at - rest_.cursor());
  if (plain.ref == Ref::kString) {
    if (len > rest_.remaining() - bytes) return false;
    plain.text = as_text(Bytes(numbers.at, static_cast<size_t>(len)));
    if (!is_ascii(plain.text)) return false;
    bytes += plain.text.size();
  }
  rest_.read_bytes(bytes);
  plain.clock = static_cast<uint32_t>(id.clock);
  plain.len = static_cast<uint32_t>(len);
  return true;
}

void SourceV1::read_value(StructView& view, Nesting& nesting) {
  view.payload = rest_.read_varbytes();
  view.payload_is_json = true;
  if (!is_valid_json(as_text(view.payload), nesting)) rest_.fail();
}

Bytes SourceV1::read_json_array(uint64_t count, Nesting& nesting) {
  const uint8_t* begin = rest_.cursor();
  for (; count > 0 && rest_.ok(); --count) {
    if (!is_json_element(as_text(rest_.read_varbytes()), nesting)) rest_.fail();
  }
  return bytes_since(begin, rest_);
}

SourceV2::SourceV2(Bytes update) : rest_(update) {
  // A flag for versions to come.
  if (rest_.read_varuint() != 0) rest_.fail();
  key_clocks_ = DiffRuns(rest_.read_varbytes());
  clients_ = UintRuns(rest_.read_varbytes());
  left_clocks_ = DiffRuns(rest_.read_varbytes());
  right_clocks_ = DiffRuns(rest_.read_varbytes());
  infos_ = ByteRuns(rest_.read_varbytes());
  strings_ = StringColumn(rest_.read_varbytes());
  parent_infos_ = ByteRuns(rest_.read_varbytes());
  type_refs_ = UintRuns(rest_.read_varbytes());
  lengths_ = UintRuns(rest_.read_varbytes());
  check_columns();
}

void SourceV2::check_columns() {
  const bool are_ok = key_clocks_.ok() && clients_.ok() && left_clocks_.ok() &&
                      right_clocks_.ok() && infos_.ok() && strings_.ok() && parent_infos_.ok() &&
                      type_refs_.ok() && lengths_.ok();
  if (!are_ok) rest_.fail();
}

SourceV2::Memory& SourceV2::memory() {
  if (memory_ == nullptr) memory_ = std::make_shared<Memory>();
  return *memory_;
}

Bytes SourceV2::keep(Buffer bytes) { return memory().kept.emplace_back(std::move(bytes)); }

std::string_view SourceV2::read_string() {
  const StringColumn::Piece piece = strings_.next();
  if (!piece.starts_cut && !piece.ends_cut) return piece.text;
  Buffer whole;
  if (piece.starts_cut) append(whole, as_bytes(kReplacement));
  append(whole, as_bytes(piece.text));
  if (piece.ends_cut) append(whole, as_bytes(kReplacement));
  return as_text(keep(std::move(whole)));
}

std::string_view SourceV2::read_key() {
  const uint64_t key_clock = key_clocks_.next();
  std::vector<std::string_view>& keys = memory().keys;
  if (key_clock < key_count_) return keys[static_cast<size_t>(key_clock)];
  const std::string_view key = read_string();
  if (key_count_ == keys.size()) keys.push_back(key);
  ++key_count_;
  return key;
}

void SourceV2::read_text(StructView& view) {
  const StringColumn::Piece piece = strings_.next();
  view.text = piece.text;
  view.len = piece.units;
  view.text_is_ascii = piece.is_ascii;
  view.starts_with_replacement = piece.starts_cut;
  view.ends_with_replacement = piece.ends_cut;
}

bool SourceV2::read_plain(PlainStruct& plain, const WireId& id) {
  if (!begin_plain(plain, infos_.peek())) return false;
  const bool is_text = plain.ref == Ref::kString;
  if (is_text && !strings_.is_all_ascii()) return false;
  infos_.next();
  bool is_sound = true;
  const auto check = [&](const WireId& named) {
    is_sound = is_sound && is_past(named, id);
    return named;
  };
  if (plain.has_origin) plain.origin = check(read_left_id());
  if (plain.has_right_origin) plain.right_origin = check(read_right_id());
  if (is_text) plain.text = strings_.next().text;
  const uint64_t len = is_text ? plain.text.size() : lengths_.next();
  check_columns();
  if (!is_sound || len == 0 || len > kMaxClock - id.clock) rest_.fail();
  plain.clock = static_cast<uint32_t>(id.clock);
  plain.len = static_cast<uint32_t>(len);
  return rest_.ok();
}

void SourceV2::read_value(StructView& view, Nesting& nesting) {
  const uint8_t* begin = rest_.cursor();
  skip_any(rest_, nesting);
  view.payload = bytes_since(begin, rest_);
}

Bytes SourceV2::read_json_array(uint64_t count, Nesting& nesting) {
  Encoder elements;
  for (; count > 0 && strings_.ok(); --count) {
    const std::string_view text = read_string();
    if (!is_json_element(text, nesting)) return rest_.fail(), Bytes{};
    elements.write_varstring(text);
  }
  return keep(elements.take());
}

template <typename Source>
UpdateReader<Source>::UpdateReader(Bytes update, const UpdateLimits& limits)
    : source_(update),
      structs_allowed_(limits.max_structs),
      ranges_allowed_(limits.max_delete_ranges),
      root_name_bytes_allowed_(limits.max_root_name_bytes),
      nesting_(limits.max_nesting) {
  section_count_ = source_.rest().read_count(kMinSectionBytes);
  sections_left_ = section_count_;
}

template <typename Source>
UpdateReader<Source>::UpdateReader(Bytes struct_bytes, WireId id, const UpdateLimits& limits)
    : source_(struct_bytes),
      structs_left_(1),
      structs_allowed_(0),
      ranges_allowed_(limits.max_delete_ranges),
      root_name_bytes_allowed_(limits.max_root_name_bytes),
      nesting_(limits.max_nesting),
      next_id_(id) {}

template <typename Source>
bool UpdateReader<Source>::fail_over_limit(Excess excess) {
  if (ok()) excess_ = excess;
  source_.rest().fail();
  return false;
}

template <typename Source>
Error UpdateReader<Source>::error() const {
  const auto too_large = [](std::string what) {
    return Error{ErrorCode::kTooLarge, "update: " + std::move(what)};
  };
  if (nesting_.is_exceeded) {
    return too_large("a value nests deeper than the " + std::to_string(nesting_.max) +
                     " levels of max-nesting");
  }
  switch (excess_) {
    case Excess::kStructs: return too_large("it has more structs than max-update-structs");
    case Excess::kRootName: return too_large("a root name is longer than max-root-name-bytes");
    case Excess::kDeleteRanges:
      return too_large("it deletes more ranges than max-update-structs allows");
    case Excess::kNothing: break;
  }
  return {ErrorCode::kMalformed, "update: the bytes do not follow the format"};
}

template <typename Source>
bool UpdateReader<Source>::read_delete_set(DeleteSet& set) {
  bool has_too_many = false;
  const bool is_read = source_.read_delete_set(set, ranges_allowed_, has_too_many);
  if (has_too_many) excess_ = Excess::kDeleteRanges;
  return is_read;
}

template <typename Source>
bool UpdateReader<Source>::begin_section() {
  while (structs_left_ == 0) {
    if (sections_left_ == 0 || !ok()) return false;
    --sections_left_;
    if constexpr (Source::kMinStructBytes > 0) {
      structs_left_ = source_.rest().read_count(Source::kMinStructBytes);
    } else {
      structs_left_ = source_.rest().read_varuint();
    }
    next_id_.client = source_.read_client();
    next_id_.clock = source_.rest().read_varuint();
    source_.check_columns();
    if (structs_left_ > structs_allowed_) return fail_over_limit(Excess::kStructs);
    structs_allowed_ -= structs_left_;
  }
  return ok();
}

template <typename Source>
bool UpdateReader<Source>::next(StructView& view) {
  if (structs_left_ == 0 && !begin_section()) return false;
  --structs_left_;
  view.reset();
  view.id = next_id_;
  const uint8_t flags = source_.read_flags();
  view.ref = static_cast<Ref>(flags & kRefMask);
  if (view.ref == Ref::kGc) {
    view.len = source_.read_len();
  } else if (view.ref == Ref::kSkip) {
    view.len = source_.rest().read_varuint();
  } else {
    read_item(flags, view);
  }
  source_.check_columns();
  // What no document could hold is refused here, so that everybody refuses the same.
  if (view.len == 0 || view.len > kMaxClock || view.id.clock > kMaxClock - view.len ||
      names_own_future(view)) {
    source_.rest().fail();
  }
  if (!ok()) [[unlikely]] {
    structs_left_ = 0;
    return false;
  }
  next_id_.clock += view.len;
  return true;
}

template <typename Source>
bool UpdateReader<Source>::next_plain(PlainStruct& plain) {
  if (structs_left_ == 0 || !source_.read_plain(plain, next_id_)) return false;
  next_id_.clock += plain.len;
  --structs_left_;
  return true;
}

template <typename Source>
void UpdateReader<Source>::read_item(uint8_t flags, StructView& view) {
  if ((flags & kHasOrigin) != 0) {
    view.has_origin = true;
    view.origin = source_.read_left_id();
  }
  if ((flags & kHasRightOrigin) != 0) {
    view.has_right_origin = true;
    view.right_origin = source_.read_right_id();
  }
  if (!view.has_origin && !view.has_right_origin) {
    const uint64_t kind = source_.read_parent_kind();
    if (kind == 1) {
      view.parent = StructView::Parent::kRoot;
      view.root_name = source_.read_string();
      if (view.root_name.size() > root_name_bytes_allowed_) {
        fail_over_limit(Excess::kRootName);
      }
    } else if (kind == 0) {
      view.parent = StructView::Parent::kItem;
      view.parent_item = source_.read_left_id();
    } else {
      source_.rest().fail();
    }
    view.has_key = (flags & kHasKey) != 0;
    if (view.has_key) view.key = source_.read_string();
  }
  read_content(view);
}

template <typename Source>
void UpdateReader<Source>::read_content(StructView& view) {
  view.len = 1;
  switch (view.ref) {
    case Ref::kDeleted: view.len = source_.read_len(); break;
    case Ref::kJson:
      view.len = source_.read_len();
      view.payload = source_.read_json_array(view.len, nesting_);
      break;
    case Ref::kBinary: view.payload = source_.rest().read_varbytes(); break;
    case Ref::kString: source_.read_text(view); break;
    case Ref::kEmbed: source_.read_value(view, nesting_); break;
    case Ref::kFormat:
      view.text = source_.read_key();
      source_.read_value(view, nesting_);
      break;
    case Ref::kType: read_type(view); break;
    case Ref::kAny:
      view.len = source_.read_len();
      read_values(view);
      break;
    case Ref::kDoc:
      view.text = source_.read_string();
      // Yjs takes the options apart, so they must be an object.
      if (source_.rest().peek_byte() != kObjectTag) source_.rest().fail();
      read_values(view);
      break;
    default: source_.rest().fail();
  }
}

template <typename Source>
void UpdateReader<Source>::read_type(StructView& view) {
  const uint64_t type = source_.read_type();
  if (type > static_cast<uint64_t>(TypeRef::kXmlText)) return source_.rest().fail();
  view.type = static_cast<TypeRef>(type);
  if (view.type == TypeRef::kXmlElement || view.type == TypeRef::kXmlHook) {
    view.text = source_.read_key();
  }
}

template <typename Source>
void UpdateReader<Source>::read_values(StructView& view) {
  Decoder& rest = source_.rest();
  const uint8_t* begin = rest.cursor();
  for (uint64_t left = view.len; left > 0 && skip_any(rest, nesting_);) --left;
  view.payload = bytes_since(begin, rest);
}

template class UpdateReader<SourceV1>;
template class UpdateReader<SourceV2>;

}  // namespace tidemark::crdt
