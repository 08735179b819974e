// tidemark doc show DOC
#include "cli/commands.h"
#include "cli/content.h"
#include "cli/files.h"
#include "cli/json.h"
#include "cli/open_store.h"

namespace tidemark::cli {

namespace {

std::string row(std::string_view label, const std::string& value) {
  std::string line(label);
  line.resize(std::max<size_t>(line.size() + 1, 12), ' ');
  return line + value + "\n";
}

std::string for_people(const store::DocumentStatistics& one, crdt::Doc& doc) {
  std::string out = row("name", printable(one.name));
  out += row("created", time_text(one.created_ms));
  out += row("updated", time_text(one.updated_ms));
  out += row("stored", "snapshot " + size_text(one.snapshot_bytes) + ", then " +
                           counted(one.tail_rows, "update") + ", " + size_text(one.tail_bytes));
  if (doc.has_pending()) out += row("pending", "updates that wait for others which never came");
  if (!doc.is_json_whole()) {
    out += row("deep", "what nests deeper than " + std::to_string(crdt::kMaxJsonDepth) +
                           " types shows as null");
  }
  for (const Root& root : roots_of(doc)) {
    if (!root.type) continue;
    const crdt::TypeRef kind = root.type.kind();
    out += "\n\"" + printable(root.name) + "\" (" + std::string(name_of(kind)) + ")\n";
    const std::string body = kind == crdt::TypeRef::kText ? text_of(root.type)
                             : kind == crdt::TypeRef::kMap || kind == crdt::TypeRef::kArray ||
                                     kind == crdt::TypeRef::kUnknown
                                 ? crdt::to_json(root.type.to_json())
                                 : root.type.to_string();
    out += body;
    if (!body.ends_with('\n')) out += '\n';
  }
  return out;
}

}  // namespace

Result<ExitCode> run(const DocShow& command) {
  auto store = open_for_reading(command.data);
  if (!store) return tl::unexpected(store.error());
  const auto statistics = (*store)->statistics(command.document);
  if (!statistics) return tl::unexpected(statistics.error());
  if (!*statistics) return no_such_document(command.document, command.data);
  auto doc = load(**store, command.document);
  if (!doc) return tl::unexpected(doc.error());
  if (!*doc) return no_such_document(command.document, command.data);
  if (!command.as_json) {
    print(for_people(**statistics, **doc));
    return kDone;
  }
  crdt::Any described = to_any(**statistics);
  crdt::AnyObject out = *described.as_object();
  crdt::AnyObject kinds;
  for (const Root& root : roots_of(**doc)) {
    kinds.set(root.name, crdt::Any(name_of(root.type.kind())));
  }
  out.set("hasPending", crdt::Any((*doc)->has_pending()));
  out.set("roots", crdt::Any(std::move(kinds)));
  out.set("content", json_of(**doc));
  print(crdt::to_json(crdt::Any(std::move(out))) + "\n");
  return kDone;
}

}  // namespace tidemark::cli
