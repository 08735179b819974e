#include "crdt/internal/rendering.h"

#include <algorithm>

#include "base/assert.h"
#include "base/sort.h"
#include "base/utf.h"
#include "crdt/internal/formatting.h"

namespace tidemark::crdt {
namespace {

Any json_element(Decoder& decoder) {
  const std::string_view text = decoder.read_varstring();
  if (text == "undefined") return Any();
  Result<Any> value = parse_json(text);
  return value ? std::move(*value) : Any(Null{});
}

// toLowerCase() for the letters of the Latin, Greek and Cyrillic alphabets; others stay.
uint32_t lower(uint32_t letter) {
  const auto is_within = [letter](uint32_t first, uint32_t last) {
    return letter >= first && letter <= last;
  };
  if (is_within('A', 'Z') || (is_within(0xC0, 0xDE) && letter != 0xD7)) return letter + 0x20;
  if (is_within(0x391, 0x3A9) || is_within(0x410, 0x42F)) return letter + 0x20;
  if (is_within(0x400, 0x40F)) return letter + 0x50;
  // Latin Extended-A has its capitals on even places, but for two stretches.
  const bool is_odd_stretch = is_within(0x139, 0x148) || is_within(0x179, 0x17E);
  const bool is_even_stretch = is_within(0x100, 0x137) || is_within(0x14A, 0x177);
  if (is_odd_stretch && letter % 2 == 1) return letter + 1;
  if (is_even_stretch && letter % 2 == 0 && letter != 0x130) return letter + 1;
  return letter;
}

std::string lower_case(std::string_view text) {
  std::string lowered;
  for (size_t at = 0; at < text.size();) {
    const auto first = static_cast<uint8_t>(text[at]);
    if (first >= 0xE0) {
      const size_t bytes = first < 0xF0 ? 3 : 4;
      lowered += text.substr(at, bytes);
      at += bytes;
    } else if (first >= 0x80) {
      append_code_point(lowered,
                        lower((first & 0x1Fu) << 6 | (static_cast<uint8_t>(text[at + 1]) & 0x3Fu)));
      at += 2;
    } else {
      append_code_point(lowered, lower(first));
      ++at;
    }
  }
  return lowered;
}

// String(value) of JavaScript.
std::string js_string(const Any& any) {
  if (any.as_object() != nullptr) return "[object Object]";
  if (any.is_undefined()) return "undefined";
  if (any.is_null()) return "null";
  if (const std::string* text = any.as_string()) return *text;
  if (const double* number = any.as_number()) {
    if (*number != *number) return "NaN";
    if (*number - *number != 0) return *number > 0 ? "Infinity" : "-Infinity";
    return to_json(any);
  }
  std::string joined;
  if (const AnyArray* array = any.as_array()) {
    for (size_t i = 0; i < array->size(); ++i) {
      if (i > 0) joined += ",";
      const Any& element = (*array)[i];
      if (!element.is_null() && !element.is_undefined()) joined += js_string(element);
    }
    return joined;
  }
  if (const Buffer* bytes = any.as_binary()) {
    for (size_t i = 0; i < bytes->size(); ++i) {
      if (i > 0) joined += ",";
      joined += std::to_string((*bytes)[i]);
    }
    return joined;
  }
  return to_json(any);
}

struct Tag {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
};

// What `for (key in value)` and String(value[key]) give: a string has its units as members.
std::vector<std::pair<std::string, std::string>> members_of(const Any& value) {
  std::vector<std::pair<std::string, std::string>> members;
  if (const AnyObject* object = value.as_object()) {
    for (const auto& [key, member] : object->members()) {
      members.emplace_back(key, js_string(member));
    }
  } else if (const AnyArray* array = value.as_array()) {
    for (size_t i = 0; i < array->size(); ++i) {
      members.emplace_back(std::to_string(i), js_string((*array)[i]));
    }
  } else if (const std::string* text = value.as_string()) {
    size_t unit = 0;
    for (size_t at = 0; at < text->size();) {
      const std::string_view rest = std::string_view(*text).substr(at);
      const Utf16Cut cut = cut_utf16(rest, 1);
      const size_t bytes = cut.is_inside_pair ? 4 : cut.bytes;
      const std::string shown =
          cut.is_inside_pair ? std::string(kReplacement) : std::string(rest.substr(0, bytes));
      members.emplace_back(std::to_string(unit++), shown);
      if (cut.is_inside_pair) members.emplace_back(std::to_string(unit++), shown);
      at += bytes;
    }
  }
  compact_sort(members.begin(), members.end(),
               [](const auto& a, const auto& b) { return a.first < b.first; });
  return members;
}

void append_attribute(std::string& xml, const std::string& key, const std::string& value) {
  xml.append(" ").append(key).append("=\"").append(value).append("\"");
}

Any value_to_json(Document& document, const Value& value, unsigned depth) {
  const SharedType* type = value.type();
  return type == nullptr ? value.to_json() : branch_to_json(document, type->branch(), depth + 1);
}

// An XML string in the making. Elements nest without end in documents of strangers, so what is
// still to be written waits on a stack of ours.
class XmlWriter {
 public:
  // `depth` is that of JSON around the element: attributes may be types, which are told as JSON.
  XmlWriter(Document& document, unsigned depth) : document_(document), depth_(depth) {}

