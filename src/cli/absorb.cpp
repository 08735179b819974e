#include "cli/absorb.h"

#include <algorithm>
#include <optional>

#include "base/utf.h"
#include "cli/content.h"
#include "cli/xml_reader.h"

namespace tidemark::cli {

namespace {

using crdt::TypeRef;

// The root of that name as that kind, if it can be one.
Result<crdt::SharedType> root_as(crdt::Doc& doc, const std::string& name, TypeRef kind) {
  const TypeRef known = doc.root_kind(name);
  const TypeRef likely = known == TypeRef::kUnknown ? doc.likely_kind(name) : known;
  if (likely != kind && likely != TypeRef::kUnknown) {
    return failure(ErrorCode::kConflict,
                   "the root \"" + name + "\" is of type " + std::string(name_of(likely)) +
                       ", not " + std::string(name_of(kind)) + "; name another one with --root");
  }
  return doc.root(name, kind);
}

Result<std::string> choose(crdt::Doc& doc, const std::string& wanted, TypeRef kind,
                           const char* fallback) {
  if (!wanted.empty()) return wanted;
  std::optional<std::string> only;
  for (const Root& root : roots_of(doc)) {
    if (root.type.kind() != kind) continue;
    if (only) {
      return failure(ErrorCode::kInvalid, "the document has several roots of type " +
                                              std::string(name_of(kind)) +
                                              "; choose one with --root");
    }
    only = root.name;
  }
  return only.value_or(fallback);
}

// A cut of valid UTF-8 never falls inside a character: continuation bytes begin with 10.
bool is_boundary(std::string_view text, size_t at) {
  return at == text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
}

Result<> turn_into(crdt::Text text, std::string_view wanted) {
  const std::string present = text.to_string();
  const size_t shorter = std::min(present.size(), wanted.size());
  size_t head = static_cast<size_t>(std::mismatch(present.begin(),
                                                  present.begin() + static_cast<ptrdiff_t>(shorter),
                                                  wanted.begin())
                                        .first -
                                    present.begin());
  while (!is_boundary(present, head) || !is_boundary(wanted, head)) --head;
  size_t tail = 0;
  while (tail < shorter - head &&
         present[present.size() - tail - 1] == wanted[wanted.size() - tail - 1]) {
    ++tail;
  }
  while (!is_boundary(present, present.size() - tail)) --tail;
  if (text.length() != utf16_length(present)) {
    return failure(ErrorCode::kUnsupported,
                   "the text holds embedded objects; positions in it cannot be told from plain "
                   "text. Import an update instead");
  }
  const std::string_view before = std::string_view(present);
  const auto index = static_cast<uint32_t>(utf16_length(before.substr(0, head)));
  const auto gone =
      static_cast<uint32_t>(utf16_length(before.substr(head, present.size() - tail - head)));
  if (gone > 0) {
    if (const auto erased = text.erase(index, gone); !erased) return erased;
  }
  const std::string_view fresh = wanted.substr(head, wanted.size() - tail - head);
  return fresh.empty() ? Result<>{} : text.insert(index, fresh);
}

Result<> set_members(crdt::Map map, const crdt::AnyObject& object) {
  for (const auto& [key, value] : object.members()) {
    const auto present = map.at(key);
    if (!present || !(present->to_json() == value)) map.set(key, value);
  }
  return {};
}

Result<> turn_into(crdt::Array array, const crdt::AnyArray& wanted) {
  const std::vector<crdt::Value> present = array.values();
  size_t head = 0;
  while (head < present.size() && head < wanted.size() && present[head].to_json() == wanted[head]) {
    ++head;
  }
  const auto first = static_cast<uint32_t>(head);
  if (head < present.size()) {
    const auto erased = array.erase(first, static_cast<uint32_t>(present.size() - head));
    if (!erased) return erased;
  }
  const std::span<const crdt::Any> fresh = std::span(wanted).subspan(head);
  return fresh.empty() ? Result<>{} : array.insert(first, fresh);
}

std::optional<TypeRef> root_kind_of(const crdt::Any& value) {
  if (value.as_string() != nullptr) return TypeRef::kText;
  if (value.as_array() != nullptr) return TypeRef::kArray;
  if (value.as_object() != nullptr) return TypeRef::kMap;
  return std::nullopt;
}

}  // namespace

Result<> absorb_text(crdt::Doc& doc, const std::string& root, std::string_view text) {
  if (!is_valid_utf8(text)) {
    return failure(ErrorCode::kMalformed,
                   "the text is not UTF-8; convert it first (iconv -t UTF-8)");
  }
  const auto name = choose(doc, root, TypeRef::kText, "text");
  if (!name) return tl::unexpected(name.error());
  const auto type = root_as(doc, *name, TypeRef::kText);
  if (!type) return tl::unexpected(type.error());
  return turn_into(doc.text(*name), text);
}

Result<> absorb_json(crdt::Doc& doc, std::string_view json) {
  const auto parsed = crdt::parse_json(json);
  if (!parsed) {
    return failure(ErrorCode::kMalformed, "the input is " + parsed.error().detail +
                                              "; if it is something else, say so with --format");
  }
  const crdt::AnyObject* object = parsed->as_object();
  if (object == nullptr) {
    return failure(ErrorCode::kMalformed,
                   "a document is a JSON object whose members are its root types");
  }
  for (const auto& [name, value] : object->members()) {
    const auto kind = root_kind_of(value);
    if (!kind) {
      return failure(ErrorCode::kMalformed, "the member \"" + name +
                                                "\" is neither a string, an array nor an object, "
                                                "and no root type can be made of it");
    }
    if (const auto type = root_as(doc, name, *kind); !type) return tl::unexpected(type.error());
  }
  for (const auto& [name, value] : object->members()) {
    Result<> done;
    if (value.as_string() != nullptr) done = turn_into(doc.text(name), *value.as_string());
    if (value.as_array() != nullptr) done = turn_into(doc.array(name), *value.as_array());
    if (value.as_object() != nullptr) done = set_members(doc.map(name), *value.as_object());
    if (!done) return done;
  }
  return {};
}

Result<> absorb_xml(crdt::Doc& doc, const std::string& root, std::string_view xml) {
  const auto nodes = read_xml(xml);
  if (!nodes) return tl::unexpected(nodes.error());
  const auto name = choose(doc, root, TypeRef::kXmlFragment, "default");
  if (!name) return tl::unexpected(name.error());
  const auto type = root_as(doc, *name, TypeRef::kXmlFragment);
  if (!type) return tl::unexpected(type.error());
  const crdt::XmlFragment fragment = doc.xml_fragment(*name);
  return append_nodes(fragment, *nodes);
}

}  // namespace tidemark::cli
