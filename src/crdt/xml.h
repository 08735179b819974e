// XML-shaped documents, as Y.XmlFragment, Y.XmlElement, Y.XmlText and Y.XmlHook: what rich-text
// editors with a tree schema store.
#pragma once

#include "crdt/map.h"
#include "crdt/shared_type.h"
#include "crdt/text.h"

namespace tidemark::crdt {

class XmlElement;
class XmlText;
class XmlHook;

class XmlFragment : public SharedType {
 public:
  static constexpr Kinds kKinds = only(TypeRef::kXmlFragment) | only(TypeRef::kXmlElement);
  XmlFragment() = default;
  XmlFragment(Document* document, uint32_t branch) : SharedType(document, branch, kKinds) {}

  // kInvalid if the index exceeds the number of children.
  Result<XmlElement> insert_element(uint32_t index, std::string_view node_name);
  Result<XmlText> insert_text(uint32_t index);
  Result<XmlHook> insert_hook(uint32_t index, std::string_view hook_name);
  // As Array::erase().
  Result<> erase(uint32_t index, uint32_t length);

  std::optional<SharedType> child(uint32_t index) const;
  std::vector<SharedType> children() const;
  // The same, one by one.
  LiveRange<XmlChildren> each_child() const { return LiveRange<XmlChildren>(*this); }

 protected:
  using SharedType::SharedType;
};

class XmlElement : public XmlFragment {
 public:
  static constexpr Kinds kKinds = only(TypeRef::kXmlElement);
  XmlElement() = default;
  XmlElement(Document* document, uint32_t branch) : XmlFragment(document, branch, kKinds) {}

  std::string node_name() const;
  Result<> set_attribute(std::string_view name, const Any& value);
  // An empty handle where Map::set_type() yields one.
  SharedType set_attribute_type(std::string_view name, TypeRef kind,
                                std::string_view node_name = {});
  void remove_attribute(std::string_view name);
  std::optional<Any> attribute(std::string_view name) const;
  AnyObject attributes() const;
};

class XmlText : public Text {
 public:
  static constexpr Kinds kKinds = only(TypeRef::kXmlText);
  XmlText() = default;
  XmlText(Document* document, uint32_t branch) : Text(document, branch, kKinds) {}

  // With formats as tags around the text.
  std::string to_string() const;
};

class XmlHook : public Map {
 public:
  static constexpr Kinds kKinds = only(TypeRef::kXmlHook);
  XmlHook() = default;
  XmlHook(Document* document, uint32_t branch) : Map(document, branch, kKinds) {}

  std::string hook_name() const;
};

}  // namespace tidemark::crdt
