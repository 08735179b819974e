#include "cli/xml_writer.h"

#include <algorithm>
#include <set>
#include <vector>

#include "base/utf.h"
#include "crdt/xml.h"

namespace tidemark::cli {

namespace {

using crdt::SharedType;
using crdt::TypeRef;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}

bool is_in_names(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
}

std::string name_from(std::string_view any) {
  std::string name(any);
  std::ranges::replace_if(
      name, [](char c) { return !is_in_names(c); }, '_');
  if (name.empty() || !is_letter(name.front())) name.insert(0, "_");
  return name;
}

enum class Place { kText, kAttribute };

// What readers would take for layout, and make something else of, is written as a number.
std::string escaped(std::string_view text, Place place) {
  const bool is_layout =
      place == Place::kAttribute || text.find_first_not_of(" \t\r\n") == std::string_view::npos;
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '"' && place == Place::kAttribute) {
      out += "&quot;";
    } else if (c == '\r' || ((c == '\t' || c == '\n') && is_layout) ||
               (c == ' ' && is_layout && place == Place::kText)) {
      out += "&#" + std::to_string(static_cast<int>(c)) + ";";
    } else if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') {
      out += kReplacement;
    } else if (text.substr(at, 3) == "\xEF\xBF\xBE" || text.substr(at, 3) == "\xEF\xBF\xBF") {
      out += kReplacement;
      at += 2;
    } else {
      out += c;
    }
  }
  return out;
}

std::string start_tag(const std::string& name, const crdt::AnyObject& attributes) {
  std::string out = "<" + name;
  std::set<std::string> used;
  for (const auto& [key, value] : attributes.members()) {
    std::string attribute = name_from(key);
    while (!used.insert(attribute).second) attribute += '_';
    const std::string* text = value.as_string();
    out.append(" ").append(attribute).append("=\"");
    out += escaped(text != nullptr ? *text : crdt::to_json(value), Place::kAttribute) + "\"";
  }
  return out + ">";
}

std::string embedded(const crdt::Any& value) {
  return "<embed>" + escaped(crdt::to_json(value), Place::kText) + "</embed>";
}

// Elements nest without end in documents of strangers, so what is still to be written waits on a
// stack of ours.
class Writer {
 public:
  std::string write(const SharedType& root) {
    add(root);
    while (!waiting_.empty()) {
      const Piece piece = std::move(waiting_.back());
      waiting_.pop_back();
      xml_ += piece.text;
      if (piece.type) expand(piece.type);
    }
    return std::move(xml_);
  }

 private:
  struct Piece {
    std::string text;
    SharedType type;
  };

  void add(std::string text) { waiting_.push_back({.text = std::move(text), .type = {}}); }
  void add(const SharedType& type) { waiting_.push_back({.text = {}, .type = type}); }

  void expand(const SharedType& type) {
    const size_t outer = waiting_.size();
    switch (type.kind()) {
      case TypeRef::kXmlFragment: add_children(type); break;
      case TypeRef::kXmlElement: add_element({type.document(), type.branch()}); break;
      case TypeRef::kText:
      case TypeRef::kXmlText: add_text({type.document(), type.branch()}); break;
      default: add(embedded(type.to_json()));
    }
    // The first piece goes on top.
    std::reverse(waiting_.begin() + static_cast<ptrdiff_t>(outer), waiting_.end());
  }

  void add_children(const SharedType& type) {
    const crdt::XmlFragment parent(type.document(), type.branch());
    for (const SharedType& child : parent.children()) add(child);
  }

  void add_element(const crdt::XmlElement& element) {
    const std::string name = name_from(element.node_name());
    add(start_tag(name, element.attributes()));
    add_children(element);
    add("</" + name + ">");
  }

  void add_text(const crdt::Text& text) {
    for (const crdt::DeltaOp& op : text.to_delta()) {
      std::string start;
      std::string end;
      for (const auto& [format, value] : op.attributes) {
        const crdt::AnyObject* members = value.as_object();
        const std::string name = name_from(format);
        start += start_tag(name, members != nullptr ? *members : crdt::AnyObject());
        end.insert(0, "</" + name + ">");
      }
      add(start + escaped(op.text, Place::kText));
      if (!op.content.empty()) add_embed(op.content.front());
      add(std::move(end));
    }
  }

  void add_embed(const crdt::Value& value) {
    if (value.type() != nullptr) {
      add(*value.type());
    } else {
      add(embedded(value.to_json()));
    }
  }

  std::string xml_;
  std::vector<Piece> waiting_;
};

}  // namespace

std::string write_xml(const SharedType& root) { return Writer().write(root); }

}  // namespace tidemark::cli
