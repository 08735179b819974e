#include "crdt/internal/update/column_writers.h"

#include "base/utf.h"

namespace tidemark::crdt {

void StringColumnWriter::write(std::string_view text) {
  append(text);
  end_string(utf16_length(text));
}

void StringColumnWriter::clear() {
  text_.clear();
  row_ = {};
  lengths_.clear();
}

}  // namespace tidemark::crdt
