// tidemark inspect FILE|DOC
#include <cstdio>

#include "cli/commands.h"
#include "cli/content.h"
#include "cli/files.h"
#include "cli/json.h"
#include "cli/open_store.h"
#include "crdt/composition.h"

namespace tidemark::cli {

namespace {

struct Inspected {
  std::string what;  // "update V1", "stored document"
  Buffer update;
  crdt::UpdateFormat format = crdt::UpdateFormat::kV1;
  crdt::Doc doc{crdt::DocOptions{.gc = crdt::GcPolicy::never(), .cleans_formatting = false}};
  crdt::Composition composition;
};

Result<> read_update(const std::string& path, Inspected& out) {
  auto bytes = read_input(path);
  if (!bytes) return tl::unexpected(bytes.error());
  out.update = std::move(*bytes);
  const auto format = detect_update(out.update);
  if (!format) return tl::unexpected(format.error());
  out.format = *format;
  out.what = *format == crdt::UpdateFormat::kV1 ? "update V1" : "update V2";
  return *format == crdt::UpdateFormat::kV1 ? out.doc.apply_update(out.update)
                                            : out.doc.apply_update_v2(out.update);
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
  out.update = out.doc.encode_state_as_update();
  out.what = "stored document, as update V1";
  return true;
}

uint64_t size_of(const crdt::SharedType& type) {
  if (type.kind() != crdt::TypeRef::kMap) return type.length();
  return crdt::Map(type.document(), type.branch()).keys().size();
}

void print_text(Inspected& seen) {
  const crdt::DocStats stats = seen.doc.stats();
  const crdt::Composition& made_of = seen.composition;
  const auto n = [](uint64_t value) { return std::to_string(value); };
  const size_t bytes = seen.update.size();
  std::string out = seen.what + ", " + size_text(bytes) +
                    (bytes < 1024 ? "" : " (" + n(bytes) + " bytes)") + "\n";
  out += "clients     " + n(made_of.clients) + "\n";
  out += "blocks      " + n(made_of.blocks) + ", " + counted(made_of.units, "unit") + "\n";
  out += "tombstones  " + counted(stats.deleted_items, "block") + ", " +
         counted(made_of.deleted_units, "unit") + " in " +
         counted(made_of.deleted_ranges, "range") + "\n";
  out += "pending     " + counted(stats.pending_structs, "block") + ", " +
         counted(stats.pending_bytes, "byte") + ", " + counted(stats.pending_deletes, "deletion") +
         "\n\n";
  out += "content        blocks       units       bytes\n";
  for (const crdt::Composition::Part& part : made_of.parts) {
    if (part.blocks == 0) continue;
    std::string line(part.content);
    for (const uint64_t value : {part.blocks, part.units, part.bytes}) {
      const std::string cell = n(value);
      const size_t width = line.size() < 9 ? 21 - line.size() : 12;
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
  const crdt::DocStats stats = seen.doc.stats();
  crdt::AnyObject content;
  for (const crdt::Composition::Part& part : seen.composition.parts) {
    if (part.blocks == 0) continue;
    crdt::AnyObject one;
    one.set("blocks", number(part.blocks));
    one.set("units", number(part.units));
    one.set("bytes", number(part.bytes));
    content.set(part.content, crdt::Any(std::move(one)));
  }
  crdt::AnyObject roots;
  for (const Root& root : roots_of(seen.doc)) {
    crdt::AnyObject one;
    one.set("type", crdt::Any(name_of(root.type.kind())));
    one.set("length", number(size_of(root.type)));
    roots.set(root.name, crdt::Any(std::move(one)));
  }
  crdt::AnyObject pending;
  pending.set("blocks", number(stats.pending_structs));
  pending.set("bytes", number(stats.pending_bytes));
  pending.set("deletions", number(stats.pending_deletes));
  crdt::AnyObject out;
  out.set("what", crdt::Any(seen.what));
  out.set("bytes", number(seen.update.size()));
  out.set("clients", number(seen.composition.clients));
  out.set("blocks", number(seen.composition.blocks));
  out.set("units", number(seen.composition.units));
  out.set("deletedBlocks", number(stats.deleted_items));
  out.set("deletedUnits", number(seen.composition.deleted_units));
  out.set("deletedRanges", number(seen.composition.deleted_ranges));
  out.set("pending", crdt::Any(std::move(pending)));
  out.set("content", crdt::Any(std::move(content)));
  out.set("roots", crdt::Any(std::move(roots)));
  print(crdt::to_json(crdt::Any(std::move(out))) + "\n");
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
  const auto composition = crdt::composition_of(
      seen.update, seen.format, {.max_structs = ~uint64_t{0}, .max_delete_ranges = ~uint64_t{0}});
  if (!composition) return tl::unexpected(composition.error());
  seen.composition = *composition;
  if (seen.doc.has_pending()) {
    std::fputs("tidemark: some of it waits for updates that are not there; see \"pending\"\n",
               stderr);
  }
  if (command.as_json) {
    print_json(seen);
  } else {
    print_text(seen);
  }
  return kDone;
}

}  // namespace tidemark::cli
