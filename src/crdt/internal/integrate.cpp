// How items come into a document and leave it: YATA integration (Nicolaescu, Jahns, Derntl and
// Klamma, "Near real-time peer-to-peer shared editing on extensible data types", 2016) as Yjs 13.6
// carries it out, and deletion.
#include <algorithm>

#include "base/assert.h"
#include "base/utf.h"
#include "crdt/internal/document.h"
#include "crdt/internal/update/struct_cut.h"

namespace tidemark::crdt {

void Document::touch(ClientIndex index) {
  Client& client = store.clients[index];
  const uint32_t age = open_->epoch - client.epoch;
  if (age == 0) return;
  // Those that began before the client was touched last have heard of it then.
  for (size_t number = queue_.size(); number-- > 0;) {
    TransactionRecord& record = queue_[number];
    if (open_->epoch - record.epoch >= age) break;
    record.touched.push_back({index, client.state});
  }
  client.epoch = open_->epoch;
  client.before = client.state;
}

void Document::note_change(BranchHandle handle, KeyId key) {
  Branch& branch = store.branches[handle];
  const bool wants_cleanup = !open_->is_local && branch.cleans_formatting &&
                             (branch.kind == TypeRef::kText || branch.kind == TypeRef::kXmlText);
  const bool wants_change = !observers_->is_empty() || observers_->has(Observers::Kind::kHistory);
  if (!wants_cleanup && !wants_change) return;
  if (branch.item != kNone) {
    // What a new or a deleted type holds is no change to anybody.
    const Item& holder = store.items[branch.item];
    const Client& client = store.clients[holder.client()];
    const uint32_t before = client.epoch == open_->epoch ? client.before : client.state;
    if (holder.clock >= before || holder.is_deleted()) return;
  }
  if (wants_cleanup && (open_->formatted.empty() || open_->formatted.back() != handle)) {
    open_->formatted.push_back(handle);
  }
  if (!wants_change) return;
  if (key == kNone) {
    if (branch.changed_epoch == open_->epoch) return;
    branch.changed_epoch = open_->epoch;
  }
  open_->changed.push_back({handle, key});
}

void Document::append_to_client(ItemHandle handle) {
  const Item& item = store.items[handle];
  touch(item.client());
  TM_ASSERT(store.clients[item.client()].state == item.clock);
  store.append(handle);
}

ItemHandle Document::clean_end(ClientIndex client, uint32_t clock) {
  const ItemHandle handle = store.find(client, clock);
  const Item& item = store.items[handle];
  if (!item.is_gc() && clock != item.last_clock()) split(handle, clock - item.clock + 1);
  return handle;
}

ItemHandle Document::clean_start(ClientIndex client, uint32_t clock) {
  const ItemHandle handle = store.find(client, clock);
  const Item& item = store.items[handle];
  if (item.is_gc() || clock == item.clock) return handle;
  return split(handle, clock - item.clock);
}

ItemHandle Document::split(ItemHandle handle, uint32_t offset) {
  const ItemHandle right = store.split(handle, offset);
  const Item& item = store.items[right];
  open_->merge_candidates.push_back({item.client(), item.clock});
  // What undo brings back of a key may be several values in one item, of which the last one counts.
  // Yjs would leave the others alive where nothing reaches them any more.
  if (item.has(Item::kHasKey) && !item.is_deleted()) erase(handle);
  return right;
}

ItemHandle Document::first_in_chain(BranchHandle parent, KeyId key) const {
  ItemHandle at = store.entry(store.branches[parent], key);
  while (at != kNone && store.items[at].left != kNone) at = store.items[at].left;
  return at;
}

void Document::enter() {
  if (own_client_ == kNoClient) own_client_ = store.add_client(client_id_);
  if (store.clients[own_client_].state > 0) return;
  rule_.settle();
  if (rule() == IntegrationRule::kFugueMax) claim_rule();
}

void Document::claim_rule() {
  const BranchHandle root = store.root(store.intern(kFugueMaxRoot));
  const ItemHandle handle = store.new_item_between({root}, own_client_, Ref::kDeleted, 1);
  link_among(handle, kNone, kNone);
  append_to_client(handle);
  // No more than its place was ever there, so that nobody hears of a deletion, or undoes it.
  store.items[handle].set(Item::kDeleted);
  store.clients[own_client_].deleted.add(0, 1);
}

namespace {

bool has_same_list(const Item& a, const Item& b) {
  return a.parent == b.parent && a.has(Item::kHasKey) == b.has(Item::kHasKey) &&
         (!a.has(Item::kHasKey) || a.leaf_or_key == b.leaf_or_key);
}

// What the item's writer put at the same place just before, if nothing else was linked since. The
// item comes to lie directly to its left: a scan goes the same way up to there.
ItemHandle twin_of(const StructStore& store, const ConflictMarks& marks, const Item& item) {
  if (marks.last == kNone || marks.links != store.links) return kNone;
  const Item& last = store.items[marks.last];
  const bool is_twin = last.client() == item.client() && last.end_clock() == item.clock &&
                       has_same_list(last, item) && has_same_origin(last, item) &&
                       has_same_right_origin(last, item);
  // It may have become a part of another since.
  return is_twin && store.find(item.client(), item.clock - 1) == marks.last ? marks.last : kNone;
}

// The item to whose right the other was put, which is mostly still its neighbour.
ItemHandle origin_of(const StructStore& store, const Item& item) {
  if (item.left != kNone) {
    const Item& left = store.items[item.left];
    if (left.client() == item.origin_client() && left.last_clock() == item.origin_clock) {
      return item.left;
    }
  }
  return store.find(item.origin_client(), item.origin_clock);
}

}  // namespace

// Where the item belongs among what others put at the same place concurrently: the item to its
// left.
ItemHandle Document::resolve_conflicts(const Item& item, ItemHandle left, ItemHandle right) {
  const Slab<Item>& items = store.items;
  ConflictMarks& marks = conflict_marks_.make();
  if (uses_fast_paths) {
    const ItemHandle twin = twin_of(store, marks, item);
    if (twin != kNone) return items[twin].left;
  }
  ItemHandle at;
  if (left != kNone) {
    at = items[left].right;
  } else if (item.has(Item::kHasKey)) {
    at = first_in_chain(item.parent, item.leaf_or_key);
  } else {
    at = store.branches[item.parent].start;
  }
  // Ties go to the smaller client id. Any rule would do, as long as all replicas have the same. As
  // long as each in turn goes first there is nothing to remember but where that began.
  const auto client_id = [this](ClientIndex client) { return store.clients[client].id; };
  const uint64_t id = client_id(item.client());
  const ItemHandle begin = at;
  while (at != kNone && at != right && has_same_origin(items[at], item) &&
         client_id(items[at].client()) < id) {
    left = at;
    at = items[at].right;
  }
  if (at == kNone || at == right) return left;
  ScanMarks& scanned = marks.scanned;
  ScanMarks& conflicting = marks.conflicting;
  scanned.begin(items.size());
  conflicting.begin(items.size());
  for (ItemHandle first = begin; first != at; first = items[first].right) scanned.add(first);
  for (; at != kNone && at != right; at = items[at].right) {
    scanned.add(at);
    conflicting.add(at);
    const Item& other = items[at];
    if (has_same_origin(other, item)) {
      if (client_id(other.client()) < id) {
        left = at;
        conflicting.clear();
      } else if (has_same_right_origin(other, item)) {
        break;
      }
    } else if (other.has_origin()) {
      const ItemHandle origin = origin_of(store, other);
      if (!scanned.contains(origin)) break;
      if (!conflicting.contains(origin)) {
        left = at;
        conflicting.clear();
      }
    } else {
      break;
    }
  }
  return left;
}

struct Document::Neighbours {
  ItemHandle left = kNone;
  ItemHandle right = kNone;
  BranchHandle parent = kNone;  // kNone: the place is gone, only a garbage struct can stand for it
  KeyId key = kNone;
};

void Document::resolve(const StructView& view, uint32_t offset, ClientIndex client,
                       Neighbours& out) {
  const auto clock_of = [](const WireId& id) { return static_cast<uint32_t>(id.clock); };
  if (view.has_origin)
    out.left = clean_end(store.find_client(view.origin.client), clock_of(view.origin));
  if (view.has_right_origin) {
    out.right =
        clean_start(store.find_client(view.right_origin.client), clock_of(view.right_origin));
  }
  if (offset > 0) {
    // The front is known already: what is left over continues it.
    out.left = clean_end(client, clock_of(view.id) + offset - 1);
  }
  const bool lies_in_garbage = (out.left != kNone && store.items[out.left].is_gc()) ||
                               (out.right != kNone && store.items[out.right].is_gc());
  if (lies_in_garbage) return;
  if (offset > 0) {
    // Whatever else the struct says, its rest lies where its front does.
    const Item& front = store.items[out.left];
    out.parent = front.parent;
    if (front.has(Item::kHasKey)) out.key = front.leaf_or_key;
  } else if (view.parent == StructView::Parent::kRoot) {
    out.parent = store.root(store.intern(view.root_name));
    if (view.has_key) out.key = store.intern(view.key);
  } else if (view.parent == StructView::Parent::kItem) {
    const Item& holder = store.items[store.find(store.find_client(view.parent_item.client),
                                                clock_of(view.parent_item))];
    if (holder.ref() != Ref::kType) return;
    out.parent = holder.content;
    if (view.has_key) out.key = store.intern(view.key);
  } else if (out.left != kNone || out.right != kNone) {
    const Item& neighbour = store.items[out.left != kNone ? out.left : out.right];
    out.parent = neighbour.parent;
    if (neighbour.has(Item::kHasKey)) out.key = neighbour.leaf_or_key;
  }
}

void Document::integrate_garbage(ClientIndex client, uint32_t clock, uint32_t len) {
  const ItemHandle handle = store.new_item();
  Item& item = store.items[handle];
  item = Item{};
  item.clock = clock;
  item.len = len;
  item.assign_client(client, Ref::kGc);
  item.assign_origin(kNoClient, 0);
  item.right_origin_client = kNoClient;
  item.left = item.right = item.parent = item.leaf_or_key = kNone;
  item.set(Item::kDeleted);
  store.clients[client].deleted.add(clock, len);
  append_to_client(handle);
}

void Document::fill_content(ItemHandle handle, const StructView& view) {
  Item& item = store.items[handle];
  switch (view.ref) {
    case Ref::kString:
      if (view.starts_with_replacement || view.ends_with_replacement) {
        std::string text(view.starts_with_replacement ? kReplacement : "");
        text += view.text;
        if (view.ends_with_replacement) text += kReplacement;
        store.assign_text(item, text);
      } else {
        store.assign_text(item, view.text);
      }
      return;
    case Ref::kType: {
      const KeyId name = view.text.data() == nullptr ? kNone : store.intern(view.text);
      const BranchHandle branch = store.new_branch(view.type, handle, name);
      store.items[handle].content = branch;
      return;
    }
    case Ref::kEmbed:
    case Ref::kFormat:
    case Ref::kDoc:
    case Ref::kAny:
    case Ref::kJson:
    case Ref::kBinary: {
      const KeyId key =
          view.ref == Ref::kFormat || view.ref == Ref::kDoc ? store.intern(view.text) : kNone;
      const uint32_t identity = view.ref == Ref::kFormat ? store.new_identity() : 0;
      if (view.payload_is_json) {
        Buffer value;
        TM_ASSERT(json_to_any(as_text(view.payload), value));  // the update was read before
        item.content = store.new_span(value, key, identity);
      } else {
        item.content = store.new_span(view.payload, key, identity);
      }
      item.set(Item::kHasSpan);
      return;
    }
    default: return;
  }
}

// Links an item whose parent, key and origins are known, between these two or, if others got there
// before, among them.
void Document::link_among(ItemHandle handle, ItemHandle left, ItemHandle right) {
  const Item& item = store.items[handle];
  const BranchHandle parent = item.parent;
  const KeyId key = item.has(Item::kHasKey) ? item.leaf_or_key : kNone;
  const bool is_undisputed = left != kNone ? store.items[left].right == right
                                           : right != kNone && store.items[right].left == kNone;
  if (!is_undisputed) {
    const bool is_in_tree = key == kNone && rule() == IntegrationRule::kFugueMax;
    left =
        is_in_tree ? fugue_tree_.place_of(item, left, right) : resolve_conflicts(item, left, right);
  }
  if (left != kNone) {
    right = store.items[left].right;
  } else if (key != kNone) {
    right = first_in_chain(parent, key);
  } else {
    right = store.branches[parent].start;
  }
  store.link(handle, left, right);
  if (ConflictMarks* marks = conflict_marks_.get(); marks != nullptr && !is_undisputed) {
    marks->last = handle;
    marks->links = store.links;
  }
  if (right == kNone && key != kNone) {
    store.entries(store.branches[parent]).assign(key, handle);
    if (left != kNone) erase(left);
  }
}

// Links have been made and the content is in place: what the content itself brings about.
void Document::finish_integration(ItemHandle handle) {
  append_to_client(handle);
  Item& item = store.items[handle];
  if (item.ref() == Ref::kDeleted) {
    item.set(Item::kDeleted);
    open_->deleted.push_back({item.client(), item.clock, item.len});
    store.clients[item.client()].deleted.add(item.clock, item.len);
  }
  take_effect(handle);
}

void Document::take_effect(ItemHandle handle) {
  const Item& item = store.items[handle];
  Branch& branch = store.branches[item.parent];
  if (!item.has(Item::kHasKey)) branch.length += item.visible_len();
  switch (item.ref()) {
    case Ref::kFormat: branch.has_formatting = branch.cleans_formatting = true; break;
    case Ref::kDoc: subdocuments.admit(handle, *open_); break;
    default: break;
  }
  note_change(item.parent, item.has(Item::kHasKey) ? item.leaf_or_key : kNone);
  const bool is_in_deleted_type = branch.item != kNone && store.items[branch.item].is_deleted();
  if (is_in_deleted_type || (item.has(Item::kHasKey) && item.right != kNone)) erase(handle);
}

void Document::integrate(const StructView& view, uint32_t offset) {
  const ClientIndex client = store.add_client(view.id.client);
  const uint32_t clock = static_cast<uint32_t>(view.id.clock) + offset;
  const uint32_t len = static_cast<uint32_t>(view.len) - offset;
  if (view.ref == Ref::kGc) return integrate_garbage(client, clock, len);
  Neighbours at;
  resolve(view, offset, client, at);
  if (at.parent == kNone) return integrate_garbage(client, clock, len);
  const ItemHandle handle = store.new_item();
  Item& item = store.items[handle];
  item = Item{};
  item.clock = clock;
  item.len = len;
  item.parent = at.parent;
  item.assign_client(client, view.ref);
  item.assign_origin(kNoClient, 0);
  item.right_origin_client = kNoClient;
  item.leaf_or_key = at.key;
  if (at.key != kNone) item.set(Item::kHasKey);
  // As they were sent: a right origin inside the left neighbour has just cut that one short.
  if (offset > 0) {
    item.assign_origin(client, clock - 1);
  } else if (view.has_origin) {
    item.assign_origin(store.find_client(view.origin.client),
                       static_cast<uint32_t>(view.origin.clock));
  }
  if (at.right != kNone) {
    item.right_origin_client = store.items[at.right].client();
    item.right_origin_clock = store.items[at.right].clock;
  }
  if (offset == 0) {
    fill_content(handle, view);
  } else {
    StructView rest = view;
    slice(rest, offset);
    fill_content(handle, rest);
  }
  link_among(handle, at.left, at.right);
  finish_integration(handle);
}

namespace {

void fill_local(StructStore& store, ItemHandle handle, const NewContent& content) {
  Item& item = store.items[handle];
  switch (content.ref) {
    case Ref::kString: return store.assign_text(item, content.text);
    case Ref::kType: {
      const KeyId name = content.text.data() == nullptr ? kNone : store.intern(content.text);
      const BranchHandle branch = store.new_branch(content.type, handle, name);
      store.items[handle].content = branch;
      return;
    }
    default: {
      const bool is_named = content.ref == Ref::kFormat || content.ref == Ref::kDoc;
      uint32_t identity = content.identity;
      if (content.ref == Ref::kFormat && identity == 0) identity = store.new_identity();
      item.content =
          store.new_span(content.payload, is_named ? store.intern(content.text) : kNone, identity);
      item.set(Item::kHasSpan);
      if (content.is_wanted) item.set(Item::kWanted);
    }
  }
}

}  // namespace

ItemHandle Document::insert_listed(ClientIndex client, BranchHandle parent, ItemHandle left,
                                   ItemHandle right, const NewContent& content) {
  const ItemHandle handle =
      store.new_item_between({parent, left, right}, client, content.ref, content.len);
  fill_local(store, handle, content);
  // What a call inserts piece by piece names the same right origin each time, so that the piece
  // before may stand between.
  store.link(handle, left, left != kNone ? store.items[left].right : store.branches[parent].start);
  finish_integration(handle);
  return handle;
}

ItemHandle Document::insert_keyed(BranchHandle parent, KeyId key, const NewContent& content) {
  enter();
  const ItemHandle left = store.entry(store.branches[parent], key);
  const ItemHandle handle =
      store.new_item_between({parent, left}, own_client_, content.ref, content.len);
  store.items[handle].leaf_or_key = key;
  store.items[handle].set(Item::kHasKey);
  fill_local(store, handle, content);
  store.link(handle, left, kNone);
  store.entries(store.branches[parent]).assign(key, handle);
  if (left != kNone) erase(left);
  finish_integration(handle);
  return handle;
}

void Document::erase_children(BranchHandle handle, std::vector<ItemHandle>& doomed) {
  const Branch& branch = store.branches[handle];
  const auto known = static_cast<std::ptrdiff_t>(doomed.size());
  const auto doom = [&](ItemHandle at) {
    const Item& item = store.items[at];
    if (!item.is_deleted()) {
      doomed.push_back(at);
      return;
    }
    // It is collected together with its parent and may then merge with neighbours, which nothing
    // else would notice.
    const Client& client = store.clients[item.client()];
    const uint32_t before = client.epoch == open_->epoch ? client.before : client.state;
    if (item.clock < before) open_->merge_candidates.push_back({item.client(), item.clock});
  };
  for (ItemHandle at = branch.start; at != kNone; at = store.items[at].right) doom(at);
  if (branch.entries != nullptr) {
    for (const KeyTable::Entry& entry : branch.entries->entries()) doom(entry.last);
  }
  // The last of the doomed goes first: children go in their order, each with all that is in it.
  std::reverse(doomed.begin() + known, doomed.end());
}

void Document::erase(ItemHandle first) {
  // Types may be nested without end, so no recursion.
  std::vector<ItemHandle> doomed;
  ItemHandle handle = first;
  while (true) {
    Item& item = store.items[handle];
    if (!item.is_deleted()) {
      const bool is_keyed = item.has(Item::kHasKey);
      Branch& branch = store.branches[item.parent];
      if (!is_keyed) branch.length -= item.visible_len();
      item.set(Item::kDeleted);
      if (!is_keyed && branch.tree != kNone) store.index().update(handle);
      open_->deleted.push_back({item.client(), item.clock, item.len});
      store.clients[item.client()].deleted.add(item.clock, item.len);
      note_change(item.parent, is_keyed ? item.leaf_or_key : kNone);
      if (item.ref() == Ref::kType) {
        erase_children(item.content, doomed);
      } else if (item.ref() == Ref::kDoc) {
        subdocuments.dismiss(handle, *open_);
      }
    }
    if (doomed.empty()) return;
    handle = doomed.back();
    doomed.pop_back();
  }
}

}  // namespace tidemark::crdt
