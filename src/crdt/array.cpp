#include "crdt/array.h"

#include <algorithm>

#include "crdt/internal/document.h"
#include "crdt/internal/list.h"
#include "crdt/internal/rendering.h"

namespace tidemark::crdt {
namespace {

Result<> check_index(const Array& array, uint32_t index) {
  if (array.document()->store.branches[array.branch()].is_dead) {
    return failure(ErrorCode::kInvalid, "array: it was deleted");
  }
  if (index > array.length()) {
    return failure(ErrorCode::kInvalid, "array: the index exceeds the length");
  }
  return {};
}

Result<> check_values(std::span<const Any> values) {
  const auto is_map_only = [](const Any& value) {
    return value.is_undefined() || value.as_bigint() != nullptr;
  };
  if (values.size() > kMaxInsert) return failure(ErrorCode::kTooLarge, "array: too many values");
  if (std::any_of(values.begin(), values.end(), is_map_only)) {
    return failure(ErrorCode::kInvalid, "array: undefined and 64-bit integers go into maps only");
  }
  for (const Any& value : values) {
    if (Result<> checked = check_value(value); !checked) return checked;
  }
  return {};
}

void insert_subdocument_after(Document& document, BranchHandle branch, ItemHandle left,
                              const Subdocument& subdocument) {
  const Buffer options = encoded(subdocument.options);
  NewContent content;
  content.ref = Ref::kDoc;
  content.text = subdocument.guid;
  content.payload = options;
  content.is_wanted = subdocument.should_load;
  const StructStore& store = document.store;
  const ItemHandle right = left == kNone ? store.branches[branch].start : store.items[left].right;
  document.insert_listed(branch, left, right, content);
}

}  // namespace

Result<> Array::insert(uint32_t index, std::span<const Any> values) {
  if (Result<> checked = check_index(*this, index); !checked) return checked;
  if (Result<> checked = check_values(values); !checked) return checked;
  if (values.empty()) return {};
  document()->begin(0);
  insert_values(*document(), branch_, document()->item_before(branch_, index), values);
  document()->end();
  return {};
}

Result<> Array::push(std::span<const Any> values) {
  if (Result<> checked = check_index(*this, 0); !checked) return checked;
  if (Result<> checked = check_values(values); !checked) return checked;
  if (values.empty()) return {};
  document()->begin(0);
  insert_values(*document(), branch_, document()->last_item(branch_), values);
  document()->end();
  return {};
}

Result<SharedType> Array::insert_type(uint32_t index, TypeRef kind, std::string_view name) {
  return insert_type_at(*document(), branch_, index, type_content(kind, name));
}

Result<SharedType> Array::push_type(TypeRef kind, std::string_view name) {
  if (Result<> checked = check_index(*this, 0); !checked) return tl::unexpected(checked.error());
  if (Result<> checked = check_type(kind, name); !checked) return tl::unexpected(checked.error());
  document()->begin(0);
  const ItemHandle made = document()->insert_listed(branch_, document()->last_item(branch_), kNone,
                                                    type_content(kind, name));
  const SharedType type(document(), document()->store.items[made].content);
  document()->end();
  return type;
}

Result<> Array::insert_subdocument(uint32_t index, const Subdocument& subdocument) {
  if (Result<> checked = check_index(*this, index); !checked) return checked;
  if (Result<> checked = check_subdocument(subdocument); !checked) return checked;
  document()->begin(0);
  insert_subdocument_after(*document(), branch_, document()->item_before(branch_, index),
                           subdocument);
  document()->end();
  return {};
}

Result<> Array::push_subdocument(const Subdocument& subdocument) {
  if (Result<> checked = check_index(*this, 0); !checked) return checked;
  if (Result<> checked = check_subdocument(subdocument); !checked) return checked;
  document()->begin(0);
  insert_subdocument_after(*document(), branch_, document()->last_item(branch_), subdocument);
  document()->end();
  return {};
}

Result<> Array::erase(uint32_t index, uint32_t count) {
  return erase_range(*document(), branch_, index, count);
}

std::optional<Value> Array::at(uint32_t index) const {
  if (index >= length()) return std::nullopt;
  const PositionIndex::Place place = document()->find_unit(branch_, index);
  return value_at(*document(), document()->store.items[place.item], place.offset);
}

std::vector<Value> Array::values() const {
  std::vector<Value> values;
  const StructStore& store = document()->store;
  for (ItemHandle at = store.branches[branch_].start; at != kNone; at = store.items[at].right) {
    if (store.items[at].visible_len() > 0) append_values(*document(), store.items[at], values);
  }
  return values;
}

}  // namespace tidemark::crdt
