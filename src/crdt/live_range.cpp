#include "crdt/live_range.h"

#include <algorithm>

#include "base/assert.h"
#include "base/utf.h"
#include "crdt/internal/document.h"
#include "crdt/internal/rendering.h"

namespace tidemark::crdt {
namespace {

// As a format does when it is passed: null takes the attribute away.
void pass_format(Attributes& attributes, const std::string& key, Any value) {
  const auto same = std::find_if(attributes.begin(), attributes.end(),
                                 [&](const auto& attribute) { return attribute.first == key; });
  if (value.is_null()) {
    if (same != attributes.end()) attributes.erase(same);
  } else if (same != attributes.end()) {
    same->second = std::move(value);
  } else {
    attributes.emplace_back(key, std::move(value));
  }
}

}  // namespace

LiveSource::LiveSource(const SharedType& type)
    : type_(type), changes_(type.document()->liveness.change_count()) {}

Document& LiveSource::document() const {
  Document& document = *type_.document();
  const bool nobody_edited_since_the_range_began = document.liveness.change_count() == changes_;
  TM_ASSERT(nobody_edited_since_the_range_began);
  return document;
}

// --- text

TextRuns::TextRuns(const SharedType& text)
    : LiveSource(text), item_(document().store.branches[branch()].start) {
  settle();
}

void TextRuns::advance() {
  item_ = document().store.items[item_].right;
  run_.index += run_.length;
  settle();
}

// On to what is content.
void TextRuns::settle() {
  Document& document = this->document();
  const StructStore& store = document.store;
  for (; item_ != kNone; item_ = store.items[item_].right) {
    const Item& item = store.items[item_];
    if (item.is_deleted()) continue;
    if (item.ref() == Ref::kFormat) {
      pass_format(run_.attributes, store.key(store.span(item).key), decoded(store.payload(item)));
    } else if (item.visible_len() > 0) {
      const bool is_text = item.ref() == Ref::kString;
      run_.length = item.len;
      run_.text = is_text ? store.text(item) : std::string_view();
      run_.embed.reset();
      if (!is_text) run_.embed = value_at(document, item, 0);
      return;
    }
  }
}

// --- lists

ListElements::ListElements(const SharedType& list)
    : LiveSource(list), item_(document().store.branches[branch()].start) {
  settle();
}

void ListElements::advance() {
  const StructStore& store = document().store;
  if (++offset_ == store.items[item_].len) {
    item_ = store.items[item_].right;
    offset_ = 0;
  }
  settle();
}

void ListElements::settle() {
  Document& document = this->document();
  const StructStore& store = document.store;
  while (item_ != kNone && store.items[item_].visible_len() == 0) item_ = store.items[item_].right;
  if (item_ == kNone) return;
  const Item& item = store.items[item_];
  if (item.ref() != Ref::kAny) {
    if (offset_ == 0) {
      decoded_.clear();
      append_values(document, item, decoded_);
    }
    value_ = std::move(decoded_[offset_]);
    return;
  }
  if (offset_ == 0) encoded_ = Decoder(store.payload(item));
  Any value;
  TM_ASSERT(decode_any(encoded_, value));
  value_ = Value(std::move(value));
}

// --- maps

MapEntries::MapEntries(const SharedType& map) : LiveSource(map) { settle(); }

void MapEntries::advance() {
  ++number_;
  settle();
}

void MapEntries::settle() {
  Document& document = this->document();
  const StructStore& store = document.store;
  const Branch& map = store.branches[branch()];
  const size_t count = map.entries == nullptr ? 0 : map.entries->entries().size();
  for (; number_ < count; ++number_) {
    const KeyId key = map.entries->entries()[number_].key;
    std::optional<Value> value = entry_value(document, branch(), key);
    if (!value) continue;
    entry_ = {store.key(key), *std::move(value)};
    return;
  }
  is_at_end_ = true;
}

// --- XML

XmlChildren::XmlChildren(const SharedType& parent)
    : LiveSource(parent), item_(document().store.branches[branch()].start) {
  settle();
}

void XmlChildren::advance() {
  item_ = document().store.items[item_].right;
  settle();
}

void XmlChildren::settle() {
  Document& document = this->document();
  const StructStore& store = document.store;
  for (; item_ != kNone; item_ = store.items[item_].right) {
    const Item& item = store.items[item_];
    if (item.is_deleted() || item.ref() != Ref::kType) continue;
    child_ = SharedType(&document, item.content);
    return;
  }
}

}  // namespace tidemark::crdt
