// Garbage collection: which deleted items give their content up, and when, by the document's
// policy.
#include <algorithm>

#include "base/assert.h"
#include "base/sort.h"
#include "crdt/internal/document.h"
#include "crdt/internal/struct_walk.h"
#include "crdt/internal/undo_history.h"
#include "crdt/snapshot.h"

namespace tidemark::crdt {
namespace {

bool has_content(const Item& item) { return !item.is_gc() && item.ref() != Ref::kDeleted; }

// Whether the snapshot shows a unit of the set.
bool shows_any(const Snapshot& snapshot, const DeleteSet& set) {
  for (const DeleteSet::Client& client : set.clients()) {
    const uint64_t state = snapshot.state.clock_of(client.id);
    const std::span<const ClockRange> hidden = snapshot.deletes.ranges_of(client.id);
    for (const ClockRange& range : client.ranges) {
      if (range.first >= state) break;
      const auto cover = std::partition_point(
          hidden.begin(), hidden.end(), [&](const ClockRange& r) { return r.end <= range.first; });
      const bool is_hidden = cover != hidden.end() && cover->first <= range.first &&
                             cover->end >= std::min(range.end, state);
      if (!is_hidden) return true;
    }
  }
  return false;
}

}  // namespace

void Document::change_gc_policy(const GcPolicy& policy) {
  if (collects_at_once()) {
    given_up_.make() = delete_set();
  } else {
    given_up_.make().add(options_.gc.unwanted());
    given_up_.make().normalize();
  }
  options_.gc = policy;
}

bool Document::keeps(const Snapshot& snapshot) const {
  return !collects_at_once() &&
         !(given_up_.get() != nullptr && shows_any(snapshot, *given_up_.get())) &&
         !shows_any(snapshot, options_.gc.unwanted());
}

// What one transaction leaves to collect.
class Document::Collection {
 public:
  Collection(Document& document, TransactionRecord& record)
      : document_(document), store_(document.store), record_(record) {}

  void run() {
    switch (document_.options().gc.rule()) {
      case GcPolicy::Rule::kNever: return;
      case GcPolicy::Rule::kAlways: return collect_deleted();
      case GcPolicy::Rule::kSince: return collect_unwanted();
      case GcPolicy::Rule::kForUndo: return collect_let_go();
    }
  }

  // Everything that is deleted, whatever marks have stayed behind.
  void run_thoroughly() {
    for (ClientIndex client = 0; client < store_.clients.size(); ++client) {
      for (const DeletedRanges::Range& range : store_.clients[client].deleted.order()) {
        record_.deleted.push_back({client, range.clock, range.len});
      }
    }
    if (document_.options().gc.rule() == GcPolicy::Rule::kSince) return collect_unwanted();
    if (!document_.collects_at_once()) return;
    if (document_.observers().has(Observers::Kind::kHistory)) {
      document_.observers().call(
          Observers::Kind::kHistory, kNone,
          [this](const Observers::Entry& entry) { entry.history->cut_held(record_); });
    }
    std::vector<ItemHandle> deleted;
    for_each_deleted([&](ItemHandle handle) { deleted.push_back(handle); });
    collect_unless_wanted(deleted);
  }

 private:
  void collect_deleted() {
    for_each_deleted([this](ItemHandle handle) {
      if (!store_.items[handle].has(Item::kKeep)) document_.collect_item(handle);
    });
  }

  template <typename F>
  void for_each_deleted(F&& f) {
    for (const TransactionRecord::Deleted& range : record_.deleted) {
      const Directory& directory = store_.clients[range.client].directory;
      const uint32_t end = range.clock + range.len;
      for (Directory::Position place = directory.find(range.clock);;
           place = directory.next(place)) {
        const Directory::Entry entry = directory.at(place);
        if (entry.clock >= end) break;
        if (store_.items[entry.item].is_deleted()) f(entry.item);
        if (directory.is_last(place)) break;
      }
    }
  }

  // Of what the transaction deleted, what the snapshot of the policy says is deleted.
  void collect_unwanted() {
    for (const TransactionRecord::Deleted& deleted : record_.deleted) {
      const uint64_t end = uint64_t{deleted.clock} + deleted.len;
      const std::span<const ClockRange> unwanted =
          document_.options().gc.unwanted().ranges_of(store_.clients[deleted.client].id);
      auto range = std::partition_point(unwanted.begin(), unwanted.end(), [&](const ClockRange& r) {
        return r.end <= deleted.clock;
      });
      for (; range != unwanted.end() && range->first < end; ++range) {
        const auto first = static_cast<uint32_t>(std::max<uint64_t>(range->first, deleted.clock));
        const auto last = static_cast<uint32_t>(std::min(range->end, end));
        for_each_struct(store_, record_, {deleted.client, first, last}, [this](ItemHandle handle) {
          const Item& item = store_.items[handle];
          if (item.is_deleted() && !item.has(Item::kKeep)) document_.collect_item(handle);
        });
      }
    }
  }

