// tidemark doc import DOC FILE
#include <cstdio>
#include <random>

#include "cli/absorb.h"
#include "cli/commands.h"
#include "cli/content.h"
#include "cli/files.h"
#include "cli/open_store.h"
#include "server/route.h"
#include "store/stored_doc.h"

namespace tidemark::cli {

namespace {

// Random, as every Yjs client does it: 32 bits, of which no other replica has this one.
crdt::DocOptions as_new_replica() {
  std::random_device random;
  return {.client_id = random(), .seed = random(), .cleans_formatting = false};
}

std::string label_of(crdt::UpdateFormat format) {
  return format == crdt::UpdateFormat::kV1 ? "V1" : "V2";
}

Result<Buffer> as_update_v1(Bytes sound, crdt::UpdateFormat format) {
  if (format == crdt::UpdateFormat::kV2) return crdt::convert_v2_to_v1(sound);
  return copy_of(sound);
}

Result<Buffer> read_as_update_v1(Bytes bytes, std::optional<Format> format) {
  const auto detected = detect_update(bytes);
  if (!format) {
    if (!detected) {
      return failure(detected.error().code, detected.error().detail +
                                                "; if it is text, JSON or XML, say so with "
                                                "--format");
    }
    return as_update_v1(bytes, *detected);
  }
  const auto told = format == Format::kUpdateV2 ? crdt::UpdateFormat::kV2 : crdt::UpdateFormat::kV1;
  const auto sound = check_update(bytes, told);
  if (sound) return as_update_v1(bytes, told);
  const std::string said = "the input is no update " + label_of(told) + ": " + sound.error().detail;
  if (!detected) return failure(sound.error().code, said);
  return failure(sound.error().code, said + "; is it " + label_of(*detected) +
                                         "? Then say --format update-" +
                                         (*detected == crdt::UpdateFormat::kV1 ? "v1" : "v2"));
}

// What the document must apply to hold the input too; empty if it holds it already.
Result<Buffer> update_for(crdt::Doc& doc, Bytes input, std::optional<Format> format,
                          const std::string& root) {
  if (!format || is_update(*format)) {
    auto update = read_as_update_v1(input, format);
    if (!update) return update;
    const auto known = crdt::contains_update(doc.state_vector(), doc.delete_set(), *update,
                                             crdt::UpdateFormat::kV1);
    if (!known) return tl::unexpected(known.error());
    if (*known) return Buffer();
    if (const auto applied = doc.apply_update(*update); !applied) {
      return tl::unexpected(applied.error());
    }
    return update;
  }
  Buffer made;
  const auto subscription =
      doc.on_update([&made](const crdt::UpdateEvent& event) { made = copy_of(event.update); });
  Result<> done;
  doc.transact([&] {
    if (*format == Format::kText) done = absorb_text(doc, root, as_text(input));
    if (*format == Format::kJson) done = absorb_json(doc, as_text(input));
    if (*format == Format::kXml) done = absorb_xml(doc, root, as_text(input));
  });
  if (!done) return tl::unexpected(done.error());
  return made;
}

// What was stored is what was asked for, but a part of it does not show.
void warn_of_pending(const crdt::Doc& doc, const std::string& document) {
  if (!doc.has_pending()) return;
  const crdt::BlockStats stats = doc.stats();
  std::fprintf(stderr,
               "tidemark: \"%s\" holds %s and %s that wait for updates it lacks; import those "
               "too, or let a client that has them connect\n",
               printable(document).c_str(), counted(stats.pending_blocks, "block").c_str(),
               counted(stats.pending_deletes, "deletion").c_str());
}

}  // namespace

Result<ExitCode> run(const DocImport& command) {
  // A document that no client could open is not made.
  if (const auto named = server::check_name_grammar(command.document); !named) {
    return failure(named.error().code, named.error().detail + ": \"" + printable(command.document) +
                                           "\"; choose a name that the server serves too");
  }
  const auto format = format_of(command.format, command.input);
  if (is_folder(command.input)) {
    return failure(ErrorCode::kInvalid, command.input + " is a directory; name a file");
  }
  if (!is_file(command.input)) {
    std::fprintf(stderr, "tidemark: there is no file %s\n", command.input.c_str());
    return kNotThere;
  }
  const auto input = read_input(command.input);
  if (!input) return tl::unexpected(input.error());
  const bool is_new = !has_store(command.data);
  if (is_new) {
    // A store is made for what can go into it, and for nothing else.
    crdt::Doc trial(as_new_replica());
    const auto checked = update_for(trial, *input, format, command.root);
    if (!checked) return tl::unexpected(checked.error());
  }
  auto store = open_or_make(command.data);
  if (!store) return tl::unexpected(store.error());
  auto stored = (*store)->load(command.document);
  if (!stored) return tl::unexpected(stored.error());
  crdt::Doc doc(as_new_replica());
  if (*stored) {
    const auto loaded = store::apply_stored(doc, **stored);
    if (!loaded) return tl::unexpected(loaded.error());
  }
  const auto update = update_for(doc, *input, format, command.root);
  if (!update) return tl::unexpected(update.error());
  if (is_new) print("Made a new store in " + command.data + ".\n");
  warn_of_pending(doc, command.document);
  if (update->empty()) {
    print(*stored ? "\"" + printable(command.document) + "\" holds all of this already.\n"
                  : "There is nothing in the input; no document \"" + printable(command.document) +
                        "\" was made.\n");
    return kDone;
  }
  const store::Append batch[] = {
      {.document = command.document, .update = *update, .origin = "import", .time_ms = now_ms()}};
  const auto ids = (*store)->append(batch);
  if (!ids) return tl::unexpected(ids.error());
  print("Imported " + size_text(update->size()) + " into \"" + printable(command.document) +
        "\".\n");
  return kDone;
}

}  // namespace tidemark::cli
