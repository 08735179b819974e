// The first update of an empty document is mostly a whole stored one. Its structs become items as
// they are read, each client's in one run, and are linked afterwards in the order in which the
// general path would integrate them. Whatever needs more than that is left to the general path, and
// the document is then as empty as it was.
#include <algorithm>

#include "base/assert.h"
#include "base/sort.h"
#include "crdt/internal/document.h"
#include "crdt/internal/store/clock_buckets.h"
#include "crdt/internal/update/reader.h"

namespace tidemark::crdt {
namespace {

// Until an item is linked, its `left` says how its parent was named: not at all; as a root, the
// KeyId of whose name is in `right`; or as an item, whose client is in `right` and whose clock is
// in `parent`. `leaf_or_key` is the key, and the content of a type is a number in Load::types_.
enum Naming : ItemHandle { kInherited, kRoot, kItem };

constexpr size_t kMostTrusted = 0x40000000;

}  // namespace

class Document::Load {
 public:
  explicit Load(Document& document)
      : document_(document), store_(document.store), branch_count_(store_.branches.size()) {
    for (const Branch& branch : store_.branches) cleaned_.push_back(branch.cleans_formatting);
  }

  // False if the general path has to do it.
  template <typename Reader>
  Result<bool> run(Bytes update, uint64_t origin, const UpdateLimits& limits) {
    Reader reader(update, limits);
    update_bytes_ = static_cast<uint32_t>(std::min<size_t>(update.size(), kMostTrusted));
    store_.pool.reserve(update_bytes_);
    const bool is_fit = read(reader) && reader.read_delete_set(deletes_);
    if (is_fit && reader.ok() && !sections_.empty()) return finish(origin);
    abandon();
    if (!reader.ok()) return tl::unexpected(reader.error());
    return false;
  }

 private:
  // The items of one client that came in one section.
  struct Section {
    uint64_t id = 0;
    ClientIndex client = kNoClient;
    ItemHandle first = kNone;
    ItemHandle at = kNone;
    ItemHandle end = kNone;
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

  template <typename Reader>
  bool read(Reader& reader) {
    StructView view;
    PlainStruct plain;
    while (true) {
      while (reader.next_plain(plain)) {
        if (!add(plain)) return false;
      }
      if (reader.structs_left() == 0 && !sections_.empty()) end_section();
      const bool is_new = reader.structs_left() == 0;
      if (!reader.next(view)) return reader.ok();
      if (is_new && !begin_section(view, reader.structs_left() + 1)) return false;
      claim_.note(view);
      if (!add(view)) return false;
    }
  }

