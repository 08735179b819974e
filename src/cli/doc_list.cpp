// tidemark doc list
#include <algorithm>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/json.h"
#include "cli/open_store.h"

namespace tidemark::cli {

namespace {

std::string line_of(const store::DocumentStatistics& one) {
  std::string line = time_text(one.updated_ms) + "  ";
  for (const std::string& cell :
       {size_text(one.snapshot_bytes + one.tail_bytes), counted(one.tail_rows, "update")}) {
    line += std::string(cell.size() < 14 ? 14 - cell.size() : 0, ' ') + cell;
  }
  return line + "  " + printable(one.name) + "\n";
}

}  // namespace

crdt::Any to_any(const store::DocumentStatistics& one) {
  crdt::AnyObject out;
  out.set("name", crdt::Any(one.name));
  out.set("snapshotBytes", number(one.snapshot_bytes));
  out.set("covers", number(one.covers));
  out.set("logRows", number(one.log_rows));
  out.set("logBytes", number(one.log_bytes));
  out.set("tailRows", number(one.tail_rows));
  out.set("tailBytes", number(one.tail_bytes));
  out.set("lastId", number(one.last_id));
  out.set("createdMs", crdt::Any(static_cast<double>(one.created_ms)));
  out.set("updatedMs", crdt::Any(static_cast<double>(one.updated_ms)));
  return crdt::Any(std::move(out));
}

Result<ExitCode> run(const DocList& command) {
  auto store = open_for_reading(command.data);
  if (!store) return tl::unexpected(store.error());
  std::string after;
  bool is_first = true;
  if (command.as_json) print("{\"documents\":[");
  for (;;) {
    const auto page = (*store)->list(after, kDocumentsAtOnce);
    if (!page) return tl::unexpected(page.error());
    for (const store::DocumentStatistics& one : *page) {
      if (!one.name.starts_with(command.prefix)) continue;
      const std::string text =
          command.as_json ? (is_first ? "" : ",") + crdt::to_json(to_any(one)) : line_of(one);
      if (!print(text)) return kDone;
      is_first = false;
    }
    if (page->size() < kDocumentsAtOnce) break;
    after = page->back().name;
  }
  if (command.as_json) print("]}\n");
  return kDone;
}

}  // namespace tidemark::cli
