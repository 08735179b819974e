// tidemark inspect FILE|DOC
#include <cstdio>

#include "cli/commands.h"
#include "cli/content.h"
#include "cli/files.h"
#include "cli/json.h"
#include "cli/open_store.h"
#include "crdt/inspect.h"

namespace tidemark::cli {

namespace {

struct Inspected {
  std::string what;  // "update V1", "stored document"
  Buffer update;     // of a file
  crdt::UpdateFormat format = crdt::UpdateFormat::kV1;
  crdt::Doc doc{crdt::DocOptions{.gc = crdt::GcPolicy::never(), .cleans_formatting = false}};
  uint64_t bytes = 0;
  crdt::BlockStats stats;
};

Result<> read_update(const std::string& path, Inspected& out) {
  auto bytes = read_input(path);
  if (!bytes) return tl::unexpected(bytes.error());
  out.update = std::move(*bytes);
  const auto format = detect_update(out.update);
  if (!format) return tl::unexpected(format.error());
  out.format = *format;
  out.bytes = out.update.size();
  out.what = *format == crdt::UpdateFormat::kV1 ? "update V1" : "update V2";
  return {};
}

// The document tells what its bytes do not: what waits, and what its roots hold.
Result<> build_document(Inspected& seen) {
  const Result<> built = seen.format == crdt::UpdateFormat::kV1
                             ? seen.doc.apply_update(seen.update, 0, crdt::kOwnUpdateLimits)
                             : seen.doc.apply_update_v2(seen.update, 0, crdt::kOwnUpdateLimits);
  if (!built) return built;
  auto stats = crdt::stats_of_update(seen.update, seen.format, crdt::kOwnUpdateLimits);
  if (!stats) return tl::unexpected(stats.error());
  const crdt::BlockStats of_doc = seen.doc.stats();
  seen.stats = *stats;
  seen.stats.deleted_blocks = of_doc.deleted_blocks;
  seen.stats.pending_blocks = of_doc.pending_blocks;
  seen.stats.pending_bytes = of_doc.pending_bytes;
  seen.stats.pending_deletes = of_doc.pending_deletes;
  return {};
}

// False: no such document.
Result<bool> read_stored(const Inspect& command, Inspected& out) {
  auto store = open_for_reading(command.data);
  if (!store) {
    const std::string no_file = "there is no file " + command.target + " to inspect, and ";
    return failure(store.error().code, (command.is_document ? "" : no_file) + store.error().detail);
  }
  auto doc = load(**store, command.target);
  if (!doc) return tl::unexpected(doc.error());
  if (!*doc) return false;
  out.doc = std::move(**doc);
  out.stats = out.doc.stats();
  out.bytes = out.doc.encode_state_as_update().size();
  out.what = "stored document, as update V1";
  return true;
}

uint64_t size_of(const crdt::SharedType& type) {
  const std::optional<crdt::Map> map = type.as<crdt::Map>();
  return map ? map->keys().size() : type.length();
}

void print_text(Inspected& seen) {
  const crdt::BlockStats& stats = seen.stats;
  const auto n = [](uint64_t value) { return std::to_string(value); };
  const uint64_t bytes = seen.bytes;
  std::string out = seen.what + ", " + size_text(bytes) +
                    (bytes < 1024 ? "" : " (" + n(bytes) + " bytes)") + "\n";
  out += "clients     " + n(stats.clients) + "\n";
  out +=
      "blocks      " + n(stats.total().blocks) + ", " + counted(stats.total().units, "unit") + "\n";
  out += "tombstones  " + counted(stats.deleted_blocks, "block") + ", " +
         counted(stats.deleted_units, "unit") + " in " + counted(stats.deleted_ranges, "range") +
         "\n";
  out += "pending     " + counted(stats.pending_blocks, "block") + ", " +
         counted(stats.pending_bytes, "byte") + ", " + counted(stats.pending_deletes, "deletion") +
         "\n\n";
  out += "content        blocks       units       bytes\n";
  for (size_t i = 0; i < crdt::kBlockKindCount; ++i) {
    const crdt::BlockStats::Kind& kind = stats.kinds[i];
    if (kind.blocks == 0) continue;
    std::string line(name_of(static_cast<crdt::BlockKind>(i)));
    for (const uint64_t value : {kind.blocks, kind.units, kind.content_bytes}) {
      const std::string cell = n(value);
      const size_t width = line.size() < 12 ? 21 - line.size() : 12;
      line += std::string(cell.size() < width ? width - cell.size() : 1, ' ') + cell;
    }
    out += line + "\n";
  }
  const std::vector<Root> roots = roots_of(seen.doc);
  if (!roots.empty()) out += "\nroot types\n";
  for (const Root& root : roots) {
    out += "\"" + printable(root.name) + "\" (" + std::string(name_of(root.type.kind())) + "), " +
           counted(size_of(root.type), root.type.kind() == crdt::TypeRef::kMap ? "key" : "unit") +
           "\n";
  }
  print(out);
}

void print_json(Inspected& seen) {
  const crdt::BlockStats& stats = seen.stats;
  crdt::AnyObject content;
  for (size_t i = 0; i < crdt::kBlockKindCount; ++i) {
    const crdt::BlockStats::Kind& kind = stats.kinds[i];
    if (kind.blocks == 0) continue;
    crdt::AnyObject one;
    one.set("blocks", number(kind.blocks));
    one.set("units", number(kind.units));
    one.set("bytes", number(kind.content_bytes));
    content.set(name_of(static_cast<crdt::BlockKind>(i)), crdt::Any(std::move(one)));
  }
  crdt::AnyObject roots;
  for (const Root& root : roots_of(seen.doc)) {
    crdt::AnyObject one;
    one.set("type", crdt::Any(name_of(root.type.kind())));
    one.set("length", number(size_of(root.type)));
    roots.set(root.name, crdt::Any(std::move(one)));
  }
  crdt::AnyObject pending;
  pending.set("blocks", number(stats.pending_blocks));
  pending.set("bytes", number(stats.pending_bytes));
  pending.set("deletions", number(stats.pending_deletes));
  crdt::AnyObject out;
  out.set("what", crdt::Any(seen.what));
  out.set("bytes", number(seen.bytes));
  out.set("clients", number(stats.clients));
  out.set("blocks", number(stats.total().blocks));
  out.set("units", number(stats.total().units));
  out.set("deletedBlocks", number(stats.deleted_blocks));
  out.set("deletedUnits", number(stats.deleted_units));
  out.set("deletedRanges", number(stats.deleted_ranges));
  out.set("pending", crdt::Any(std::move(pending)));
  out.set("content", crdt::Any(std::move(content)));
  out.set("roots", crdt::Any(std::move(roots)));
  print(crdt::to_json(crdt::Any(std::move(out))) + "\n");
}

crdt::Any json_of(const crdt::Id& id) {
  crdt::AnyObject out;
  out.set("client", number(id.client));
  out.set("clock", number(id.clock));
  return crdt::Any(std::move(out));
}

crdt::Any json_of(const crdt::Block& block) {
  crdt::AnyObject out;
  out.set("client", number(block.first.client));
  out.set("clock", number(block.first.clock));
  out.set("length", number(block.length));
  out.set("kind", crdt::Any(name_of(block.kind)));
  if (block.is_deleted) out.set("isDeleted", crdt::Any(true));
  if (block.root) out.set("root", crdt::Any(*block.root));
  if (block.parent) out.set("parent", json_of(*block.parent));
  if (block.key) out.set("key", crdt::Any(*block.key));
  if (block.origin) out.set("origin", json_of(*block.origin));
  if (block.right_origin) out.set("rightOrigin", json_of(*block.right_origin));
  if (!block.text.empty()) out.set("text", crdt::Any(block.text));
  if (std::vector<crdt::Any> values = block.values(); !values.empty()) {
    out.set("values", crdt::Any(crdt::AnyArray(values.begin(), values.end())));
  }
  return crdt::Any(std::move(out));
}

// Prints blocks and deleted ranges as they come, one to a line; ends when nobody reads any more.
class Listing {
 public:
  explicit Listing(bool as_json) : as_json_(as_json) {}