  std::string write(BranchHandle branch) {
    waiting_.push_back({.text = {}, .branch = branch});
    while (!waiting_.empty()) {
      const Piece piece = std::move(waiting_.back());
      waiting_.pop_back();
      if (piece.branch == kNone) {
        xml_ += piece.text;
      } else {
        write_type(piece.branch);
      }
    }
    return std::move(xml_);
  }

 private:
  struct Piece {
    std::string text;
    BranchHandle branch = kNone;  // kNone: the text
  };

  void write_type(BranchHandle branch) {
    const size_t outer = waiting_.size();
    switch (document_.store.branches[branch].kind) {
      case TypeRef::kText: xml_ += plain_text(document_, branch); return;
      case TypeRef::kXmlText: add_text(branch); break;
      case TypeRef::kXmlElement: add_element(branch); break;
      case TypeRef::kXmlFragment: add_children(branch); break;
      default: xml_ += "[object Object]"; return;
    }
    // The first piece goes on top.
    std::reverse(waiting_.begin() + static_cast<std::ptrdiff_t>(outer), waiting_.end());
  }

  void add(std::string text) { waiting_.push_back({.text = std::move(text)}); }

  void add(const Value& value) {
    if (const SharedType* type = value.type()) {
      waiting_.push_back({.text = {}, .branch = type->branch()});
    } else {
      add(value.any() == nullptr ? "[object Object]" : js_string(*value.any()));
    }
  }

  void add_children(BranchHandle branch) {
    const StructStore& store = document_.store;
    for (ItemHandle at = store.branches[branch].start; at != kNone; at = store.items[at].right) {
      std::vector<Value> values;
      if (store.items[at].visible_len() > 0) append_values(document_, store.items[at], values);
      for (const Value& value : values) add(value);
    }
  }

  void add_element(BranchHandle branch) {
    const std::string name = lower_case(node_name(document_, branch));
    std::vector<std::pair<std::string, std::string>> attributes;
    const AnyObject members = entries_to_json(document_, branch, depth_);
    for (const auto& [key, value] : members.members()) {
      attributes.emplace_back(key, js_string(value));
    }
    compact_sort(attributes.begin(), attributes.end());
    std::string start = "<" + name;
    for (const auto& [key, value] : attributes) append_attribute(start, key, value);
    add(start + ">");
    add_children(branch);
    add("</" + name + ">");
  }

