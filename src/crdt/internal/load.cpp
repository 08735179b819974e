// The first update of an empty document is mostly a whole stored one. Its structs become items as
// they are read, each client's in one run, and are linked afterwards in the order in which the
// general path would integrate them. Whatever needs more than that is left to the general path, and
// the document is then as empty as it was.
#include <algorithm>

#include "base/assert.h"
#include "crdt/internal/document.h"
#include "crdt/internal/update/reader.h"

namespace tidemark::crdt {
namespace {

// Until an item is linked, its `left` says how its parent was named: not at all; as a root, the
// KeyId of whose name is in `right`; or as an item, whose client is in `right` and whose clock is
// in `parent`. `leaf_or_key` is the key, and the content of a type is a number in Load::types_.
enum Naming : ItemHandle { kInherited, kRoot, kItem };

}  // namespace

template <typename Reader>
class Document::Load {
 public:
  explicit Load(Document& document)
      : document_(document), store_(document.store), branch_count_(store_.branches.size()) {
    for (const Branch& branch : store_.branches) cleaned_.push_back(branch.cleans_formatting);
  }

  // False if the general path has to do it.
  Result<bool> run(Bytes update, uint64_t origin, const UpdateLimits& limits) {
    Reader reader(update, limits);
    const bool is_fit = read(reader) && reader.read_delete_set(deletes_);
    if (!is_fit || !reader.ok() || sections_.empty()) {
      abandon();
      if (!reader.ok()) return tl::unexpected(reader.error());
      return false;
    }
    if (const Result<> accepted = document_.rule_.accept(claim_); !accepted) {
      abandon();
      return tl::unexpected(accepted.error());
    }
    document_.begin(origin, false);
    TransactionRecord& record = document_.open();
    for (ClientIndex client = 0; client < store_.clients.size(); ++client) {
      store_.clients[client].epoch = record.epoch;
      store_.clients[client].before = 0;
      if (store_.clients[client].state > 0) record.touched.push_back({client, 0});
    }
    const bool is_linked = link();
    if (is_linked) {
      // What came deleted is news only to those who clean formatting up.
      if (!record.formatted.empty()) {
        record.deleted.insert(record.deleted.begin(), tombstones_.begin(), tombstones_.end());
      }
      if (!is_all_deleted()) document_.apply_deletes(deletes_);
    } else {
      record.reset(origin, false, record.epoch);
      abandon();
    }
    document_.end();
    if (is_linked) document_.fit();
    return is_linked;
  }

 private:
  // The items of one client that came in one section.
  struct Section {
    ClientIndex client;
    ItemHandle first;
    ItemHandle at;
    ItemHandle end;
    bool is_on_stack = false;
    // The item at which the latest right origin begins, which is often that of the next one, too.
    ItemHandle right = kNone;
    ClientIndex right_client = kNoClient;
    uint32_t right_clock = 0;
  };
  struct Type {
    TypeRef kind;
    KeyId name;
  };

  bool read(Reader& reader) {
    StructView view;
    while (true) {
      const bool is_new = reader.structs_left() == 0;
      if (!reader.next(view)) return reader.ok();
      if (is_new && !begin_section(view, reader.structs_left() + 1)) return false;
      claim_.note(view);
      if (!add(view)) return false;
      sections_.back().end = store_.items.size();
    }
  }

  bool begin_section(const StructView& view, uint64_t count) {
    const ClientIndex client = store_.add_client(view.id.client);
    if (view.id.clock != store_.clients[client].state) return false;
    const ItemHandle next = store_.items.size();
    // A count may lie; more than this many are not worth the trust.
    constexpr uint64_t kTrusted = 256;
    const auto expected = static_cast<uint32_t>(std::min(count, kTrusted));
    store_.items.reserve(next + expected);
    store_.clients[client].directory.reserve(expected);
    sections_.push_back({client, next, next, next});
    return true;
  }

