#include "crdt/internal/formatting.h"

#include <algorithm>

#include "base/assert.h"
#include "crdt/internal/update/wire.h"

namespace tidemark::crdt {
namespace {

constexpr uint8_t kNullBytes[] = {kNullTag};

bool is_scalar(Bytes any) { return !any.empty() && any[0] != kObjectTag && any[0] != kArrayTag; }

// The formats of one gap between contents: from `start` to `end`.
class Gap {
 public:
  Gap(Document& document, ItemHandle start) : document_(document), start_(start), end_(start) {
    const StructStore& store = document_.store;
    while (end_ != kNone && (!store.items[end_].is_countable() || store.items[end_].is_deleted())) {
      const Item& item = store.items[end_];
      if (!item.is_deleted() && item.ref() == Ref::kFormat) note_last(store.span(item).key, end_);
      end_ = store.items[end_].right;
    }
  }

  // Deletes formats that a later one of the gap overrides or that repeat what was in force before.
  // `current` describes the place `reached`; it follows what happens up to there.
  void clean(ItemHandle reached, const AttributeMap& before, AttributeMap& current) {
    StructStore& store = document_.store;
    bool has_reached = false;
    for (ItemHandle at = start_; at != end_; at = store.items[at].right) {
      if (at == reached) has_reached = true;
      const Item& item = store.items[at];
      if (item.is_deleted() || item.ref() != Ref::kFormat) continue;
      const KeyId key = store.span(item).key;
      const AttributeValue said = format_value(store, item);
      const Buffer copy = copy_of(said.any);
      const AttributeValue value{copy, said.identity};
      const AttributeValue value_before = before.value_or_null(key);
      const bool repeats = is_same(value_before, value);
      if (last_of(key) != at || repeats) {
        document_.erase(at);
        if (!has_reached && is_same(current.value_or_null(key), value) && !repeats) {
          current.pass(key, value_before);
        }
      }
      if (!has_reached && !store.items[at].is_deleted()) current.pass(key, value);
    }
  }

 private:
  struct Last {
    KeyId key;
    ItemHandle format;
  };
  void note_last(KeyId key, ItemHandle format) {
    for (Last& last : last_) {
      if (last.key == key) {
        last.format = format;
        return;
      }
    }
    last_.push_back({key, format});
  }
  ItemHandle last_of(KeyId key) const {
    for (const Last& last : last_) {
      if (last.key == key) return last.format;
    }
    return kNone;
  }

