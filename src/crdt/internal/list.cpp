#include "crdt/internal/list.h"

#include "base/utf.h"
#include "crdt/internal/rendering.h"

namespace tidemark::crdt {

Result<> check_name(std::string_view name) {
  if (is_valid_utf8(name)) return {};
  return failure(ErrorCode::kInvalid, "name: not UTF-8");
}

Result<> check_type(TypeRef kind, std::string_view name) {
  if (is_kind(kind)) return check_name(name);
  return failure(ErrorCode::kInvalid, "type: there is no such kind");
}

Result<> check_subdocument(const Subdocument& subdocument) {
  if (Result<> checked = check_name(subdocument.guid); !checked) return checked;
  if (Result<> checked = check_value(subdocument.options); !checked) return checked;
  if (subdocument.options.as_object() != nullptr) return {};
  return failure(ErrorCode::kInvalid, "subdocument: its options are no object");
}

NewContent type_content(TypeRef kind, std::string_view name) {
  NewContent content;
  content.ref = Ref::kType;
  content.type = kind;
  if (kind == TypeRef::kXmlElement || kind == TypeRef::kXmlHook) {
    content.text = name.data() == nullptr ? std::string_view("") : name;
  }
  return content;
}

void insert_values(Document& document, BranchHandle branch, ItemHandle left,
                   std::span<const Any> values) {
  StructStore& store = document.store;
  const ItemHandle right = left == kNone ? store.branches[branch].start : store.items[left].right;
  Encoder run;
  uint32_t run_length = 0;
  const auto pack = [&] {
    if (run_length == 0) return;
    NewContent content;
    content.ref = Ref::kAny;
    content.len = run_length;
    content.payload = run.bytes();
    left = document.insert_listed(branch, left, right, content);
    run.clear();
    run_length = 0;
  };
  for (const Any& value : values) {
    const Buffer* binary = value.as_binary();
    if (binary == nullptr) {
      encode_any(run, value);
      ++run_length;
      continue;
    }
    pack();
    NewContent content;
    content.ref = Ref::kBinary;
    content.payload = *binary;
    left = document.insert_listed(branch, left, right, content);
  }
  pack();
}

Result<SharedType> insert_type_at(Document& document, BranchHandle branch, uint32_t index,
                                  const NewContent& content) {
  if (document.store.branches[branch].is_dead || index > document.store.branches[branch].length) {
    return failure(ErrorCode::kInvalid, "list: the index exceeds the length");
  }
  if (const Result<> checked = check_type(content.type, content.text); !checked) {
    return tl::unexpected(checked.error());
  }
  document.begin(0);
  const ItemHandle left = document.item_before(branch, index);
  const StructStore& store = document.store;
  const ItemHandle right = left == kNone ? store.branches[branch].start : store.items[left].right;
  const ItemHandle made = document.insert_listed(branch, left, right, content);
  const SharedType type(&document, store.items[made].content);
  document.end();
  return type;
}

Result<> erase_range(Document& document, BranchHandle branch, uint32_t index, uint32_t count) {
  if (count == 0) return {};
  StructStore& store = document.store;
  const uint32_t length = store.branches[branch].length;
  if (index > length || count > length - index) {
    return failure(ErrorCode::kInvalid, "list: the range exceeds the length");
  }
  document.begin(0);
  // Straight to the first unit: a queue has any number of tombstones in front of it.
  const PositionIndex::Place first = document.find_unit(branch, index);
  ItemHandle at = first.offset == 0 ? first.item : document.split(first.item, first.offset);
  while (count > 0) {
    const uint32_t len = store.items[at].visible_len();
    if (len > 0) {
      if (count < len) document.split(at, count);
      count -= store.items[at].len;
      document.erase(at);
    }
    at = store.items[at].right;
  }
  document.end();
  return {};
}

namespace {

Result<> entries_are_gone() {
  return failure(ErrorCode::kInvalid, "map: it was deleted, or what has the attribute");
}

}  // namespace

Result<> set_entry(Document& document, BranchHandle branch, std::string_view key,
                   const Any& value) {
  if (document.store.branches[branch].is_dead) return entries_are_gone();
  if (Result<> checked = check_name(key); !checked) return checked;
  if (Result<> checked = check_value(value); !checked) return checked;
  NewContent content;
  const Buffer* binary = value.as_binary();
  const Buffer payload = binary == nullptr ? encoded(value) : Buffer();
  content.ref = binary == nullptr ? Ref::kAny : Ref::kBinary;
  content.payload = binary == nullptr ? payload : *binary;
  if (binary == nullptr && document.set_plain(branch, document.store.find_key(key), payload)) {
    return {};
  }
  document.begin(0);
  document.insert_keyed(branch, document.store.intern(key), content);
  document.end();
  return {};
}

Result<> set_entry_subdocument(Document& document, BranchHandle branch, std::string_view key,
                               const Subdocument& subdocument) {
  if (document.store.branches[branch].is_dead) return entries_are_gone();
  if (Result<> checked = check_name(key); !checked) return checked;
  if (Result<> checked = check_subdocument(subdocument); !checked) return checked;
  const Buffer options = encoded(subdocument.options);
  NewContent content;
  content.ref = Ref::kDoc;
  content.text = subdocument.guid;
  content.payload = options;
  content.is_wanted = subdocument.should_load;
  document.begin(0);
  document.insert_keyed(branch, document.store.intern(key), content);
  document.end();
  return {};
}

SharedType set_entry_type(Document& document, BranchHandle branch, std::string_view key,
                          const NewContent& content) {
  if (document.store.branches[branch].is_dead) return {};
  if (!check_name(key) || !check_type(content.type, content.text)) return {};
  document.begin(0);
  const ItemHandle made = document.insert_keyed(branch, document.store.intern(key), content);
  const SharedType type(&document, document.store.items[made].content);
  document.end();
  return type;
}

void erase_entry(Document& document, BranchHandle branch, std::string_view key) {
  const KeyId id = document.store.find_key(key);
  const ItemHandle last =
      id == kNone ? kNone : document.store.entry(document.store.branches[branch], id);
  if (last == kNone || document.unset_plain(branch, id)) return;
  document.begin(0);
  document.erase(last);
  document.end();
}

std::optional<Any> plain_entry(Document& document, BranchHandle branch, std::string_view key) {
  const KeyId id = document.store.find_key(key);
  if (id == kNone) return std::nullopt;
  const std::optional<Value> value = entry_value(document, branch, id);
  if (!value || value->any() == nullptr) return std::nullopt;
  return *value->any();
}

}  // namespace tidemark::crdt