  void add_text(BranchHandle branch) {
    for (const DeltaOp& op : text_delta(document_, branch)) {
      std::vector<Tag> tags;
      for (const auto& [name, value] : op.attributes) tags.push_back({name, members_of(value)});
      compact_sort(tags.begin(), tags.end(),
                   [](const Tag& a, const Tag& b) { return a.name < b.name; });
      std::string start;
      std::string end;
      for (const Tag& tag : tags) {
        start += "<" + tag.name;
        for (const auto& [key, value] : tag.attributes) append_attribute(start, key, value);
        start += ">";
        end.insert(0, "</" + tag.name + ">");
      }
      add(start + op.text);
      if (!op.content.empty()) add(op.content.front());
      if (!end.empty()) add(std::move(end));
    }
  }

  Document& document_;
  const unsigned depth_;
  std::string xml_;
  std::vector<Piece> waiting_;
};

}  // namespace

std::string node_name(const Document& document, BranchHandle handle) {
  const Branch& branch = document.store.branches[handle];
  if (branch.item == kNone || branch.name == kNone) return "UNDEFINED";
  return document.store.key(branch.name);
}

Any decoded(Bytes any) {
  Decoder decoder(any);
  Any value;
  TM_ASSERT(decode_any(decoder, value));
  return value;
}

Buffer encoded(const Any& any) {
  Encoder encoder;
  encode_any(encoder, any);
  return encoder.take();
}

void append_values(Document& document, const Item& item, std::vector<Value>& out) {
  const StructStore& store = document.store;
  switch (item.ref()) {
    case Ref::kAny:
    case Ref::kJson: {
      Decoder decoder(store.payload(item));
      for (uint32_t i = 0; i < item.len; ++i) {
        if (item.ref() == Ref::kJson) {
          out.emplace_back(json_element(decoder));
          continue;
        }
        Any value;
        TM_ASSERT(decode_any(decoder, value));
        out.emplace_back(std::move(value));
      }
      return;
    }
    case Ref::kString: {
      // Text in a list reads as one element per UTF-16 unit.
      const std::string_view text = store.text(item);
      for (size_t at = 0; at < text.size();) {
        const Utf16Cut cut = cut_utf16(text.substr(at), 1);
        if (cut.is_inside_pair) {
          out.emplace_back(Any(kReplacement));
          out.emplace_back(Any(kReplacement));
        } else {
          out.emplace_back(Any(text.substr(at, cut.bytes)));
        }
        at += cut.is_inside_pair ? 4 : cut.bytes;
      }
      return;
    }
    case Ref::kBinary: out.emplace_back(Any(copy_of(store.payload(item)))); return;
    case Ref::kEmbed: out.emplace_back(decoded(store.payload(item))); return;
    case Ref::kType: out.emplace_back(SharedType(&document, item.content)); return;
    case Ref::kDoc: {
      const Span& span = store.span(item);
      out.emplace_back(
          Subdocument{store.key(span.key), decoded(store.payload(item)), item.has(Item::kWanted)});
      return;
    }
    default: return;
  }
}

Value value_at(Document& document, const Item& item, uint32_t offset) {
  if (item.ref() == Ref::kAny || item.ref() == Ref::kJson) {
    const StructStore& store = document.store;
    Decoder decoder(store.payload(item).subspan(store.bytes_before_element(item, offset)));
    if (item.ref() == Ref::kJson) return Value(json_element(decoder));
    Any value;
    TM_ASSERT(decode_any(decoder, value));
    return Value(std::move(value));
  }
  std::vector<Value> values;
  append_values(document, item, values);
  return offset < values.size() ? values[offset] : Value();
}

std::optional<Value> entry_value(Document& document, BranchHandle branch, KeyId key) {
  const ItemHandle handle = document.store.entry(document.store.branches[branch], key);
  if (handle == kNone || document.store.items[handle].is_deleted()) return std::nullopt;
  const Item& item = document.store.items[handle];
  return value_at(document, item, item.len - 1);
}

AnyObject entries_to_json(Document& document, BranchHandle branch, unsigned depth) {
  std::vector<AnyObject::Member> members;
  const StructStore& store = document.store;
  if (store.branches[branch].entries != nullptr) {
    for (const KeyTable::Entry& entry : store.branches[branch].entries->entries()) {
      const std::optional<Value> value = entry_value(document, branch, entry.key);
      if (value) members.emplace_back(store.key(entry.key), value_to_json(document, *value, depth));
    }
  }
  return AnyObject(std::move(members));
}

std::string plain_text(const Document& document, BranchHandle branch) {
  std::string text;
  const StructStore& store = document.store;
  for (ItemHandle at = store.branches[branch].start; at != kNone; at = store.items[at].right) {
    const Item& item = store.items[at];
    if (item.ref() == Ref::kString && !item.is_deleted()) text += store.text(item);
  }
  return text;
}

Delta text_delta(Document& document, BranchHandle branch) {
  Delta delta;
  const StructStore& store = document.store;
  AttributeMap current;
  std::string text;
  const auto attributes = [&] {
    Attributes list;
    for (const AttributeMap::Entry& entry : current.entries()) {
      list.emplace_back(store.key(entry.key), decoded(entry.any));
    }
    return list;
  };
  const auto pack = [&] {
    if (text.empty()) return;
    DeltaOp op;
    op.text = std::exchange(text, {});
    op.attributes = attributes();
    delta.push_back(std::move(op));
  };
  for (ItemHandle at = store.branches[branch].start; at != kNone; at = store.items[at].right) {
    const Item& item = store.items[at];
    if (item.is_deleted()) continue;
    if (item.ref() == Ref::kString) {
      text += store.text(item);
    } else if (item.ref() == Ref::kFormat) {
      pack();
      current.pass(store.span(item).key, format_value(store, item));
    } else if (item.ref() == Ref::kEmbed || item.ref() == Ref::kType) {
      pack();
      DeltaOp op;
      append_values(document, item, op.content);
      op.attributes = attributes();
      delta.push_back(std::move(op));
    }
  }
  pack();
  return delta;
}

std::string xml_string(Document& document, BranchHandle handle, unsigned depth) {
  return XmlWriter(document, depth).write(handle);
}

Any branch_to_json(Document& document, BranchHandle handle, unsigned depth) {
  const StructStore& store = document.store;
  if (depth > kMaxJsonDepth) return Any(Null{});
  switch (store.branches[handle].kind) {
    case TypeRef::kMap:
    case TypeRef::kXmlHook: return Any(entries_to_json(document, handle, depth));
    case TypeRef::kArray: {
      AnyArray elements;
      for (ItemHandle at = store.branches[handle].start; at != kNone; at = store.items[at].right) {
        std::vector<Value> values;
        if (store.items[at].visible_len() > 0) append_values(document, store.items[at], values);
        for (const Value& value : values) {
          elements.push_back(value_to_json(document, value, depth));
        }
      }
      return Any(std::move(elements));
    }
    case TypeRef::kUnknown: return Any();
    default: return Any(xml_string(document, handle, depth));
  }
}

bool is_json_whole(const Document& document) {
  const StructStore& store = document.store;
  const auto is_xml = [](TypeRef kind) {
    return kind == TypeRef::kXmlElement || kind == TypeRef::kXmlFragment ||
           kind == TypeRef::kXmlText;
  };
  // A type is made after the one that holds it.
  std::vector<unsigned> depths(store.branches.size());
  for (BranchHandle handle = 0; handle < store.branches.size(); ++handle) {
    const Branch& branch = store.branches[handle];
    if (branch.is_dead || branch.item == kNone) continue;
    const Item& holder = store.items[branch.item];
    const bool is_xml_child =
        !holder.has(Item::kHasKey) && is_xml(store.branches[holder.parent].kind);
    depths[handle] = depths[holder.parent] + (is_xml_child ? 0 : 1);
    if (depths[handle] > kMaxJsonDepth && !holder.is_deleted()) return false;
  }
  return true;
}

}  // namespace tidemark::crdt
