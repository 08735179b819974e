// Well-formed XML of an XML type, for other programs and for read_xml(). Unlike to_string(), which
// is that of Yjs to the letter, it escapes what texts and values hold and keeps the case of names.
#pragma once

#include <string>

#include "crdt/shared_type.h"

namespace tidemark::cli {

//   fragment := (element | text)*           no element around them, and no declaration
//   element  := "<" name (" " name "=" '"' value '"')* ">" (element | text)* "</" name ">"
//
// A format is an element around its text, whose attributes are the members of its value. A value
// that is no string, and content that is neither text nor XML (in an element named embed), is
// written as JSON. In names, what XML does not allow there becomes "_"; elsewhere U+FFFD.
std::string write_xml(const crdt::SharedType& root);

}  // namespace tidemark::cli
