// What a document says of itself: its blocks, their number, its memory, its soundness.
#include "base/assert.h"
#include "base/decoder.h"
#include "crdt/doc.h"
#include "crdt/internal/blocks.h"
#include "crdt/internal/document.h"

namespace tidemark::crdt {
namespace {

// A document knows where each item lies, whatever its neighbours.
void place(const StructStore& store, const Item& item, Block& block) {
  block.is_deleted = item.is_deleted();
  if (item.is_gc()) return;
  const Branch& branch = store.branches[item.parent];
  if (branch.item == kNone) {
    block.root = store.key(branch.name);
  } else {
    const Item& holder = store.items[branch.item];
    block.parent = Id{store.clients[holder.client()].id, holder.clock};
  }
  if (item.has(Item::kHasKey)) block.key = store.key(item.leaf_or_key);
}

bool nests_deeper(const StructView& view, const UpdateLimits& limits) {
  Nesting nesting(limits.max_nesting);
  Decoder values(view.payload);
  switch (view.ref) {
    case Ref::kJson:
      while (!values.at_end()) is_valid_json(values.read_varstring(), nesting);
      break;
    case Ref::kEmbed:
    case Ref::kFormat:
    case Ref::kAny:
    case Ref::kDoc:
      if (view.payload_is_json) {
        is_valid_json(as_text(view.payload), nesting);
        break;
      }
      while (!values.at_end() && skip_any(values, nesting)) {
      }
      break;
    default: break;
  }
  return nesting.is_exceeded;
}

tl::unexpected<Error> excess(std::string_view what, uint64_t is, uint64_t may_be) {
  return failure(ErrorCode::kTooLarge, "document: " + std::to_string(is) + " " + std::string(what) +
                                           ", where " + std::to_string(may_be) + " are allowed");
}

Result<> check_roots(const StructStore& store, const DocLimits& limits) {
  for (const BranchHandle root : store.roots()) {
    const size_t bytes = store.key(store.branches[root].name).size();
    if (bytes > limits.update.max_root_name_bytes) {
      return excess("bytes in the name of a root", bytes, limits.update.max_root_name_bytes);
    }
  }
  return {};
}

Result<> check_types(const StructStore& store, const DocLimits& limits) {
  for (const Branch& branch : store.branches) {
    if (!branch.is_dead && branch.depth > limits.max_type_depth) {
      return excess("types around a type", branch.depth, limits.max_type_depth);
    }
  }
  return {};
}

Result<> check_values(const Document& document, const UpdateLimits& limits) {
  bool is_too_deep = false;
  StructView view;
  document.store.for_each_item([&](const Item& item) {
    if (is_too_deep || item.is_gc()) return;
    document.view_of(item, view);
    is_too_deep = nests_deeper(view, limits);
  });
  if (!is_too_deep) return {};
  return failure(ErrorCode::kTooLarge, "document: a value nests deeper than " +
                                           std::to_string(limits.max_nesting) + " levels");
}

Result<> check_counts(const Doc& doc, const DocLimits& limits) {
  const BlockStats stats = doc.stats();
  const struct {
    std::string_view what;
    uint64_t is;
    uint64_t may_be;
  } counts[] = {
      {"blocks", stats.total().blocks + stats.pending_blocks, limits.update.max_structs},
      {"deleted ranges", stats.deleted_ranges + stats.pending_deletes,
       limits.update.max_delete_ranges},
      {"clients", stats.clients, limits.max_clients},
      {"bytes of content", stats.total().content_bytes, limits.max_content_bytes},
      {"bytes that wait for others", stats.pending_bytes, limits.max_pending_bytes},
      {"bytes of memory", doc.memory().total(), limits.max_memory_bytes},
  };
  for (const auto& count : counts) {
    if (count.is > count.may_be) return excess(count.what, count.is, count.may_be);
  }
  return {};
}

}  // namespace

void Doc::inspect(const BlockVisitor& visit) const {
  const Document& document = live();
  const StructStore& store = document.store;
  const uint32_t changes = document.liveness.change_count();
  StructView view;
  for (const ClientIndex client : store.descending()) {
    const Directory& directory = store.clients[client].directory;
    if (directory.is_empty()) continue;
    for (Directory::Position at = directory.first();; at = directory.next(at)) {
      const Item& item = store.items[directory.at(at).item];
      document.view_of(item, view);
      Block block = block_of(view);
      place(store, item, block);
      const bool goes_on = visit(block);
      const bool visitor_did_not_edit = document.liveness.change_count() == changes;
      TM_ASSERT(visitor_did_not_edit);
      if (!goes_on) return;
      if (directory.is_last(at)) break;
    }
  }
}

BlockStats Doc::stats() const {
  BlockCounter counter;
  inspect([&](const Block& block) { return counter.count(block), true; });
  BlockStats stats = counter.with(delete_set());
  stats.pending_blocks = live().pending().count();
  stats.pending_bytes = pending_bytes();
  stats.pending_deletes = live().pending_deletes().range_count();
  return stats;
}

MemoryUse Doc::memory() const {
  const StructStore& store = live().store;
  MemoryUse use;
  use.items = store.items.memory();
  use.content = store.pool.memory();
  use.positions = store.index_memory();
  use.tables = live().memory() - use.items - use.content - use.positions;
  use.pending = pending_bytes();
  return use;
}

Result<> Doc::validate(const DocLimits& limits) const {
  const Document& document = live();
  if (const std::string breaks = check(); !breaks.empty()) {
    return failure(ErrorCode::kCorrupt, "document: " + breaks);
  }
  if (auto fits = check_counts(*this, limits); !fits) return fits;
  if (auto fits = check_roots(document.store, limits); !fits) return fits;
  if (auto fits = check_types(document.store, limits); !fits) return fits;
  if (auto fits = check_values(document, limits.update); !fits) return fits;
  if (document.pending().is_empty()) return {};
  // Gaps between what waits count among its structs, but not what they are of.
  UpdateLimits of_waiting = limits.update;
  of_waiting.max_structs = ~uint64_t{0};
  const Buffer waiting = document.pending().encode();
  const auto counts = validate_update(waiting, UpdateFormat::kV1, of_waiting);
  if (!counts) return tl::unexpected<Error>(counts.error());
  return {};
}

}  // namespace tidemark::crdt