  bool begin(const std::string& what) {
    if (!as_json_) return true;
    return put("{\"what\":" + crdt::to_json(crdt::Any(what)) + ",\"blocks\":[");
  }
  bool add(const crdt::Block& block) {
    return add_line(as_json_ ? crdt::to_json(json_of(block)) : printable(describe(block)));
  }
  void add(const crdt::DeleteSet& deletes) {
    if (as_json_ && !put("],\"deletes\":[")) return;
    is_first_ = true;
    for (const crdt::DeleteSet::Client& client : deletes.clients()) {
      for (const crdt::ClockRange& range : client.ranges) {
        if (!add_line(line_of(client.id, range))) return;
      }
    }
  }
  void end() {
    if (as_json_) put("]}\n");
  }

 private:
  std::string line_of(uint64_t client, const crdt::ClockRange& range) const {
    const std::string numbers[] = {std::to_string(client), std::to_string(range.first),
                                   std::to_string(range.len())};
    if (!as_json_) return "deletes " + numbers[0] + ":" + numbers[1] + "+" + numbers[2];
    return "{\"client\":" + numbers[0] + ",\"clock\":" + numbers[1] + ",\"length\":" + numbers[2] +
           "}";
  }
  bool add_line(const std::string& line) {
    const std::string_view before = !as_json_ ? "" : is_first_ ? "\n" : ",\n";
    is_first_ = false;
    return put(std::string(before) + line + (as_json_ ? "" : "\n"));
  }
  bool put(const std::string& text) {
    is_read_ = is_read_ && print(text);
    return is_read_;
  }

