// Documents named inside of a document: which there are, which of them this replica wants, and
// telling who provides them.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/on_demand.h"
#include "crdt/internal/observers.h"
#include "crdt/internal/store/struct_store.h"
#include "crdt/internal/transaction_record.h"

namespace tidemark::crdt {

class Subdocuments {
 public:
  explicit Subdocuments(StructStore& store) : store_(store) {}

  // An item that holds one came to live, or is being deleted.
  void admit(ItemHandle item, TransactionRecord& record);
  void dismiss(ItemHandle item, TransactionRecord& record);

  bool contains(KeyId guid) const { return !places_of(guid).empty(); }
  bool should_load(KeyId guid) const;
  void load(KeyId guid, TransactionRecord& record);
  void unload(KeyId guid, TransactionRecord& record);
  void tell(const TransactionRecord& record, Observers& observers) const;
  // The items have moved.
  void follow(const std::vector<ItemHandle>& moved);
  // One for each place, equal ones together.
  std::vector<std::string> guids() const;

 private:
  const std::string& guid_of(ItemHandle item) const;
  std::vector<ItemHandle> places_of(KeyId guid) const;

  StructStore& store_;
  using Places = std::set<std::pair<KeyId, ItemHandle>>;  // of live ones, by guid
  OnDemand<Places> places_;
};

}  // namespace tidemark::crdt