  // Everything is read.
  Result<bool> finish(uint64_t origin) {
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

  bool begin_section(const StructView& view, uint64_t count) {
    const ClientIndex client = store_.add_client(view.id.client);
    if (view.id.clock != store_.clients[client].state) return false;
    const ItemHandle next = store_.items.size();
    // A count may lie, but not by more than the bytes can hold, or than a run of columns is worth.
    const auto expected = static_cast<uint32_t>(std::min<uint64_t>(count, update_bytes_));
    store_.items.reserve(next + expected);
    Section& section = sections_.emplace_back();
    section.id = view.id.client;
    section.client = client;
    section.first = section.at = section.end = next;
    return true;
  }

  void end_section() {
    Section& section = sections_.back();
    section.end = store_.items.size();
    Client& client = store_.clients[section.client];
    client.directory.append(section.first, section.end);
    client.state = store_.items[section.end - 1].end_clock();
  }

  // What no item can hold can only wait.
  static bool is_beyond(const WireId& id) { return id.clock > 0xffffffff; }

  Item& add_item(uint32_t clock, uint32_t len, Ref ref) {
    Item& item = store_.items[store_.items.add()];
    item.clock = clock;
    item.len = len;
    item.assign_client(sections_.back().client, ref);
    item.origin_client_and_flags = kNoClient;
    item.origin_clock = item.right_origin_clock = 0;
    item.right_origin_client = kNoClient;
    item.left = item.right = item.leaf_or_key = kNone;
    item.parent = kNone;
    item.content = 0;
    return item;
  }

  // It came without its content.
  void note_deleted(Item& item) {
    item.set(Item::kDeleted);
    store_.clients[item.client()].deleted.add(item.clock, item.len);
    if (!item.is_gc()) tombstones_.push_back({item.client(), item.clock, item.len});
  }

  // Mostly who is named is who names.
  ClientIndex index_of(uint64_t client) {
    const Section& section = sections_.back();
    return client == section.id ? section.client : store_.add_client(client);
  }
  void name_origin(Item& item, const WireId& id) {
    item.assign_origin(index_of(id.client), static_cast<uint32_t>(id.clock));
  }
  void name_right_origin(Item& item, const WireId& id) {
    item.right_origin_client = index_of(id.client);
    item.right_origin_clock = static_cast<uint32_t>(id.clock);
  }

  bool add(const PlainStruct& plain) {
    if ((plain.has_origin && is_beyond(plain.origin)) ||
        (plain.has_right_origin && is_beyond(plain.right_origin))) {
      return false;
    }
    Item& item = add_item(plain.clock, plain.len, plain.ref);
    if (plain.has_origin) name_origin(item, plain.origin);
    if (plain.has_right_origin) name_right_origin(item, plain.right_origin);
    item.left = kInherited;
    if (plain.ref == Ref::kString) {
      store_.assign_text(item, plain.text);
    } else {
      note_deleted(item);
    }
    return true;
  }

  bool add(const StructView& view) {
    const bool names_beyond =
        (view.has_origin && is_beyond(view.origin)) ||
        (view.has_right_origin && is_beyond(view.right_origin)) ||
        (view.parent == StructView::Parent::kItem && is_beyond(view.parent_item));
    if (view.ref == Ref::kSkip || names_beyond) return false;
    const ItemHandle handle = store_.items.size();
    Item& item =
        add_item(static_cast<uint32_t>(view.id.clock), static_cast<uint32_t>(view.len), view.ref);
    if (view.ref != Ref::kGc) name_neighbours(item, view);
    if (view.ref == Ref::kType) {
      const KeyId name = view.text.data() == nullptr ? kNone : store_.intern(view.text);
      item.content = static_cast<uint32_t>(types_.size());
      types_.push_back({view.type, name});
    } else if (view.ref == Ref::kString && !view.starts_with_replacement &&
               !view.ends_with_replacement) {
      store_.assign_text(item, view.text);
    } else if (view.is_item() && view.ref != Ref::kDeleted) {
      document_.fill_content(handle, view);
    }
    if (view.ref == Ref::kGc || view.ref == Ref::kDeleted) note_deleted(item);
    return true;
  }

  void name_neighbours(Item& item, const StructView& view) {
    if (view.has_origin) name_origin(item, view.origin);
    if (view.has_right_origin) name_right_origin(item, view.right_origin);
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
    compact_stable_sort(sections_.begin(), sections_.end(),
                        [](const Section& a, const Section& b) { return a.id > b.id; });
    for (const Section& section : sections_) {
      const bool is_all =
          store_.items[section.first].clock == 0 &&
          store_.items[section.end - 1].end_clock() == store_.clients[section.client].state;
      if (is_all) clocks_.add(store_, section.client, section.first, section.end);
    }
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
    if (section.at == section.first && linked_[section.client] == 0) {
      store_.note_arrival(store_.clients[section.client]);
    }
    do {
      if (section.at == section.end) break;
      const Item& item = store_.items[section.at];
      if (const ClientIndex other = missing_for(item, section.client); other != kNoClient) {
        return descend(other);
      }
      const uint32_t end_clock = item.end_clock();
      if (!item.is_gc() && !place_plain(section)) place(section);
      linked_[section.client] = end_clock;
      ++section.at;
    } while (stack_.size() == 1);
    leave(section);
    return true;
  }

  void leave(Section& section) {
    section.is_on_stack = false;
    stack_.pop_back();
  }

  // The client of a neighbour or parent that is not linked yet; kNoClient if there is none. Of the
  // item's own client all that it names is.
  ClientIndex missing_for(const Item& item, ClientIndex own) const {
    const auto is_missing = [this, own](ClientIndex client, uint32_t clock) {
      return client != own && client != kNoClient && clock >= linked_[client];
    };
    if (is_missing(item.origin_client(), item.origin_clock)) return item.origin_client();
    if (is_missing(item.right_origin_client, item.right_origin_clock)) {
      return item.right_origin_client;
    }
    if (!item.is_gc() && item.left == kItem && is_missing(item.right, item.parent)) {
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

  // As Document's, but quick while nothing is cut.
  ItemHandle clean_end(ClientIndex client, uint32_t clock) {
    const ItemHandle handle = clocks_.find(store_, client, clock);
    const Item& item = store_.items[handle];
    if (item.is_gc() || clock == item.last_clock()) return handle;
    document_.split(handle, clock - item.clock + 1);
    return handle;
  }

  ItemHandle clean_start(ClientIndex client, uint32_t clock) {
    const ItemHandle handle = clocks_.find(store_, client, clock);
    const Item& item = store_.items[handle];
    if (item.is_gc() || clock == item.clock) return handle;
    return document_.split(handle, clock - item.clock);
  }

  ItemHandle left_of(const Section& section, const Item& item) {
    if (!item.has_origin()) return kNone;
    const bool follows = section.at > section.first && item.origin_client() == section.client &&
                         item.origin_clock + 1 == item.clock;
    // The one before has been linked, and may have been cut since.
    if (follows && store_.items[section.at - 1].end_clock() == item.clock) return section.at - 1;
    return clean_end(item.origin_client(), item.origin_clock);
  }

  ItemHandle right_of(Section& section, const Item& item) {
    if (!item.has_right_origin()) return kNone;
    const ClientIndex client = item.right_origin_client;
    const uint32_t clock = item.right_origin_clock;
    if (section.right_client != client || section.right_clock != clock) {
      section.right = clean_start(client, clock);
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
    // A format may have come, or a branch that moved all others.
    plain_ = kNone;
  }

  // What becomes of nearly all: values in a root's list, between two whole items that nobody else
  // has put anything between. False of others.
  bool place_plain(Section& section) {
    Item* const items = store_.items.begin();
    Item& item = items[section.at];
    if (item.left != kInherited || !is_value(item.ref())) return false;
    ItemHandle left = kNone;
    ItemHandle right = kNone;
    if (item.has_origin()) {
      left = section.at - 1;
      const bool follows = section.at > section.first && item.origin_client() == section.client &&
                           items[left].last_clock() == item.origin_clock;
      if (!follows) left = clocks_.find(store_, item.origin_client(), item.origin_clock);
      if (items[left].last_clock() != item.origin_clock || items[left].is_gc()) return false;
    }
    if (item.has_right_origin()) {
      right = section.right;
      if (section.right_client != item.right_origin_client ||
          section.right_clock != item.right_origin_clock) {
        right = clocks_.find(store_, item.right_origin_client, item.right_origin_clock);
        if (items[right].clock != item.right_origin_clock) return false;
        section.right = right;
        section.right_client = item.right_origin_client;
        section.right_clock = item.right_origin_clock;
      }
      if (items[right].is_gc()) return false;
    }
    const Item& neighbour = items[left != kNone ? left : right];
    if (neighbour.has(Item::kHasKey) || !is_plain(neighbour.parent)) return false;
    Branch& branch = store_.branches[neighbour.parent];
    ItemHandle& link = left != kNone ? items[left].right : branch.start;
    if (link != right) return false;
    ++store_.links;
    link = section.at;
    if (right != kNone) items[right].left = section.at;
    item.parent = neighbour.parent;
    item.left = left;
    item.right = right;
    branch.length += item.visible_len();
    return true;
  }

  // Whether the branch is a root whose list nobody indexes or follows.
  bool is_plain(BranchHandle handle) {
    if (handle == plain_) return true;
    if (handle == kNone) return false;
    const Branch& branch = store_.branches[handle];
    if (branch.item != kNone || branch.tree != kNone || branch.cleans_formatting ||
        document_.observers_->has(Observers::Kind::kHistory)) {
      return false;
    }
    plain_ = handle;
    return true;
  }

  static bool is_value(Ref ref) {
    return ref == Ref::kString || ref == Ref::kDeleted || ref == Ref::kAny || ref == Ref::kEmbed ||
           ref == Ref::kBinary || ref == Ref::kJson;
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
  uint32_t update_bytes_ = 0;
  RuleClaim claim_;
  size_t branch_count_;
  std::vector<uint8_t> cleaned_;
  std::vector<Section> sections_;
  std::vector<Type> types_;
  std::vector<TransactionRecord::Deleted> tombstones_;
  DeleteSet deletes_;
  ClockBuckets clocks_;
  BranchHandle plain_ = kNone;      // see is_plain()
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
  return Load(*this).run<Reader>(update, origin, limits);
}

template Result<bool> Document::load<UpdateReaderV1>(Bytes, uint64_t, const UpdateLimits&);
template Result<bool> Document::load<UpdateReaderV2>(Bytes, uint64_t, const UpdateLimits&);

}  // namespace tidemark::crdt
