#include "crdt/internal/update/writer.h"

#include <array>

#include "base/assert.h"
#include "base/utf.h"
#include "crdt/internal/update/wire.h"
#include "crdt/value.h"

namespace tidemark::crdt {
namespace {

uint8_t flags_of(const StructView& view) {
  return static_cast<uint8_t>(static_cast<unsigned>(view.ref) | (view.has_origin ? kHasOrigin : 0) |
                              (view.has_right_origin ? kHasRightOrigin : 0) |
                              (view.has_key ? kHasKey : 0));
}

uint8_t flags_of(const PlainStruct& plain) {
  return static_cast<uint8_t>(static_cast<unsigned>(plain.ref) |
                              (plain.has_origin ? kHasOrigin : 0) |
                              (plain.has_right_origin ? kHasRightOrigin : 0));
}

void append_column(Buffer& to, std::span<const Bytes> parts) {
  size_t bytes = 0;
  for (const Bytes part : parts) bytes += part.size();
  std::array<uint8_t, 10> count;
  append(to, Bytes(count.data(), put_varuint(count.data(), bytes)));
  for (const Bytes part : parts) append(to, part);
}

}  // namespace

void SinkV1::write_plain(std::span<const PlainStruct> row) {
  constexpr size_t kMostBesideText = 80;
  for (const PlainStruct& plain : row) {
    const size_t bytes = plain.text.size();
    uint8_t* at = rest_.room(kMostBesideText + bytes);
    *at++ = flags_of(plain);
    if (plain.has_origin) {
      at = put_varuint(at, plain.origin.client);
      at = put_varuint(at, plain.origin.clock);
    }
    if (plain.has_right_origin) {
      at = put_varuint(at, plain.right_origin.client);
      at = put_varuint(at, plain.right_origin.clock);
    }
    at = put_varuint(at, plain.ref == Ref::kString ? bytes : plain.len);
    if (bytes <= PlainStruct::kPadding && plain.is_padded) {
      // What is too much is overwritten, or cut off.
      std::memcpy(at, plain.text.data(), PlainStruct::kPadding);
    } else if (bytes > 0) {
      std::memcpy(at, plain.text.data(), bytes);
    }
    rest_.end_at(at + bytes);
  }
}

// Column by column, each of which then goes by its own habits.
void SinkV2::write_plain(std::span<const PlainStruct> row) {
  infos_.write_each(row.size(), [row](auto&& put) {
    for (const PlainStruct& plain : row) put(flags_of(plain));
  });
  clients_.write_each(2 * row.size(), [row](auto&& put) {
    for (const PlainStruct& plain : row) {
      if (plain.has_origin) put(plain.origin.client);
      if (plain.has_right_origin) put(plain.right_origin.client);
    }
  });
  left_clocks_.write_each(row.size(), [row](auto&& put) {
    for (const PlainStruct& plain : row) {
      if (plain.has_origin) put(plain.origin.clock);
    }
  });
  right_clocks_.write_each(row.size(), [row](auto&& put) {
    for (const PlainStruct& plain : row) {
      if (plain.has_right_origin) put(plain.right_origin.clock);
    }
  });
  std::array<const PlainStruct*, kMostPlain> texts;
  std::array<const PlainStruct*, kMostPlain> deleted;
  size_t text_count = 0;
  for (size_t i = 0; i < row.size(); ++i) {
    texts[text_count] = deleted[i - text_count] = &row[i];
    text_count += row[i].ref == Ref::kString ? 1 : 0;
  }
  const size_t deleted_count = row.size() - text_count;
  strings_.write_lasting(text_count, [&](auto&& put) {
    for (size_t i = 0; i < text_count; ++i) put(texts[i]->text, texts[i]->len);
  });
  lengths_.write_each(deleted_count, [&](auto&& put) {
    for (size_t i = 0; i < deleted_count; ++i) put(deleted[i]->len);
  });
}

void SinkV1::write_text(const StructView& view) {
  const size_t before = view.starts_with_replacement ? kReplacement.size() : 0;
  const size_t after = view.ends_with_replacement ? kReplacement.size() : 0;
  rest_.write_varuint(before + view.text.size() + after);
  if (before > 0) rest_.write_bytes(as_bytes(kReplacement));
  rest_.write_bytes(as_bytes(view.text));
  if (after > 0) rest_.write_bytes(as_bytes(kReplacement));
}

void SinkV1::write_value(const StructView& view) {
  if (view.payload_is_json) return rest_.write_varbytes(view.payload);
  json_.clear();
  TM_ASSERT(any_to_json(view.payload, json_));
  rest_.write_varstring(json_);
}

Buffer SinkV2::take() {
  const StringColumnWriter::Column strings = strings_.finish();
  Encoder text_bytes;
  text_bytes.write_varuint(strings.text.size() + strings.more_text.size());
  // The string column is in parts, each other one is a part.
  const std::array<Bytes, 13> parts = {key_clocks_.finish(),   clients_.finish(),
                                       left_clocks_.finish(),  right_clocks_.finish(),
                                       infos_.finish(),        text_bytes.bytes(),
                                       as_bytes(strings.text), as_bytes(strings.more_text),
                                       strings.lengths,        parent_infos_.finish(),
                                       type_refs_.finish(),    lengths_.finish(),
                                       rest_.bytes()};
  constexpr size_t kText = 5;
  constexpr size_t kTextParts = 4;
  size_t bytes = 0;
  for (const Bytes part : parts) bytes += part.size();
  Buffer out;
  out.reserve(bytes + 10 * parts.size());
  out.push_back(0);
  const std::span<const Bytes> all = parts;
  for (size_t i = 0; i + 1 < parts.size();) {
    const size_t count = i == kText ? kTextParts : 1;
    append_column(out, all.subspan(i, count));
    i += count;
  }
  append(out, rest_.bytes());
  return out;
}

void SinkV2::clear() {
  key_clocks_.clear();
  clients_.clear();
  left_clocks_.clear();
  right_clocks_.clear();
  infos_.clear();
  strings_.clear();
  parent_infos_.clear();
  type_refs_.clear();
  lengths_.clear();
  rest_.clear();
  next_key_clock_ = 0;
}

// Yjs never refers back to a key that it has written, so every key gets a new clock.
void SinkV2::write_key(std::string_view key) {
  key_clocks_.write(next_key_clock_++);
  strings_.write(key);
}

void SinkV2::write_text(const StructView& view) {
  if (view.starts_with_replacement) strings_.append(kReplacement);
  strings_.append(view.text);
  if (view.ends_with_replacement) strings_.append(kReplacement);
  strings_.end_string(view.len);
}

void SinkV2::write_value(const StructView& view) {
  if (!view.payload_is_json) return rest_.write_bytes(view.payload);
  value_.clear();
  TM_ASSERT(json_to_any(as_text(view.payload), value_));
  rest_.write_bytes(value_);
}

void SinkV2::write_json_array(const StructView& view) {
  Decoder elements(view.payload);
  for (uint64_t left = view.len; left > 0; --left) strings_.write(elements.read_varstring());
  TM_ASSERT(elements.ok());
}

template <typename Sink>
Buffer UpdateWriter<Sink>::take() {
  Buffer update = sink_.take();
  sink_.clear();
  return update;
}

template <typename Sink>
void UpdateWriter<Sink>::write(const StructView& view) {
  if (view.ref == Ref::kSkip) {
    // A skip's length is in the rest, because it is not predictable.
    sink_.write_flags(static_cast<uint8_t>(Ref::kSkip));
    sink_.rest().write_varuint(view.len);
  } else if (view.ref == Ref::kGc) {
    sink_.write_flags(static_cast<uint8_t>(Ref::kGc));
    sink_.write_len(view.len);
  } else {
    write_item(view);
  }
}

template <typename Sink>
void UpdateWriter<Sink>::write_item(const StructView& view) {
  sink_.write_flags(flags_of(view));
  if (view.has_origin) sink_.write_left_id(view.origin);
  if (view.has_right_origin) sink_.write_right_id(view.right_origin);
  if (!view.has_origin && !view.has_right_origin) {
    TM_ASSERT(view.parent != StructView::Parent::kInherited);
    if (view.parent == StructView::Parent::kRoot) {
      sink_.write_parent_kind(1);
      sink_.write_string(view.root_name);
    } else {
      sink_.write_parent_kind(0);
      sink_.write_left_id(view.parent_item);
    }
    if (view.has_key) sink_.write_string(view.key);
  }
  write_content(view);
}

template <typename Sink>
void UpdateWriter<Sink>::write_content(const StructView& view) {
  switch (view.ref) {
    case Ref::kDeleted: sink_.write_len(view.len); break;
    case Ref::kJson:
      sink_.write_len(view.len);
      sink_.write_json_array(view);
      break;
    case Ref::kBinary: sink_.rest().write_varbytes(view.payload); break;
    case Ref::kString: sink_.write_text(view); break;
    case Ref::kEmbed: sink_.write_value(view); break;
    case Ref::kFormat:
      sink_.write_key(view.text);
      sink_.write_value(view);
      break;
    case Ref::kType:
      sink_.write_type(view.type);
      if (view.type == TypeRef::kXmlElement || view.type == TypeRef::kXmlHook) {
        sink_.write_key(view.text);
      }
      break;
    case Ref::kAny:
      sink_.write_len(view.len);
      sink_.rest().write_bytes(view.payload);
      break;
    case Ref::kDoc:
      sink_.write_string(view.text);
      sink_.rest().write_bytes(view.payload);
      break;
    case Ref::kGc:
    case Ref::kSkip: break;
  }
}

template class UpdateWriter<SinkV1>;
template class UpdateWriter<SinkV2>;

}  // namespace tidemark::crdt
