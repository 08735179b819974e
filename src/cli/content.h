// What a document says, in the forms that people and other programs read: its root types as text,
// as XML and as JSON, and its whole state as an update.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crdt/doc.h"
#include "crdt/update.h"

namespace tidemark::cli {

enum class Format { kText, kJson, kXml, kUpdateV1, kUpdateV2 };

// By its word, else by what the file's name ends in; nullopt if neither tells.
std::optional<Format> format_of(std::string_view word, std::string_view file);
inline bool is_update(Format format) {
  return format == Format::kUpdateV1 || format == Format::kUpdateV2;
}

// Updates do not name the kinds of roots: what a root holds tells what it most likely is.
struct Root {
  std::string name;
  crdt::SharedType type;
};
std::vector<Root> roots_of(crdt::Doc& doc);
std::string_view name_of(crdt::TypeRef kind);

// The text in a type: that of an XML tree has a line for each element that holds text.
std::string text_of(const crdt::SharedType& type);
crdt::Any json_of(crdt::Doc& doc);

// `root` chooses one for text and XML; empty: the only one that has text. kInvalid, with the names
// there are, if it does not tell which.
Result<Buffer> render(crdt::Doc& doc, Format format, const std::string& root);

// One update of that format and nothing behind it. The error says what the bytes are not.
Result<> check_update(Bytes bytes, crdt::UpdateFormat format);

// V1 or V2, by what decodes as a whole.
Result<crdt::UpdateFormat> detect_update(Bytes bytes);

}  // namespace tidemark::cli