  // Of what the transaction deleted and of what histories let go in it, what none of them wants.
  void collect_let_go() {
    std::vector<ItemHandle> doubtful;
    for_each_deleted([&](ItemHandle handle) {
      const Item& item = store_.items[handle];
      // Just now every history has marked what it wants; but marks also stay behind.
      if (item.ref() == Ref::kType || item.has(Item::kKeep)) {
        if (!is_captured(item)) doubtful.push_back(handle);
      } else {
        document_.collect_item(handle);
      }
    });
    for (const ClockRanges::Range& range : record_.let_go) {
      for_each_struct(store_, record_, range, [&](ItemHandle handle) {
        while (handle != kNone && store_.items[handle].is_deleted() &&
               has_content(store_.items[handle])) {
          doubtful.push_back(handle);
          // It may have been all that kept the type around it.
          handle = store_.branches[store_.items[handle].parent].item;
        }
      });
    }
    collect_unless_wanted(doubtful);
    for (const ClockRanges::Range& range : record_.let_go) {
      Client& client = store_.clients[range.client];
      document_.merge_down_to(client, client.directory.find(range.end - 1), range.first);
    }
  }

  // The inner ones first, so that a type without content within is known to be wanted by nobody.
  void collect_unless_wanted(std::vector<ItemHandle>& items) {
    const auto depth = [this](ItemHandle handle) {
      const Item& item = store_.items[handle];
      return item.is_gc() ? 0 : store_.branches[item.parent].depth;
    };
    compact_sort(items.begin(), items.end(), [&](ItemHandle a, ItemHandle b) {
      return depth(a) != depth(b) ? depth(a) > depth(b) : a < b;
    });
    items.erase(std::unique(items.begin(), items.end()), items.end());
    for (const ItemHandle handle : items) {
      Item& item = store_.items[handle];
      if (!has_content(item) || is_wanted(item)) continue;
      item.clear(Item::kKeep);
      document_.collect_item(handle);
    }
  }

  bool is_captured(const Item& item) {
    if (!document_.observers().has(Observers::Kind::kHistory)) return false;
    bool is_captured = false;
    document_.observers().call(
        Observers::Kind::kHistory, kNone, [&](const Observers::Entry& entry) {
          is_captured = is_captured || entry.history->has_captured(record_.epoch, item.parent);
        });
    return is_captured;
  }

  bool is_wanted(const Item& item) {
    bool is_held = false;
    if (document_.observers().has(Observers::Kind::kHistory)) {
      document_.observers().call(
          Observers::Kind::kHistory, kNone,
          [&](const Observers::Entry& entry) { is_held = is_held || entry.history->holds(item); });
    }
    if (is_held || item.ref() != Ref::kType) return is_held;
    // Positions in what undo brought back lead there from here.
    if (item.has(Item::kRedone)) return true;
    const Branch& branch = store_.branches[item.content];
    for (ItemHandle at = branch.start; at != kNone; at = store_.items[at].right) {
      if (has_content(store_.items[at])) return true;
    }
    if (branch.entries == nullptr) return false;
    for (const KeyTable::Entry& entry : branch.entries->entries()) {
      for (ItemHandle at = entry.last; at != kNone; at = store_.items[at].left) {
        if (has_content(store_.items[at])) return true;
      }
    }
    return false;
  }

  Document& document_;
  StructStore& store_;
  TransactionRecord& record_;
};

void Document::compact() {
  TM_ASSERT(is_idle() && depth_ == 0);
  forget_caret();
  {
    TransactionRecord record;
    Collection(*this, record).run_thoroughly();
  }
  for (Client& client : store.clients) {
    if (!client.directory.is_empty()) merge_down_to(client, client.directory.last(), 0);
  }
  subdocuments.follow(store.rewrite());
  Slab<uint8_t>().swap(shortcut_);
  fit();
}

void Document::collect(TransactionRecord& record) { Collection(*this, record).run(); }

// A child of a collected type: nothing of it is left but its clocks.
void Document::bury(ItemHandle handle) {
  Item& item = store.items[handle];
  store.drop_content(item);
  item.assign_ref(Ref::kGc);
  item.left = item.right = item.parent = item.leaf_or_key = kNone;
  item.clear(Item::kHasKey);
  item.clear(Item::kKeep);
  store.forget_redone(handle);
  item.assign_origin(kNoClient, 0);
  item.right_origin_client = kNoClient;
}

void Document::collect_children(BranchHandle first) {
  std::vector<BranchHandle> graves{first};
  const auto bury_chain = [&](ItemHandle at, bool leftwards) {
    while (at != kNone) {
      const Item& item = store.items[at];
      const ItemHandle next = leftwards ? item.left : item.right;
      if (item.ref() == Ref::kType) graves.push_back(item.content);
      bury(at);
      at = next;
    }
  };
  while (!graves.empty()) {
    Branch& branch = store.branches[graves.back()];
    graves.pop_back();
    if (branch.tree != kNone) store.index().destroy(branch.tree);
    branch.tree = kNone;
    const ItemHandle start = branch.start;
    const std::unique_ptr<KeyTable> entries = std::move(branch.entries);
    branch.start = kNone;
    branch.length = 0;
    branch.is_dead = true;
    bury_chain(start, false);
    if (entries == nullptr) continue;
    for (const KeyTable::Entry& entry : entries->entries()) bury_chain(entry.last, true);
  }
}

void Document::collect_item(ItemHandle handle) {
  Item& item = store.items[handle];
  if (item.ref() == Ref::kDeleted || item.is_gc()) return;
  if (item.ref() == Ref::kType) collect_children(item.content);
  store.drop_content(item);
  item.assign_ref(Ref::kDeleted);
}

}  // namespace tidemark::crdt
