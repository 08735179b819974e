// Brings text, JSON and XML from outside into a document, inside a transaction of the caller: what
// is equal stays, so that peers see as small a change as possible. On an error nothing has changed.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "crdt/doc.h"

namespace tidemark::cli {

// The root becomes this text; what both share at the beginning and the end is not touched. An empty
// name is the document's only text, or "text" where there is none.
Result<> absorb_text(crdt::Doc& doc, const std::string& root, std::string_view text);

// An object whose members are root types: a string is a text, an array an array, an object a map.
// Members of a map are set, others stay; arrays become what is given. Below these all is plain
// values.
Result<> absorb_json(crdt::Doc& doc, std::string_view json);

// Appends the elements and texts of a piece of XML to an XML fragment. An empty name is the
// document's only fragment, or "default" (Tiptap's) where there is none.
Result<> absorb_xml(crdt::Doc& doc, const std::string& root, std::string_view xml);

}  // namespace tidemark::cli
