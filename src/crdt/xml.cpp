#include "crdt/xml.h"

#include "crdt/internal/document.h"
#include "crdt/internal/list.h"
#include "crdt/internal/rendering.h"

namespace tidemark::crdt {
namespace {

template <typename T>
Result<T> insert_child(Document& document, BranchHandle branch, uint32_t index,
                       const NewContent& content) {
  const Result<SharedType> made = insert_type_at(document, branch, index, content);
  if (!made) return tl::unexpected(made.error());
  return T(&document, made->branch());
}

}  // namespace

Result<XmlElement> XmlFragment::insert_element(uint32_t index, std::string_view node_name) {
  return insert_child<XmlElement>(*document(), branch_, index,
                                  type_content(TypeRef::kXmlElement, node_name));
}

Result<XmlText> XmlFragment::insert_text(uint32_t index) {
  return insert_child<XmlText>(*document(), branch_, index, type_content(TypeRef::kXmlText, {}));
}

Result<XmlHook> XmlFragment::insert_hook(uint32_t index, std::string_view hook_name) {
  return insert_child<XmlHook>(*document(), branch_, index,
                               type_content(TypeRef::kXmlHook, hook_name));
}

Result<> XmlFragment::erase(uint32_t index, uint32_t count) {
  return erase_range(*document(), branch_, index, count);
}

std::optional<SharedType> XmlFragment::child(uint32_t index) const {
  if (index >= length()) return std::nullopt;
  const PositionIndex::Place place = document()->find_unit(branch_, index);
  const Item& item = document()->store.items[place.item];
  if (item.ref() != Ref::kType) return std::nullopt;
  return SharedType(document(), item.content);
}

std::vector<SharedType> XmlFragment::children() const {
  std::vector<SharedType> children;
  const StructStore& store = document()->store;
  for (ItemHandle at = store.branches[branch_].start; at != kNone; at = store.items[at].right) {
    const Item& item = store.items[at];
    if (!item.is_deleted() && item.ref() == Ref::kType) {
      children.emplace_back(document(), item.content);
    }
  }
  return children;
}

std::string XmlElement::node_name() const { return crdt::node_name(*document(), branch_); }
Result<> XmlElement::set_attribute(std::string_view name, const Any& value) {
  return set_entry(*document(), branch_, name, value);
}
SharedType XmlElement::set_attribute_type(std::string_view name, TypeRef kind,
                                          std::string_view node_name) {
  return set_entry_type(*document(), branch_, name, type_content(kind, node_name));
}
void XmlElement::remove_attribute(std::string_view name) {
  erase_entry(*document(), branch_, name);
}
std::optional<Any> XmlElement::attribute(std::string_view name) const {
  return plain_entry(*document(), branch_, name);
}
AnyObject XmlElement::attributes() const { return entries_to_json(*document(), branch_); }

std::string XmlText::to_string() const { return xml_string(*document(), branch_); }

std::string XmlHook::hook_name() const { return crdt::node_name(*document(), branch_); }

}  // namespace tidemark::crdt
