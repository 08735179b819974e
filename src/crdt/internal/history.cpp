// What a document does for the histories kept of it: telling them of transactions, keeping what
// they may want back, and putting copies in the place of what was deleted.
#include "base/assert.h"
#include "crdt/internal/document.h"
#include "crdt/internal/undo_history.h"

namespace tidemark::crdt {

// For a type of which is known that it lives and is not new.
void Document::tell_histories(TransactionRecord& record) {
  if (!observers_->has(Observers::Kind::kHistory)) return;
  if (record.is_shortcut) {
    record.sort_deleted();
    note_ends(record);
    note_told(record);
  }
  observers_->call(Observers::Kind::kHistory, kNone,
                   [&record](const Observers::Entry& entry) { entry.history->hear(record); });
  if (record.is_shortcut) record.clear_rest();
}

bool Document::may_keep(BranchHandle branch, uint64_t origin) {
  if (!observers_->has(Observers::Kind::kHistory)) return false;
  bool wants_it = false;
  observers_->call(Observers::Kind::kHistory, kNone, [&](const Observers::Entry& entry) {
    wants_it = wants_it || entry.history->may_keep(branch, origin);
  });
  return wants_it;
}

ItemHandle Document::insert_copy(ItemHandle original, BranchHandle parent, ItemHandle left,
                                 ItemHandle right) {
  enter();
  const bool is_keyed = store.items[original].has(Item::kHasKey);
  if (rule() == IntegrationRule::kFugueMax && !is_keyed) {
    // Nothing may stand between the two that a writer names.
    right = left != kNone ? store.items[left].right : store.branches[parent].start;
  }
  const ItemHandle handle = store.new_item_between(
      {parent, left, right}, own_client_, store.items[original].ref(), store.items[original].len);
  const Item& source = store.items[original];
  Item& item = store.items[handle];
  if (is_keyed) {
    item.set(Item::kHasKey);
    item.leaf_or_key = source.leaf_or_key;
  }
  if (source.ref() == Ref::kType) {
    const TypeRef kind = store.branches[source.content].kind;
    const KeyId name = store.branches[source.content].name;
    item.content = store.new_branch(kind, handle, name);
  } else {
    store.copy_content(item, source);
  }
  store.mark_redone(original, {own_client_, item.clock});
  store.keep(handle, true);
  link_among(handle, left, right);
  finish_integration(handle);
  return handle;
}

}  // namespace tidemark::crdt
