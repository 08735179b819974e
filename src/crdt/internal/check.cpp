// The numbered invariants, tested one by one.
#include "crdt/internal/store/struct_store.h"

namespace tidemark::crdt {

std::string StructStore::check_client(Client& client) const {
  const std::string name = "client " + std::to_string(client.id) + ": ";
  if (!client.directory.check()) return name + "directory is out of order\n";
  if (client.directory.is_empty()) return client.state == 0 ? "" : name + "state without items\n";
  std::string breaks;
  uint32_t next = 0;
  DeletedRanges deleted;
  for (Directory::Position place = client.directory.first();;
       place = client.directory.next(place)) {
    const Directory::Entry entry = client.directory.at(place);
    const Item& item = items[entry.item];
    if (entry.clock != next || item.clock != next || item.len == 0) {
      breaks += name + "gap at clock " + std::to_string(next) + "\n";
    }
    if (clients[item.client()].id != client.id) breaks += name + "foreign item\n";
    if (item.is_gc() && (item.left != kNone || item.right != kNone || item.parent != kNone)) {
      breaks += name + "garbage with links at " + std::to_string(item.clock) + "\n";
    }
    if (item.is_deleted()) deleted.add(item.clock, item.len);
    next = item.end_clock();
    if (client.directory.is_last(place)) break;
  }
  if (client.deleted.order() != deleted.order()) breaks += name + "deleted ranges are wrong\n";
  if (next != client.state) breaks += name + "state is not the end of the last item\n";
  return breaks;
}

std::string StructStore::check_branch(BranchHandle handle) const {
  const Branch& branch = branches[handle];
  const std::string name = "type " + std::to_string(handle) + ": ";
  std::string breaks;
  uint32_t length = 0;
  ItemHandle left = kNone;
  for (ItemHandle at = branch.start; at != kNone; at = items[at].right) {
    const Item& item = items[at];
    if (item.left != left) breaks += name + "left link is wrong\n";
    if (item.parent != handle || item.has(Item::kHasKey)) breaks += name + "foreign item\n";
    if (find(item.client(), item.clock) != at) breaks += name + "item is not in the directory\n";
    length += item.visible_len();
    left = at;
  }
  if (length != branch.length) breaks += name + "length is wrong\n";
  if (branch.tree != kNone && !index_->check(branch.tree, branch.start)) {
    breaks += name + "position index is wrong\n";
  }
  if (branch.entries == nullptr) return breaks;
  for (const KeyTable::Entry& entry : branch.entries->entries()) {
    if (items[entry.last].right != kNone) breaks += name + "entry is not the last of its chain\n";
    for (ItemHandle at = entry.last; at != kNone; at = items[at].left) {
      const Item& item = items[at];
      if (item.parent != handle || !item.has(Item::kHasKey) || item.leaf_or_key != entry.key) {
        breaks += name + "foreign item in a chain\n";
      }
      if (at != entry.last && !item.is_deleted()) breaks += name + "two live values for a key\n";
      if (item.left != kNone && items[item.left].right != at) breaks += name + "chain is broken\n";
    }
  }
  return breaks;
}

std::string StructStore::check() {
  std::string breaks;
  for (Client& client : clients) breaks += check_client(client);
  for (BranchHandle handle = 0; handle < branches.size(); ++handle) {
    if (!branches[handle].is_dead) breaks += check_branch(handle);
  }
  return breaks;
}

}  // namespace tidemark::crdt
