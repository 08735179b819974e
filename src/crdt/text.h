// Text with formatting attributes and embeds, as Y.Text. Positions count UTF-16 code units; an
// embed counts one. Embeds, attributes and names that others could not read are refused, as
// check_json_value() says, before anything is changed.
#pragma once

#include <span>

#include "crdt/live_range.h"
#include "crdt/shared_type.h"

namespace tidemark::crdt {

class Text : public SharedType {
 public:
  static constexpr Kinds kKinds = only(TypeRef::kText) | only(TypeRef::kXmlText);
  // Newlines that one delta may add by retaining what is not there.
  static constexpr uint32_t kMaxPadding = 1'000'000;
  Text() = default;
  Text(Document* document, uint32_t branch) : SharedType(document, branch, kKinds) {}

  // Inserts UTF-8 with the attributes in force at the index. kInvalid if the index exceeds the
  // length or the text is not UTF-8; nothing is inserted then.
  Result<> insert(uint32_t index, std::string_view utf8);
  // ... with exactly these attributes.
  Result<> insert(uint32_t index, std::string_view utf8, const Attributes& attributes);
  // An embed takes the attributes given; those in force and not given end before it.
  Result<> insert_embed(uint32_t index, const Any& embed, const Attributes& attributes = {});
  // A nested type as an embed; kInvalid also for a kind that there is not. `name` names an XML
  // element or hook; `fill` may give it its first content, which then comes before the formats that
  // end the attributes.
  Result<SharedType> insert_type(uint32_t index, TypeRef kind, std::string_view name = {},
                                 const Attributes& attributes = {},
                                 const std::function<void(SharedType)>& fill = {});
  // kInvalid if the range exceeds the text. A length of 0 does nothing, whatever the index.
  Result<> erase(uint32_t index, uint32_t length);
  Result<> format(uint32_t index, uint32_t length, const Attributes& attributes);
  // Inserts, retains and removes in one transaction. A retain beyond the end prolongs the text by
  // newlines, as Quill expects: kTooLarge if by more than kMaxPadding. An embed is the one value in
  // `content`: kInvalid for several, for a list's values and beside text.
  Result<> apply_delta(std::span<const DeltaOp> delta);

  // The text without embeds and formats.
  std::string to_string() const;
  Delta to_delta() const;
  // The same without a copy of the whole: pieces and embeds where they lie, with what is in force.
  LiveRange<TextRuns> runs() const { return LiveRange<TextRuns>(*this); }

  // Attributes of the type itself, not of a range. set_attribute_type() yields an empty handle
  // where Map::set_type() does.
  Result<> set_attribute(std::string_view name, const Any& value);
  SharedType set_attribute_type(std::string_view name, TypeRef kind,
                                std::string_view node_name = {});
  void remove_attribute(std::string_view name);
  std::optional<Any> attribute(std::string_view name) const;
  AnyObject attributes() const;

 protected:
  using SharedType::SharedType;
};

}  // namespace tidemark::crdt