  bool add(const StructView& view) {
    constexpr uint64_t kMaxClock = 0xffffffff;
    const bool is_beyond =
        (view.has_origin && view.origin.clock > kMaxClock) ||
        (view.has_right_origin && view.right_origin.clock > kMaxClock) ||
        (view.parent == StructView::Parent::kItem && view.parent_item.clock > kMaxClock);
    if (view.ref == Ref::kSkip || is_beyond) return false;
    const ItemHandle handle = store_.items.add();
    const ClientIndex client = sections_.back().client;
    Item& item = store_.items[handle];
    item.clock = static_cast<uint32_t>(view.id.clock);
    item.len = static_cast<uint32_t>(view.len);
    item.assign_client(client, view.ref);
    item.origin_client_and_flags = kNoClient;
    item.origin_clock = item.right_origin_clock = 0;
    item.right_origin_client = kNoClient;
    item.left = item.right = item.leaf_or_key = kNone;
    item.parent = kNone;
    item.content = 0;
    if (view.ref != Ref::kGc) name_neighbours(item, view);
    if (view.ref == Ref::kType) {
      const KeyId name = view.text.data() == nullptr ? kNone : store_.intern(view.text);
      item.content = static_cast<uint32_t>(types_.size());
      types_.push_back({view.type, name});
    } else if (view.is_item()) {
      document_.fill_content(handle, view, 0);
    }
    if (view.ref == Ref::kGc || view.ref == Ref::kDeleted) {
      item.set(Item::kDeleted);
      store_.clients[client].deleted.add(item.clock, item.len);
    }
    if (view.ref == Ref::kDeleted) tombstones_.push_back({client, item.clock, item.len});
    store_.clients[client].directory.push_back(item.clock, handle);
    store_.clients[client].state += item.len;
    return true;
  }

  void name_neighbours(Item& item, const StructView& view) {
    if (view.has_origin) {
      item.assign_origin(store_.add_client(view.origin.client),
                         static_cast<uint32_t>(view.origin.clock));
    }
    if (view.has_right_origin) {
      item.right_origin_client = store_.add_client(view.right_origin.client);
      item.right_origin_clock = static_cast<uint32_t>(view.right_origin.clock);
    }
    item.left = kInherited;
    if (view.parent == StructView::Parent::kRoot) {
      item.left = kRoot;
      item.right = store_.intern(view.root_name);
    } else if (view.parent == StructView::Parent::kItem) {
      item.left = kItem;
      item.right = store_.add_client(view.parent_item.client);
      item.parent = static_cast<uint32_t>(view.parent_item.clock);
    }
    if (view.has_key && view.parent != StructView::Parent::kInherited) {
      item.leaf_or_key = store_.intern(view.key);
    }
  }

  // The order is that of Application. False if something is missing.
  bool link() {
    linked_.assign(store_.clients.size(), 0);
    section_of_.assign(store_.clients.size(), 0);
    for (size_t i = 0; i < sections_.size(); ++i) {
      stack_.assign(1, i);
      sections_[i].is_on_stack = true;
      while (!stack_.empty()) {
        if (!step()) return false;
      }
    }
    return true;
  }

  bool step() {
    Section& section = sections_[stack_.back()];
    if (section.at == section.end) {
      leave(section);
      return true;
    }
    const Item& item = store_.items[section.at];
    if (const ClientIndex other = missing_for(item); other != kNoClient) return descend(other);
    const uint32_t end_clock = item.end_clock();
    if (!item.is_gc()) place(section);
    linked_[section.client] = end_clock;
    ++section.at;
    if (stack_.size() > 1) leave(section);
    return true;
  }

  void leave(Section& section) {
    section.is_on_stack = false;
    stack_.pop_back();
  }

  // The client of a neighbour or parent that is not linked yet; kNoClient if there is none.
  ClientIndex missing_for(const Item& item) const {
    if (item.has_origin() && item.origin_clock >= linked_[item.origin_client()]) {
      return item.origin_client();
    }
    if (item.has_right_origin() && item.right_origin_clock >= linked_[item.right_origin_client]) {
      return item.right_origin_client;
    }
    if (!item.is_gc() && item.left == kItem && item.parent >= linked_[item.right]) {
      return item.right;
    }
    return kNoClient;
  }

  bool descend(ClientIndex client) {
    // The first that is not done: bytes from elsewhere may give a client several.
    size_t& i = section_of_[client];
    while (i < sections_.size() &&
           (sections_[i].client != client || sections_[i].at == sections_[i].end)) {
      ++i;
    }
    if (i == sections_.size() || sections_[i].is_on_stack) return false;
    sections_[i].is_on_stack = true;
    stack_.push_back(i);
    return true;
  }

  ItemHandle left_of(const Section& section, const Item& item) {
    if (!item.has_origin()) return kNone;
    const bool follows = section.at > section.first && item.origin_client() == section.client &&
                         item.origin_clock + 1 == item.clock;
    // The one before has been linked, and may have been cut since.
    if (follows && store_.items[section.at - 1].end_clock() == item.clock) return section.at - 1;
    return document_.clean_end(item.origin_client(), item.origin_clock);
  }

