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
  using SharedType::SharedType;

  // kInvalid if the index exceeds the number of children.
  Result<XmlElement> insert_element(uint32_t index, std::string_view node_name);
  Result<XmlText> insert_text(uint32_t index);
  Result<XmlHook> insert_hook(uint32_t index, std::string_view hook_name);
  Result<> erase(uint32_t index, uint32_t length);

  std::optional<SharedType> child(uint32_t index) const;
  std::vector<SharedType> children() const;
  // The same, one by one.
  LiveRange<XmlChildren> each_child() const { return LiveRange<XmlChildren>(*this); }
};

class XmlElement : public XmlFragment {
 public:
  using XmlFragment::XmlFragment;

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
  using Text::Text;

  // With formats as tags around the text.
  std::string to_string() const;
};

class XmlHook : public Map {
 public:
  using Map::Map;

  std::string hook_name() const;
};

}  // namespace tidemark::crdt
