#include "cli/content.h"

#include <algorithm>

#include "cli/files.h"
#include "cli/xml_writer.h"

namespace tidemark::cli {

namespace {

using crdt::SharedType;
using crdt::TypeRef;

bool is_xml(TypeRef kind) {
  return kind == TypeRef::kXmlFragment || kind == TypeRef::kXmlElement ||
         kind == TypeRef::kXmlText || kind == TypeRef::kXmlHook;
}

bool has_text(TypeRef kind) { return kind == TypeRef::kText || is_xml(kind); }

bool fits(TypeRef kind, Format format) {
  return format == Format::kXml ? is_xml(kind) : has_text(kind);
}

Result<SharedType> choose_root(crdt::Doc& doc, Format format, const std::string& wanted) {
  const std::string kind = format == Format::kXml ? "XML" : "text";
  std::vector<Root> fitting;
  std::string names;
  for (Root& root : roots_of(doc)) {
    const bool is_candidate = wanted.empty() ? fits(root.type.kind(), format) : root.name == wanted;
    if (!is_candidate) continue;
    names += (names.empty() ? "" : ", ") + root.name;
    fitting.push_back(std::move(root));
  }
  if (fitting.size() == 1) {
    const TypeRef found = fitting[0].type.kind();
    if (fits(found, format)) return fitting[0].type;
    return failure(ErrorCode::kInvalid, "the root \"" + fitting[0].name + "\" is of type " +
                                            std::string(name_of(found)) +
                                            "; --format json renders every type");
  }
  if (fitting.empty()) {
    return failure(
        ErrorCode::kInvalid,
        wanted.empty()
            ? "the document has no root type with " + kind + "; --format json renders every type"
            : "the document has no root type \"" + wanted + "\"; `tidemark doc show` lists them");
  }
  return failure(ErrorCode::kInvalid, "the document has several root types with " + kind + " (" +
                                          names + "); choose one with --root");
}

}  // namespace

std::optional<Format> format_of(std::string_view word, std::string_view file) {
  constexpr std::pair<std::string_view, Format> kWords[] = {{"text", Format::kText},
                                                            {"json", Format::kJson},
                                                            {"xml", Format::kXml},
                                                            {"update-v1", Format::kUpdateV1},
                                                            {"update-v2", Format::kUpdateV2}};
  for (const auto& [name, format] : kWords) {
    if (word == name) return format;
  }
  constexpr std::pair<std::string_view, Format> kEndings[] = {
      {".txt", Format::kText},    {".md", Format::kText},     {".json", Format::kJson},
      {".xml", Format::kXml},     {".html", Format::kXml},    {".v2", Format::kUpdateV2},
      {".v1", Format::kUpdateV1}, {".yjs", Format::kUpdateV1}};
  for (const auto& [ending, format] : kEndings) {
    if (file.ends_with(ending)) return format;
  }
  return std::nullopt;
}

std::string_view name_of(TypeRef kind) {
  switch (kind) {
    case TypeRef::kArray: return "array";
    case TypeRef::kMap: return "map";
    case TypeRef::kText: return "text";
    case TypeRef::kXmlElement: return "xml element";
    case TypeRef::kXmlFragment: return "xml fragment";
    case TypeRef::kXmlHook: return "xml hook";
    case TypeRef::kXmlText: return "xml text";
    case TypeRef::kUnknown: return "unknown";
  }
  return "unknown";
}

std::vector<Root> roots_of(crdt::Doc& doc) {
  std::vector<Root> roots;
  for (std::string& name : doc.root_names()) {
    SharedType type = doc.root(name, doc.likely_kind(name));
    roots.push_back({std::move(name), type});
  }
  std::ranges::sort(roots, {}, &Root::name);
  return roots;
}

// Elements nest without end in documents of strangers, so what follows waits on a stack of ours.
std::string text_of(const SharedType& root) {
  std::string out;
  std::vector<SharedType> waiting = {root};  // one of no document is the end of a line
  while (!waiting.empty()) {
    const SharedType type = waiting.back();
    waiting.pop_back();
    if (!type) {
      out += '\n';
    } else if (const auto text = type.as<crdt::Text>()) {
      out += text->to_string();
    } else if (const auto parent = type.as<crdt::XmlFragment>()) {
      const auto children = parent->children();
      const bool has_own_text = std::ranges::any_of(
          children, [](const SharedType& child) { return child.kind() == TypeRef::kXmlText; });
      if (has_own_text) waiting.emplace_back();
      for (size_t i = children.size(); i-- > 0;) waiting.push_back(children[i]);
    }
  }
  return out;
}

crdt::Any json_of(crdt::Doc& doc) {
  crdt::AnyObject out;
  for (const Root& root : roots_of(doc)) {
    if (root.type) out.set(root.name, root.type.to_json());
  }
  return crdt::Any(std::move(out));
}

Result<Buffer> render(crdt::Doc& doc, Format format, const std::string& root) {
  if (format == Format::kUpdateV1) return doc.encode_state_as_update();
  if (format == Format::kUpdateV2) return doc.encode_state_as_update_v2();
  if (format != Format::kText && !doc.is_json_whole()) {
    return failure(ErrorCode::kTooLarge,
                   "its types nest deeper than " + std::to_string(crdt::kMaxJsonDepth) +
                       " levels, which JSON and XML cannot say; export it as update-v1");
  }
  if (format == Format::kJson) return copy_of(as_bytes(crdt::to_json(json_of(doc)) + "\n"));
  const auto type = choose_root(doc, format, root);
  if (!type) return tl::unexpected(type.error());
  return copy_of(as_bytes(format == Format::kXml ? write_xml(*type) : text_of(*type)));
}

Result<> check_update(Bytes bytes, crdt::UpdateFormat format) {
  const auto counts = crdt::validate_update(bytes, format);
  if (!counts) return tl::unexpected(counts.error());
  if (counts->trailing_bytes == 0) return {};
  const bool is_one = counts->trailing_bytes == 1;
  return failure(ErrorCode::kMalformed, counted(counts->trailing_bytes, "byte") +
                                            (is_one ? " follows" : " follow") + " the update");
}

Result<crdt::UpdateFormat> detect_update(Bytes bytes) {
  const auto as_v1 = check_update(bytes, crdt::UpdateFormat::kV1);
  if (as_v1) return crdt::UpdateFormat::kV1;
  const auto as_v2 = check_update(bytes, crdt::UpdateFormat::kV2);
  if (as_v2) return crdt::UpdateFormat::kV2;
  return failure(ErrorCode::kMalformed, "this is no update of Yjs (as V1: " + as_v1.error().detail +
                                            "; as V2: " + as_v2.error().detail + ")");
}

}  // namespace tidemark::cli
