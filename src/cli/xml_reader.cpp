#include "cli/xml_reader.h"

#include <charconv>

#include "base/utf.h"

namespace tidemark::cli {

namespace {

// Deeper trees would exhaust the stack of what reads them later.
constexpr size_t kMaxDepth = 200;

constexpr std::string_view kSpace = " \t\r\n";

class Reader {
 public:
  explicit Reader(std::string_view xml) : xml_(xml) {}

  Result<std::vector<XmlNode>> read() {
    std::vector<XmlNode> top;
    std::vector<XmlNode> open;
    while (at_ < xml_.size() && ok_) {
      std::vector<XmlNode>& siblings = open.empty() ? top : open.back().children;
      if (xml_[at_] != '<') {
        read_text(siblings);
      } else if (skip("<!--")) {
        skip_through("-->");
      } else if (skip("<?")) {
        skip_through("?>");
      } else if (skip("<!")) {
        skip_through(">");
      } else if (skip("</")) {
        close(open, top);
      } else {
        read_element(open, siblings);
      }
    }
    if (ok_ && !open.empty()) fail("the element " + open.back().name + " is not closed");
    if (!ok_) {
      return failure(ErrorCode::kMalformed,
                     "this is not XML: byte " + std::to_string(at_) + ": " + problem_);
    }
    return top;
  }

 private:
  void fail(std::string problem) {
    if (ok_) problem_ = std::move(problem);
    ok_ = false;
  }

  bool skip(std::string_view token) {
    if (!xml_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  void skip_through(std::string_view end) {
    const size_t found = xml_.find(end, at_);
    if (found == std::string_view::npos) return fail(std::string(end) + " is missing");
    at_ = found + end.size();
  }

  void skip_space() { at_ = std::min(xml_.find_first_not_of(kSpace, at_), xml_.size()); }

  std::string read_name() {
    const size_t end = std::min(xml_.find_first_of(" \t\r\n=/>\"'<", at_), xml_.size());
    if (end == at_) fail("a name is missing");
    const std::string_view name = xml_.substr(at_, end - at_);
    at_ = end;
    return std::string(name);
  }

  // White space between elements is layout; inside a text it is content.
  void read_text(std::vector<XmlNode>& siblings) {
    const size_t end = std::min(xml_.find('<', at_), xml_.size());
    const std::string_view raw = xml_.substr(at_, end - at_);
    if (raw.find_first_not_of(kSpace) != std::string_view::npos) {
      siblings.emplace_back().text = decode(raw);
    }
    at_ = end;
  }

  void read_element(std::vector<XmlNode>& open, std::vector<XmlNode>& siblings) {
    at_ += 1;
    XmlNode element;
    element.name = read_name();
    for (skip_space(); ok_ && at_ < xml_.size() && xml_[at_] != '>' && xml_[at_] != '/';
         skip_space()) {
      read_attribute(element);
    }
    const bool is_empty = skip("/");
    if (!skip(">")) return fail("> is missing");
    if (open.size() >= kMaxDepth) return fail("elements nest too deeply");
    if (is_empty) {
      siblings.push_back(std::move(element));
    } else {
      open.push_back(std::move(element));
    }
  }

  void read_attribute(XmlNode& element) {
    std::string name = read_name();
    skip_space();
    if (!skip("=")) return fail("= is missing");
    skip_space();
    const char quote = at_ < xml_.size() ? xml_[at_] : '\0';
    if (quote != '"' && quote != '\'') return fail("a value needs quotes");
    const size_t end = xml_.find(quote, at_ + 1);
    if (end == std::string_view::npos) return fail("a quote is missing");
    element.attributes.emplace_back(std::move(name), decode(xml_.substr(at_ + 1, end - at_ - 1)));
    at_ = end + 1;
  }

  void close(std::vector<XmlNode>& open, std::vector<XmlNode>& top) {
    const std::string name = read_name();
    skip_space();
    if (!skip(">")) return fail("> is missing");
    if (open.empty() || open.back().name != name) return fail("</" + name + "> closes nothing");
    XmlNode done = std::move(open.back());
    open.pop_back();
    (open.empty() ? top : open.back().children).push_back(std::move(done));
  }

  std::string decode(std::string_view raw) {
    std::string out;
    while (!raw.empty()) {
      const size_t end = raw[0] == '&' ? raw.find(';') : std::min(raw.find('&'), raw.size());
      if (end == std::string_view::npos) {
        fail("& begins no entity; write &amp;");
        return out;
      }
      if (raw[0] == '&') {
        append_entity(out, raw.substr(1, end - 1));
        raw.remove_prefix(end + 1);
      } else {
        out += raw.substr(0, end);
        raw.remove_prefix(end);
      }
    }
    return out;
  }

  void append_entity(std::string& out, std::string_view name) {
    constexpr std::pair<std::string_view, char> kNamed[] = {
        {"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
    for (const auto& [known, character] : kNamed) {
      if (name == known) return out.push_back(character);
    }
    const bool is_hex = name.starts_with("#x");
    uint32_t point = 0;
    if (name.starts_with('#')) name.remove_prefix(is_hex ? 2 : 1);
    const auto [rest, error] =
        std::from_chars(name.data(), name.data() + name.size(), point, is_hex ? 16 : 10);
    const bool is_scalar = point > 0 && point < 0x110000 && (point < 0xD800 || point > 0xDFFF);
    if (error != std::errc() || rest != name.data() + name.size() || !is_scalar) {
      return fail("an entity is unknown");
    }
    append_code_point(out, point);
  }

  std::string_view xml_;
  size_t at_ = 0;
  bool ok_ = true;
  std::string problem_;
};

}  // namespace

Result<std::vector<XmlNode>> read_xml(std::string_view xml) {
  if (!is_valid_utf8(xml)) return failure(ErrorCode::kMalformed, "the XML is not UTF-8");
  return Reader(xml).read();
}

Result<> append_nodes(crdt::XmlFragment to, const std::vector<XmlNode>& nodes) {
  for (const XmlNode& node : nodes) {
    const uint32_t end = to.length();
    if (node.name.empty()) {
      const auto text = to.insert_text(end);
      if (!text) return tl::unexpected(text.error());
      if (auto done = crdt::XmlText(*text).insert(0, node.text); !done) return done;
      continue;
    }
    auto element = to.insert_element(end, node.name);
    if (!element) return tl::unexpected(element.error());
    for (const auto& [name, value] : node.attributes) {
      element->set_attribute(name, crdt::Any(value));
    }
    if (auto done = append_nodes(*element, node.children); !done) return done;
  }
  return {};
}

}  // namespace tidemark::cli
