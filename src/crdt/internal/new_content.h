// What a new local item is to hold, until it is integrated.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "crdt/internal/update/struct_view.h"

namespace tidemark::crdt {

struct NewContent {
  Ref ref = Ref::kAny;
  uint32_t len = 1;
  std::string_view text;  // String: UTF-8; Format: key; Doc: guid; Type: node name, if it has one
  Bytes payload;          // encoded values; Binary: the bytes
  TypeRef type = TypeRef::kUnknown;
  uint32_t identity = 0;   // Format: of the value, if it is handed on from another format
  bool is_wanted = false;  // Doc: whether this replica wants its content
};

}  // namespace tidemark::crdt