  Document& document_;
  ItemHandle start_;
  ItemHandle end_;
  std::vector<Last> last_;
};

}  // namespace

bool is_null_value(Bytes any) { return any.size() == 1 && any[0] == kNullTag; }

bool is_same(const AttributeValue& a, const AttributeValue& b) {
  if (is_scalar(a.any)) return equal(a.any, b.any);
  return a.identity != 0 && a.identity == b.identity;
}

bool is_equal(const AttributeValue& a, const AttributeValue& b) {
  if (is_same(a, b)) return true;
  if (is_scalar(a.any) || is_scalar(b.any)) return false;
  Any left;
  Any right;
  Decoder left_bytes(a.any);
  Decoder right_bytes(b.any);
  decode_any(left_bytes, left);
  decode_any(right_bytes, right);
  return equal_flat(left, right);
}

const AttributeMap::Entry* AttributeMap::find(KeyId key) const {
  for (const Entry& entry : entries_) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

AttributeValue AttributeMap::value_or_null(KeyId key) const {
  const Entry* entry = find(key);
  return entry == nullptr ? AttributeValue{kNullBytes} : entry->value();
}

void AttributeMap::assign(KeyId key, const AttributeValue& value) {
  for (Entry& entry : entries_) {
    if (entry.key == key) {
      entry.any.assign(value.any.begin(), value.any.end());
      entry.identity = value.identity;
      return;
    }
  }
  entries_.push_back({key, copy_of(value.any), value.identity});
}

void AttributeMap::assign_null(KeyId key) { assign(key, {kNullBytes}); }

void AttributeMap::erase(KeyId key) {
  std::erase_if(entries_, [key](const Entry& entry) { return entry.key == key; });
}

void AttributeMap::pass(KeyId key, const AttributeValue& value) {
  if (is_null_value(value.any)) {
    erase(key);
  } else {
    assign(key, value);
  }
}

AttributeValue format_value(const StructStore& store, const Item& item) {
  return {store.payload(item), store.span(item).identity};
}

TextCursor::TextCursor(Document& document, BranchHandle branch)
    : document_(document), branch_(branch), right_(document.store.branches[branch].start) {}

TextCursor::TextCursor(Document& document, BranchHandle branch, uint32_t index)
    : document_(document), branch_(branch) {
  StructStore& store = document_.store;
  left_ = document_.item_before(branch, index);
  right_ = left_ == kNone ? store.branches[branch].start : store.items[left_].right;
  if (left_ == kNone || !store.branches[branch].has_formatting) return;
  if (store.branches[branch].tree == kNone) {
    for (ItemHandle at = store.branches[branch].start; at != left_; at = store.items[at].right) {
      const Item& item = store.items[at];
      if (item.ref() != Ref::kFormat || item.is_deleted()) continue;
      current_.pass(store.span(item).key, format_value(store, item));
    }
    return;
  }
  FormatRun formats;
  store.index().formats_before(store.branches[branch].tree, left_, formats);
  for (const auto& [key, format, is_fresh] : formats.entries()) {
    if (format != kNone) current_.assign(key, format_value(store, store.items[format]));
  }
}

void TextCursor::forward() {
  TM_ASSERT(right_ != kNone);
  if (right_is_format() && !right_item().is_deleted()) current_.pass(right_key(), right_value());
  left_ = right_;
  right_ = right_item().right;
}

// A run of tombstones may be long, and where no formats can stand among them need not be walked.
void TextCursor::pass_tombstones() {
  if (document_.store.branches[branch_].has_formatting) return forward();
  document_.skip_tombstones(branch_, left_, right_);
}

void TextCursor::put(const NewContent& content) {
  right_ = document_.insert_listed(branch_, left_, right_, content);
  forward();
}

void TextCursor::put_format(const AttributeMap::Entry& format) {
  // The key's text is stable, the value is copied: neither lies in the pool.
  NewContent content;
  content.ref = Ref::kFormat;
  content.text = document_.store.key(format.key);
  content.payload = format.any;
  content.identity = format.identity;
  put(content);
}

// Formats that say what is wanted anyway, and tombstones, are passed.
void TextCursor::skip_matching(const AttributeMap& attributes) {
  while (right_ != kNone) {
    if (right_item().is_deleted()) {
      pass_tombstones();
      continue;
    }
    if (!right_is_format() || !is_equal(attributes.value_or_null(right_key()), right_value())) {
      return;
    }
    forward();
  }
}

AttributeMap TextCursor::put_attributes(const AttributeMap& attributes) {
  AttributeMap negated;
  for (const AttributeMap::Entry& wanted : attributes.entries()) {
    const AttributeValue in_force = current_.value_or_null(wanted.key);
    if (is_equal(in_force, wanted.value())) continue;
    negated.assign(wanted.key, in_force);
    put_format(wanted);
  }
  return negated;
}

void TextCursor::put_negated(AttributeMap negated) {
  while (right_ != kNone) {
    if (!right_item().is_deleted()) {
      if (!right_is_format()) break;
      const AttributeMap::Entry* wanted = negated.find(right_key());
      if (wanted == nullptr || !is_equal(wanted->value(), right_value())) break;
      negated.erase(right_key());
    }
    forward();
  }
  for (const AttributeMap::Entry& entry : negated.entries()) put_format(entry);
}

void TextCursor::insert(const NewContent& content, AttributeMap attributes,
                        const std::function<void(ItemHandle)>& fill) {
  for (const AttributeMap::Entry& entry : current_.entries()) {
    if (attributes.find(entry.key) == nullptr) attributes.assign_null(entry.key);
  }
  skip_matching(attributes);
  AttributeMap negated = put_attributes(attributes);
  put(content);
  if (fill) fill(left_);
  put_negated(std::move(negated));
}

// One step of format(): false where nothing more is to be done.
bool TextCursor::format_right(uint32_t& units, const AttributeMap& attributes,
                              AttributeMap& negated) {
  if (right_item().is_deleted()) return true;
  if (!right_is_format()) {
    const uint32_t len = right_item().len;
    if (units < len && right_item().is_countable()) {
      document_.split(right_, units);
      units = 0;
    } else {
      units -= std::min(units, len);
    }
    return true;
  }
  const KeyId key = right_key();
  const AttributeValue value = right_value();
  const AttributeMap::Entry* wanted = attributes.find(key);
  if (wanted == nullptr) {
    current_.assign(key, value);
    return true;
  }
  if (is_equal(wanted->value(), value)) {
    negated.erase(key);
  } else {
    if (units == 0) return false;
    negated.assign(key, value);
  }
  document_.erase(right_);
  return true;
}

void TextCursor::format(uint32_t units, const AttributeMap& attributes) {
  skip_matching(attributes);
  AttributeMap negated = put_attributes(attributes);
  while (right_ != kNone &&
         (units > 0 || (!negated.is_empty() && (right_item().is_deleted() || right_is_format())))) {
    if (!format_right(units, attributes, negated)) break;
    forward();
  }
  if (units > 0) {
    const std::string newlines(units, '\n');
    NewContent content;
    content.ref = Ref::kString;
    content.len = units;
    content.text = newlines;
    put(content);
  }
  put_negated(std::move(negated));
}

void TextCursor::erase(uint32_t units) {
  const AttributeMap before = current_;
  const ItemHandle start = right_;
  while (units > 0 && right_ != kNone) {
    const Item& item = right_item();
    if (item.is_deleted()) {
      pass_tombstones();
      continue;
    }
    if (item.ref() == Ref::kString || item.ref() == Ref::kEmbed || item.ref() == Ref::kType) {
      if (units < item.len) document_.split(right_, units);
      units -= right_item().len;
      document_.erase(right_);
    }
    forward();
  }
  if (start != kNone && document_.store.branches[branch_].has_formatting) {
    Gap(document_, start).clean(right_, before, current_);
  }
}

namespace {

// Yjs goes on through the whole text. But each gap that it looks at after this one begins with the
// content before it, and so is empty: only formats before all content are ever removed.
void clean_text(Document& document, BranchHandle branch) {
  const StructStore& store = document.store;
  const ItemHandle start = store.branches[branch].start;
  const AttributeMap before;
  AttributeMap current;
  for (ItemHandle at = start; at != kNone; at = store.items[at].right) {
    const Item& item = store.items[at];
    if (item.is_deleted()) continue;
    if (item.ref() != Ref::kFormat) return Gap(document, start).clean(at, before, current);
    current.pass(store.span(item).key, format_value(store, item));
  }
}

// Of several live formats with one key in the gap around a deleted item only the rightmost counts;
// that holds without knowing what was in force before the gap.
void clean_gap_around(Document& document, ItemHandle at) {
  StructStore& store = document.store;
  const auto is_gap = [&store](ItemHandle handle) {
    return store.items[handle].is_deleted() || !store.items[handle].is_countable();
  };
  while (store.items[at].right != kNone && is_gap(store.items[at].right)) {
    at = store.items[at].right;
  }
  std::vector<KeyId> seen;
  for (; at != kNone && is_gap(at); at = store.items[at].left) {
    const Item& item = store.items[at];
    if (item.is_deleted() || item.ref() != Ref::kFormat) continue;
    const KeyId key = store.span(item).key;
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
      document.erase(at);
    } else {
      seen.push_back(key);
    }
  }
}

class RemoteCleanup {
 public:
  RemoteCleanup(Document& document, const TransactionRecord& remote)
      : document_(document), remote_(remote) {}

  void run() {
    find_new_formats();
    document_.begin(0);
    for (const ClientIndex client : remote_.deleted_clients) {
      for (const TransactionRecord::Deleted& range : remote_.deleted_of(client)) {
        visit_deleted(range);
      }
    }
    for (const BranchHandle branch : whole_) clean_text(document_, branch);
    document_.end();
  }

 private:
  bool is_whole(BranchHandle branch) const {
    return std::find(whole_.begin(), whole_.end(), branch) != whole_.end();
  }
  void clean_whole(BranchHandle branch) {
    if (!is_whole(branch)) whole_.push_back(branch);
  }

  template <typename F>
  void for_each_item(ClientIndex client, uint32_t clock, uint32_t end, F&& f) {
    const Directory& directory = document_.store.clients[client].directory;
    for (Directory::Position place = directory.find(clock);; place = directory.next(place)) {
      if (directory.at(place).clock >= end) return;
      f(directory.at(place).item);
      if (directory.is_last(place)) return;
    }
  }

  void find_new_formats() {
    for (size_t i = 0; i < remote_.own_touched; ++i) {
      const TransactionRecord::Touched touched = remote_.touched[i];
      const uint32_t end = document_.store.clients[touched.client].state;
      for_each_item(touched.client, touched.before, end, [this](ItemHandle handle) {
        const Item& item = document_.store.items[handle];
        if (!item.is_deleted() && item.ref() == Ref::kFormat) clean_whole(item.parent);
      });
    }
  }

  void visit_deleted(const TransactionRecord::Deleted& range) {
    for_each_item(range.client, range.clock, range.clock + range.len, [this](ItemHandle handle) {
      const Item& item = document_.store.items[handle];
      if (item.is_gc() || !document_.store.branches[item.parent].cleans_formatting) return;
      if (is_whole(item.parent)) return;
      if (item.ref() == Ref::kFormat) {
        clean_whole(item.parent);
      } else {
        clean_gap_around(document_, handle);
      }
    });
  }

  Document& document_;
  const TransactionRecord& remote_;
  std::vector<BranchHandle> whole_;  // texts to go through from the start
};

}  // namespace

void clean_formatting(Document& document, const TransactionRecord& remote) {
  for (const BranchHandle branch : remote.formatted) {
    const ItemHandle holder = document.store.branches[branch].item;
    if (holder == kNone || !document.store.items[holder].is_deleted()) {
      RemoteCleanup(document, remote).run();
      return;
    }
  }
}

}  // namespace tidemark::crdt
