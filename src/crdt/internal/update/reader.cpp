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

bool names_own_future(const StructView& view) {
  const auto is_future = [&view](const WireId& id) {
    return id.client == view.id.client && id.clock >= view.id.clock;
  };
  return (view.has_origin && is_future(view.origin)) ||
         (view.has_right_origin && is_future(view.right_origin)) ||
         (view.parent == StructView::Parent::kItem && is_future(view.parent_item));
}

Bytes bytes_since(const uint8_t* begin, const Decoder& decoder) {
  return {begin, static_cast<size_t>(decoder.cursor() - begin)};
}

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
    case Excess::kNothing: break;
  }
  return {ErrorCode::kMalformed, "update: the bytes do not follow the format"};
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
