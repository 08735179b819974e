#include "crdt/text.h"

#include <algorithm>

#include "base/utf.h"
#include "crdt/internal/document.h"
#include "crdt/internal/formatting.h"
#include "crdt/internal/list.h"
#include "crdt/internal/rendering.h"

namespace tidemark::crdt {
namespace {

AttributeMap interned(Document& document, const Attributes& attributes) {
  // JavaScript enumerates index-like keys first; the order is that of the formats on the wire.
  const AnyObject ordered(attributes);
  AttributeMap map;
  for (const auto& [key, value] : ordered.members()) {
    const Buffer any = encoded(value);
    map.assign(document.store.intern(key), {any, document.store.new_identity()});
  }
  return map;
}

Result<> check_attributes(const Attributes& attributes) {
  for (const auto& [name, value] : attributes) {
    if (Result<> checked = check_name(name); !checked) return checked;
    if (Result<> checked = check_json_value(value); !checked) return checked;
  }
  return {};
}

bool has_range(const Document& document, BranchHandle branch, uint32_t index, uint32_t count) {
  const Branch& text = document.store.branches[branch];
  return !text.is_dead && index <= text.length && count <= text.length - index;
}

Result<> check_range(const Text& text, uint32_t index, uint32_t count) {
  if (has_range(*text.document(), text.branch(), index, count)) return {};
  const bool is_dead = text.document()->store.branches[text.branch()].is_dead;
  return failure(ErrorCode::kInvalid,
                 is_dead ? "text: it was deleted" : "text: the range exceeds the length");
}

NewContent text_content(std::string_view utf8, uint32_t units) {
  NewContent content;
  content.ref = Ref::kString;
  content.len = units;
  content.text = utf8;
  return content;
}

// A keystroke, mostly.
bool is_one_ascii_unit(std::string_view utf8) {
  return utf8.size() == 1 && static_cast<uint8_t>(utf8.front()) < 0x80;
}

Result<uint32_t> units_of(std::string_view utf8) {
  const bool has_byte_units = is_ascii(utf8);
  if (!has_byte_units && !is_valid_utf8(utf8)) {
    return failure(ErrorCode::kInvalid, "text: not UTF-8");
  }
  const size_t units = has_byte_units ? utf8.size() : utf16_length(utf8);
  if (units > kMaxInsert) return failure(ErrorCode::kTooLarge, "text: longer than 1 GiB");
  return static_cast<uint32_t>(units);
}

}  // namespace

Result<> Text::insert(uint32_t index, std::string_view utf8) {
  if (utf8.empty()) return {};
  Document& document = *this->document();
  if (is_one_ascii_unit(utf8) && document.type_character(branch_, index, utf8.front())) return {};
  if (Result<> checked = check_range(*this, index, 0); !checked) return checked;
  const Result<uint32_t> units = units_of(utf8);
  if (!units) return tl::unexpected(units.error());
  if (document.insert_plain(branch_, index, utf8, *units)) return {};
  document.begin(0);
  TextCursor cursor(document, branch_, index);
  cursor.insert(text_content(utf8, *units), cursor.attributes());
  document.hint_caret(branch_, index + *units);
  document.end();
  return {};
}

Result<> Text::insert(uint32_t index, std::string_view utf8, const Attributes& attributes) {
  if (utf8.empty()) return {};
  if (Result<> checked = check_range(*this, index, 0); !checked) return checked;
  if (Result<> checked = check_attributes(attributes); !checked) return checked;
  const Result<uint32_t> units = units_of(utf8);
  if (!units) return tl::unexpected(units.error());
  document()->begin(0);
  TextCursor cursor(*document(), branch_, index);
  cursor.insert(text_content(utf8, *units), interned(*document(), attributes));
  document()->end();
  return {};
}

Result<> Text::insert_embed(uint32_t index, const Any& embed, const Attributes& attributes) {
  if (Result<> checked = check_range(*this, index, 0); !checked) return checked;
  if (Result<> checked = check_json_value(embed); !checked) return checked;
  if (Result<> checked = check_attributes(attributes); !checked) return checked;
  const Buffer payload = encoded(embed);
  NewContent content;
  content.ref = Ref::kEmbed;
  content.payload = payload;
  document()->begin(0);
  TextCursor cursor(*document(), branch_, index);
  cursor.insert(content, interned(*document(), attributes));
  document()->end();
  return {};
}

Result<SharedType> Text::insert_type(uint32_t index, TypeRef kind, std::string_view name,
                                     const Attributes& attributes,
                                     const std::function<void(SharedType)>& fill) {
  if (Result<> checked = check_range(*this, index, 0); !checked) {
    return tl::unexpected(checked.error());
  }
  if (Result<> checked = check_type(kind, name); !checked) return tl::unexpected(checked.error());
  if (Result<> checked = check_attributes(attributes); !checked) {
    return tl::unexpected(checked.error());
  }
  document()->begin(0);
  TextCursor cursor(*document(), branch_, index);
  SharedType made;
  cursor.insert(type_content(kind, name), interned(*document(), attributes), [&](ItemHandle item) {
    made = SharedType(document(), document()->store.items[item].content);
    if (fill) fill(made);
  });
  document()->end();
  return made;
}

Result<> Text::erase(uint32_t index, uint32_t count) {
  if (count == 0) return {};
  if (!has_range(*document(), branch_, index, count)) return check_range(*this, index, count);
  if (document()->erase_plain(branch_, index, count)) return {};
  document()->begin(0);
  TextCursor(*document(), branch_, index).erase(count);
  document()->hint_gap(branch_, index);
  document()->end();
  return {};
}

Result<> Text::format(uint32_t index, uint32_t count, const Attributes& attributes) {
  if (count == 0) return {};
  if (Result<> checked = check_range(*this, index, count); !checked) return checked;
  if (Result<> checked = check_attributes(attributes); !checked) return checked;
  document()->begin(0);
  TextCursor cursor(*document(), branch_, index);
  if (!cursor.is_at_end()) cursor.format(count, interned(*document(), attributes));
  document()->end();
  return {};
}

namespace {

Result<> check_step(const DeltaOp& op) {
  if (Result<> checked = check_attributes(op.attributes); !checked) return checked;
  if (op.kind != DeltaOp::Kind::kInsert) return {};
  if (!op.content.empty()) {
    if (op.content.size() > 1 || op.is_list || !op.text.empty()) {
      return failure(ErrorCode::kInvalid, "delta: an insert is a text or one embed");
    }
    const Any* embed = op.content.front().any();
    if (embed == nullptr) {
      return failure(ErrorCode::kUnsupported, "delta: embeds must be plain values");
    }
    if (Result<> checked = check_json_value(*embed); !checked) return checked;
  }
  if (const Result<uint32_t> units = units_of(op.text); !units) {
    return tl::unexpected(units.error());
  }
  return {};
}

// By how many units the delta goes beyond what is left of a text of this length.
uint64_t padding_of(std::span<const DeltaOp> delta, uint64_t left) {
  uint64_t padding = 0;
  for (const DeltaOp& op : delta) {
    if (op.kind == DeltaOp::Kind::kInsert) continue;
    const uint64_t taken = std::min<uint64_t>(op.length, left);
    left -= taken;
    if (op.kind == DeltaOp::Kind::kRetain) padding += op.length - taken;
  }
  return padding;
}

}  // namespace

Result<> Text::apply_delta(std::span<const DeltaOp> delta) {
  for (const DeltaOp& op : delta) {
    if (Result<> checked = check_step(op); !checked) return checked;
  }
  if (Result<> checked = check_range(*this, 0, 0); !checked) return checked;
  if (padding_of(delta, length()) > kMaxPadding) {
    return failure(ErrorCode::kTooLarge, "delta: retains far more than there is");
  }
  document()->begin(0);
  TextCursor cursor(*document(), branch_);
  for (const DeltaOp& op : delta) {
    if (op.kind == DeltaOp::Kind::kRetain) {
      cursor.format(op.length, interned(*document(), op.attributes));
    } else if (op.kind == DeltaOp::Kind::kRemove) {
      cursor.erase(op.length);
    } else if (!op.content.empty()) {
      const Buffer payload = encoded(*op.content.front().any());
      NewContent content;
      content.ref = Ref::kEmbed;
      content.payload = payload;
      cursor.insert(content, interned(*document(), op.attributes));
    } else if (!op.text.empty()) {
      const auto units = static_cast<uint32_t>(utf16_length(op.text));
      cursor.insert(text_content(op.text, units), interned(*document(), op.attributes));
    }
  }
  document()->end();
  return {};
}

std::string Text::to_string() const { return plain_text(*document(), branch_); }
Delta Text::to_delta() const { return text_delta(*document(), branch_); }

Result<> Text::set_attribute(std::string_view name, const Any& value) {
  return set_entry(*document(), branch_, name, value);
}
SharedType Text::set_attribute_type(std::string_view name, TypeRef kind,
                                    std::string_view node_name) {
  return set_entry_type(*document(), branch_, name, type_content(kind, node_name));
}
void Text::remove_attribute(std::string_view name) { erase_entry(*document(), branch_, name); }
std::optional<Any> Text::attribute(std::string_view name) const {
  return plain_entry(*document(), branch_, name);
}
AnyObject Text::attributes() const { return entries_to_json(*document(), branch_); }

}  // namespace tidemark::crdt
