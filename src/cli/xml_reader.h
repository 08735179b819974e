// Reads XML, that of write_xml() and more: elements, attributes, text and the five named entities
// beside numbered ones. Comments, instructions and the document type are passed over.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "crdt/xml.h"

namespace tidemark::cli {

struct XmlNode {
  std::string name;  // empty: a text
  std::string text;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<XmlNode> children;
};

// kMalformed, with the place, if it is not well formed.
Result<std::vector<XmlNode>> read_xml(std::string_view xml);

Result<> append_nodes(crdt::XmlFragment to, const std::vector<XmlNode>& nodes);

}  // namespace tidemark::cli
