// Documents named inside of this one: which there are, which of them this replica wants, and
// telling who provides them.
#include <algorithm>

#include "base/assert.h"
#include "crdt/internal/document.h"
#include "crdt/internal/observers.h"
#include "crdt/internal/rendering.h"

namespace tidemark::crdt {
namespace {

// As `if (options.autoLoad)` of JavaScript.
bool loads_by_itself(Bytes options) {
  const Any value = decoded(options);
  const AnyObject* object = value.as_object();
  const Any* wish = object == nullptr ? nullptr : object->find("autoLoad");
  if (wish == nullptr || wish->is_undefined() || wish->is_null()) return false;
  if (const bool* is_on = wish->as_bool()) return *is_on;
  if (const double* number = wish->as_number()) return *number != 0 && *number == *number;
  if (const int64_t* number = wish->as_bigint()) return *number != 0;
  if (const std::string* text = wish->as_string()) return !text->empty();
  return true;
}

}  // namespace

const std::string& Subdocuments::guid_of(ItemHandle handle) const {
  return store_.key(store_.span(store_.items[handle]).key);
}

std::vector<ItemHandle> Subdocuments::places_of(KeyId guid) const {
  std::vector<ItemHandle> places;
  const Places* all = places_.get();
  if (all == nullptr) return places;
  for (auto at = all->lower_bound({guid, 0}); at != all->end() && at->first == guid; ++at) {
    places.push_back(at->second);
  }
  return places;
}

void Subdocuments::follow(const std::vector<ItemHandle>& moved) {
  if (places_.get() == nullptr) return;
  Places places;
  for (const auto& [guid, item] : *places_.get()) places.emplace(guid, moved[item]);
  places_.make().swap(places);
}

void Subdocuments::admit(ItemHandle handle, TransactionRecord& record) {
  Item& item = store_.items[handle];
  if (loads_by_itself(store_.payload(item))) item.set(Item::kWanted);
  places_.make().emplace(store_.span(item).key, handle);
  record.subdocs_added.push_back(handle);
  if (item.has(Item::kWanted)) record.subdocs_loaded.push_back(guid_of(handle));
}

void Subdocuments::dismiss(ItemHandle handle, TransactionRecord& record) {
  places_.make().erase({store_.span(store_.items[handle]).key, handle});
  store_.items[handle].clear(Item::kWanted);
  if (std::erase(record.subdocs_added, handle) == 0) {
    record.subdocs_removed.push_back(guid_of(handle));
  }
}

bool Subdocuments::should_load(KeyId guid) const {
  const std::vector<ItemHandle> places = places_of(guid);
  return std::any_of(places.begin(), places.end(),
                     [this](ItemHandle handle) { return store_.items[handle].has(Item::kWanted); });
}

void Subdocuments::load(KeyId guid, TransactionRecord& record) {
  for (const ItemHandle handle : places_of(guid)) {
    Item& item = store_.items[handle];
    if (item.has(Item::kWanted)) continue;
    item.set(Item::kWanted);
    record.subdocs_loaded.push_back(guid_of(handle));
  }
}

void Subdocuments::unload(KeyId guid, TransactionRecord& record) {
  for (const ItemHandle handle : places_of(guid)) {
    store_.items[handle].clear(Item::kWanted);
    record.subdocs_removed.push_back(guid_of(handle));
    const std::vector<ItemHandle>& added = record.subdocs_added;
    const bool is_new = std::find(added.begin(), added.end(), handle) != added.end();
    if (!is_new) record.subdocs_added.push_back(handle);
  }
}

void Subdocuments::tell(const TransactionRecord& record, Observers& observers) const {
  if (record.subdocs_added.empty() && record.subdocs_removed.empty() &&
      record.subdocs_loaded.empty()) {
    return;
  }
  std::vector<std::string> added;
  added.reserve(record.subdocs_added.size());
  for (const ItemHandle handle : record.subdocs_added) added.push_back(guid_of(handle));
  const SubdocumentEvent event{added, record.subdocs_removed, record.subdocs_loaded};
  observers.call(Observers::Kind::kSubdocuments, kNone,
                 [&](const Observers::Entry& entry) { entry.on_subdocuments(event); });
}

std::vector<std::string> Subdocuments::guids() const {
  std::vector<std::string> guids;
  if (places_.get() == nullptr) return guids;
  guids.reserve(places_.get()->size());
  for (const auto& [guid, item] : *places_.get()) guids.push_back(store_.key(guid));
  return guids;
}

}  // namespace tidemark::crdt
