// Who wants to hear what of a document. Subscriptions hold this table weakly, so that either may
// die first.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "crdt/event.h"
#include "crdt/internal/item.h"

namespace tidemark::crdt {

class Observers {
 public:
  enum class Kind : uint8_t { kType, kDeep, kUpdateV1, kUpdateV2, kSubdocuments };

  struct Entry {
    uint64_t id;
    Kind kind;
    BranchHandle branch;  // kNone for those of the whole document
    std::function<void(const Event&)> on_event;
    std::function<void(const DeepEvents&)> on_deep;
    std::function<void(const UpdateEvent&)> on_update;
    std::function<void(const SubdocumentEvent&)> on_subdocuments;
  };

  uint64_t add(Entry entry);
  void remove(uint64_t id);
  // Whether nobody watches types; updates do not count.
  bool is_empty() const { return type_watchers_ == 0; }
  bool has(Kind kind) const;

  // Calls every entry of this kind and branch that was there when the call began. Callbacks may add
  // and remove entries.
  template <typename F>
  void call(Kind kind, BranchHandle branch, F&& f) {
    for (const uint64_t id : matching(kind, branch)) {
      const size_t at = find(id);
      if (at == entries_.size()) continue;
      // A copy, because the callback may remove itself.
      const Entry entry = entries_[at];
      f(entry);
    }
  }
  bool watches(Kind kind, BranchHandle branch) const;

 private:
  std::vector<uint64_t> matching(Kind kind, BranchHandle branch) const;
  size_t find(uint64_t id) const;

  std::vector<Entry> entries_;
  uint64_t next_id_ = 1;
  size_t type_watchers_ = 0;
};

}  // namespace tidemark::crdt