  bool as_json_;
  bool is_first_ = true;
  bool is_read_ = true;
};

// Block by block: of a file only its bytes are in memory.
Result<> print_blocks(const Inspected& seen, bool as_json) {
  Listing listing(as_json);
  listing.begin(seen.what);
  const auto visit = [&](const crdt::Block& block) { return listing.add(block); };
  if (seen.update.empty()) {
    seen.doc.inspect(visit);
    listing.add(seen.doc.delete_set());
  } else {
    const auto deletes =
        crdt::inspect_update(seen.update, seen.format, visit, crdt::kOwnUpdateLimits);
    if (!deletes) return tl::unexpected(deletes.error());
    listing.add(*deletes);
  }
  listing.end();
  return {};
}

Result<> print_summary(Inspected& seen, bool as_json) {
  if (!seen.update.empty()) {
    if (Result<> built = build_document(seen); !built) return built;
  }
  if (seen.doc.has_pending()) {
    std::fputs("tidemark: some of it waits for updates that are not there; see \"pending\"\n",
               stderr);
  }
  if (as_json) {
    print_json(seen);
  } else {
    print_text(seen);
  }
  return {};
}

}  // namespace

Result<ExitCode> run(const Inspect& command) {
  Inspected seen;
  if (!command.is_document && is_file(command.target)) {
    if (const auto read = read_update(command.target, seen); !read) {
      return tl::unexpected(read.error());
    }
  } else {
    const auto found = read_stored(command, seen);
    if (!found) return tl::unexpected(found.error());
    if (!*found) return no_such_document(command.target, command.data);
  }
  const Result<> printed = command.lists_blocks ? print_blocks(seen, command.as_json)
                                                : print_summary(seen, command.as_json);
  if (!printed) return tl::unexpected(printed.error());
  return kDone;
}

}  // namespace tidemark::cli
