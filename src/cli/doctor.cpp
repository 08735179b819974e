// tidemark doctor
#include <cstdio>
#include <map>
#include <set>

#include "cli/commands.h"
#include "cli/content.h"
#include "cli/files.h"
#include "cli/json.h"
#include "cli/open_store.h"

namespace tidemark::cli {

namespace {

struct Findings {
  std::vector<store::Damage> damages;
  std::vector<std::string> pending;  // whole, but waiting for updates that never came
  bool are_counted = true;           // false: the list of documents ends before its end
  uint64_t documents = 0;
  uint64_t bytes = 0;
};

void show_progress(const Findings& findings) {
  if (!is_terminal_error()) return;
  std::fprintf(stderr, "\r%llu documents, %s ", static_cast<unsigned long long>(findings.documents),
               size_text(findings.bytes).c_str());
}

// Whether the updates of a document decode and integrate, which checksums cannot tell.
Result<> examine(store::DocumentStore& store, const std::string& name,
                 const std::set<std::string>& known, Findings& findings) {
  if (known.contains(name)) return {};
  const auto doc = load(store, name);
  if (!doc) {
    if (doc.error().code != ErrorCode::kCorrupt) return tl::unexpected(doc.error());
    findings.damages.push_back({name, doc.error().detail});
    return {};
  }
  if (*doc && (*doc)->has_pending()) findings.pending.push_back(name);
  return {};
}

Result<> examine_all(store::DocumentStore& store, Findings& findings) {
  std::set<std::string> known;
  for (const store::Damage& damage : findings.damages) known.insert(damage.document);
  std::string after;
  for (;;) {
    const auto page = store.list(after, kDocumentsAtOnce);
    if (!page) {
      if (page.error().code != ErrorCode::kCorrupt) return tl::unexpected(page.error());
      findings.are_counted = false;
      findings.damages.push_back(
          {"", "the list of documents cannot be read to its end: " + page.error().detail});
      return {};
    }
    for (const store::DocumentStatistics& one : *page) {
      findings.documents += 1;
      findings.bytes += one.snapshot_bytes + one.log_bytes;
      if (const auto done = examine(store, one.name, known, findings); !done) return done;
      if (findings.documents % 64 == 0) show_progress(findings);
    }
    if (page->size() < kDocumentsAtOnce) return {};
    after = page->back().name;
  }
}

// Each is told under the name of its document; those words of the detail would repeat it.
void drop_name(store::Damage& damage) {
  if (damage.document.empty()) return;
  for (const std::string& start : {"\"" + printable(damage.document) + "\" does not load: ",
                                   "\"" + damage.document + "\" is damaged: "}) {
    if (damage.detail.starts_with(start)) damage.detail.erase(0, start.size());
  }
}

// Several ways of reading meet the same damage; it is told once.
void keep_one_of_each(std::vector<store::Damage>& damages) {
  for (store::Damage& damage : damages) drop_name(damage);
  std::set<std::pair<std::string, std::string>> told;
  std::erase_if(damages, [&told](const store::Damage& damage) {
    return !told.emplace(damage.document, damage.detail).second;
  });
}

void report(const Findings& findings) {
  if (is_terminal_error()) std::fputs("\r\x1b[K", stderr);
  std::string out;
  for (const store::Damage& damage : findings.damages) {
    out += damage.document.empty() ? std::string("damaged: the store: ")
                                   : "damaged: " + printable(damage.document) + ": ";
    out += damage.detail + "\n";
  }
  for (const std::string& name : findings.pending) {
    out += "incomplete: " + printable(name) +
           ": holds updates that wait for others; a client that has those completes it\n";
  }
  out += findings.are_counted
             ? counted(findings.documents, "document") + ", " + size_text(findings.bytes) + ": "
             : std::string("The documents cannot be counted: ");
  out += findings.damages.empty()
             ? "all of them load.\n"
             : counted(findings.damages.size(), "damaged place") +
                   ". Nothing was changed; restore what is named from a backup.\n";
  print(out);
}

void report_json(const Findings& findings) {
  crdt::AnyArray damages;
  for (const store::Damage& damage : findings.damages) {
    crdt::AnyObject one;
    one.set("document",
            damage.document.empty() ? crdt::Any(crdt::Null{}) : crdt::Any(damage.document));
    one.set("detail", crdt::Any(damage.detail));
    damages.emplace_back(std::move(one));
  }
  crdt::AnyArray pending;
  for (const std::string& name : findings.pending) pending.emplace_back(name);
  crdt::AnyObject out;
  out.set("documents", number(findings.documents));
  out.set("bytes", number(findings.bytes));
  out.set("damaged", crdt::Any(std::move(damages)));
  out.set("incomplete", crdt::Any(std::move(pending)));
  print(crdt::to_json(crdt::Any(std::move(out))) + "\n");
}

}  // namespace

Result<ExitCode> run(const Doctor& command) {
  auto store = open_for_reading(command.data);
  if (!store) return tl::unexpected(store.error());
  Findings findings;
  auto damages = (*store)->check();
  if (!damages) return tl::unexpected(damages.error());
  findings.damages = std::move(*damages);
  if (const auto done = examine_all(**store, findings); !done) return tl::unexpected(done.error());
  keep_one_of_each(findings.damages);
  if (command.as_json) {
    report_json(findings);
  } else {
    report(findings);
  }
  return findings.damages.empty() ? kDone : kFoundFault;
}

}  // namespace tidemark::cli
