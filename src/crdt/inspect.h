// What updates and documents consist of, block by block, for people and tools that look for the
// cause of something. Blocks are handed over one at a time, so that memory stays bounded. The same
// five questions may be asked of bytes, of a document that is idle and of one that is at work:
//
//   bytes                ColdDoc       Doc           answers
//   inspect_update()     inspect()     inspect()     every block
//   stats_of_update()    stats()       stats()       how much there is of what
//   validate_update()    validate()    validate()    whether it is sound and within limits
//   compact_update()     compact()     compact()     the same in less
//   their size           memory()      memory()      what it takes, in bytes
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crdt/id.h"
#include "crdt/type_ref.h"
#include "crdt/update.h"
#include "crdt/value.h"

namespace tidemark::crdt {

// By the number on the wire.
enum class BlockKind : uint8_t {
  kGarbage = 0,
  kDeleted = 1,  // its place is kept, its content is not
  kJson = 2,     // values as old versions of Yjs wrote them
  kBinary = 3,
  kText = 4,
  kEmbed = 5,
  kFormat = 6,
  kType = 7,
  kValues = 8,
  kSubdocument = 9,
  kSkip = 10,  // a gap between blocks of an update
};
inline constexpr size_t kBlockKindCount = 11;
std::string_view name_of(BlockKind kind);

// Views in it are valid while it is handed over.
struct Block {
  Id first;
  uint64_t length = 0;  // in units
  BlockKind kind = BlockKind::kGarbage;
  bool is_deleted = false;  // an update tells of deletions apart from its blocks
  std::optional<Id> origin = {};
  std::optional<Id> right_origin = {};
  // Where it lies: in the root or in the type that an item holds. An update says that only of
  // blocks without origins.
  std::optional<std::string_view> root = {};
  std::optional<Id> parent = {};
  std::optional<std::string_view> key = {};
  // Text, the attribute of a format, the guid of a subdocument, the name of an XML element or hook.
  std::string_view text = {};
  TypeRef type = TypeRef::kUnknown;  // of kType
  // The rest of the content as it lies in the bytes; see values().
  Bytes payload = {};
  bool payload_is_json = false;

  // Values of kJson, kValues, kEmbed, kFormat and kBinary, options of kSubdocument.
  std::vector<Any> values() const;
};

// One line: ids, neighbours, place, and the first max_content_bytes or so of the content.
std::string describe(const Block& block, size_t max_content_bytes = 60);

// Returns whether to go on.
using BlockVisitor = std::function<bool(const Block&)>;

// Every block in the order of the bytes, unless the visitor ends it; then what it deletes.
Result<DeleteSet> inspect_update(Bytes update, UpdateFormat format, const BlockVisitor& visit,
                                 const UpdateLimits& limits = {});

// What there is, by number.
struct BlockStats {
  struct Kind {
    uint64_t blocks = 0;
    uint64_t units = 0;
    // As the bytes have it: V1 has formats and embeds in JSON, where V2 and a Doc have them shorter
    // or longer.
    uint64_t content_bytes = 0;
  };
  std::array<Kind, kBlockKindCount> kinds{};
  uint64_t clients = 0;
  uint64_t deleted_ranges = 0;
  uint64_t deleted_units = 0;
  // Of a Doc; bytes do not tell which of their blocks are deleted, nor which wait.
  uint64_t deleted_blocks = 0;
  uint64_t pending_blocks = 0;
  uint64_t pending_bytes = 0;
  uint64_t pending_deletes = 0;  // ranges

  const Kind& of(BlockKind kind) const { return kinds[static_cast<size_t>(kind)]; }
  // Without gaps.
  Kind total() const;
};
Result<BlockStats> stats_of_update(Bytes update, UpdateFormat format,
                                   const UpdateLimits& limits = {});

// Bytes that a document keeps reserved, by what for.
struct MemoryUse {
  uint64_t items = 0;
  uint64_t content = 0;    // of a ColdDoc its update
  uint64_t positions = 0;  // the index of places in lists
  uint64_t tables = 0;     // clients, types, keys
  uint64_t pending = 0;    // what waits
  uint64_t total() const { return items + content + positions + tables + pending; }
};
}  // namespace tidemark::crdt