  ItemHandle right_of(Section& section, const Item& item) {
    if (!item.has_right_origin()) return kNone;
    const ClientIndex client = item.right_origin_client;
    const uint32_t clock = item.right_origin_clock;
    if (section.right_client != client || section.right_clock != clock) {
      section.right = document_.clean_start(client, clock);
      section.right_client = client;
      section.right_clock = clock;
    }
    return section.right;
  }

  // The branch, or kNone if it is gone. The key may be the neighbour's.
  BranchHandle parent_of(const Item& item, ItemHandle left, ItemHandle right, KeyId& key) {
    if (item.left == kRoot) return store_.root(item.right);
    if (item.left == kItem) {
      const Item& holder = store_.items[store_.find(item.right, item.parent)];
      return holder.ref() == Ref::kType ? holder.content : kNone;
    }
    if (left == kNone && right == kNone) return kNone;
    const Item& neighbour = store_.items[left != kNone ? left : right];
    if (neighbour.has(Item::kHasKey)) key = neighbour.leaf_or_key;
    return neighbour.parent;
  }

  void place(Section& section) {
    const ItemHandle handle = section.at;
    // A cut makes a new item, which may move all of them.
    const Item raw = store_.items[handle];
    const ItemHandle left = left_of(section, raw);
    const ItemHandle right = right_of(section, raw);
    const bool lies_in_garbage = (left != kNone && store_.items[left].is_gc()) ||
                                 (right != kNone && store_.items[right].is_gc());
    KeyId key = raw.leaf_or_key;
    const BranchHandle parent = lies_in_garbage ? kNone : parent_of(raw, left, right, key);
    if (parent == kNone) return waste(handle);
    Item& item = store_.items[handle];
    item.left = item.right = kNone;
    item.parent = parent;
    item.leaf_or_key = key;
    if (key != kNone) item.set(Item::kHasKey);
    if (item.ref() == Ref::kType) {
      const Type& type = types_[item.content];
      const BranchHandle branch = store_.new_branch(type.kind, handle, type.name);
      item.content = branch;
    }
    document_.link_among(handle, left, right);
    document_.take_effect(handle);
  }

  // Its place is gone: nothing of it is left but its clocks.
  void waste(ItemHandle handle) {
    Item& item = store_.items[handle];
    if (!item.is_deleted()) store_.clients[item.client()].deleted.add(item.clock, item.len);
    item.set(Item::kDeleted);
    document_.bury(handle);
  }

  // Mostly, because what was deleted has been collected.
  bool is_all_deleted() {
    for (const DeleteSet::Client& deleted : deletes_.clients()) {
      const ClientIndex client = store_.find_client(deleted.id);
      if (client == kNoClient) return false;
      const std::vector<DeletedRanges::Range>& known = store_.clients[client].deleted.order();
      const auto is_same = [](const DeletedRanges::Range& ours, const ClockRange& theirs) {
        return ours.clock == theirs.first && ours.end() == theirs.end;
      };
      if (!std::equal(known.begin(), known.end(), deleted.ranges.begin(), deleted.ranges.end(),
                      is_same)) {
        return false;
      }
    }
    return true;
  }

  void abandon() {
    store_.forget_items(branch_count_);
    for (size_t i = 0; i < branch_count_; ++i) {
      Branch& branch = store_.branches[i];
      branch.has_formatting = false;
      branch.cleans_formatting = cleaned_[i] != 0;
    }
  }

  Document& document_;
  StructStore& store_;
  RuleClaim claim_;
  size_t branch_count_;
  std::vector<uint8_t> cleaned_;
  std::vector<Section> sections_;
  std::vector<Type> types_;
  std::vector<TransactionRecord::Deleted> tombstones_;
  DeleteSet deletes_;
  std::vector<uint32_t> linked_;    // of each client, the clocks below this
  std::vector<size_t> section_of_;  // of each client, at most the number of its first open section
  std::vector<size_t> stack_;
};

bool Document::may_load() const {
  const bool is_heard = observers_->has(Observers::Kind::kUpdateV1) ||
                        observers_->has(Observers::Kind::kUpdateV2) ||
                        observers_->has(Observers::Kind::kSubdocuments) || !observers_->is_empty();
  return uses_fast_paths && depth_ == 0 && is_idle() && store.clients.empty() && !has_pending() &&
         !is_heard;
}

template <typename Reader>
Result<bool> Document::load(Bytes update, uint64_t origin, const UpdateLimits& limits) {
  return Load<Reader>(*this).run(update, origin, limits);
}

template Result<bool> Document::load<UpdateReaderV1>(Bytes, uint64_t, const UpdateLimits&);
template Result<bool> Document::load<UpdateReaderV2>(Bytes, uint64_t, const UpdateLimits&);

}  // namespace tidemark::crdt
