// tidemark doc import DOC FILE
#include <cstdio>
#include <random>

#include "cli/absorb.h"
#include "cli/commands.h"
#include "cli/content.h"
#include "cli/files.h"
#include "cli/open_store.h"
#include "store/stored_doc.h"

namespace tidemark::cli {

namespace {

// Random, as every Yjs client does it: 32 bits, of which no other replica has this one.
crdt::DocOptions as_new_replica() {
  std::random_device random;
  return {.client_id = random(), .seed = random(), .cleans_formatting = false};
}

Result<Buffer> as_update_v1(Bytes bytes, std::optional<Format> format) {
  crdt::UpdateFormat found = crdt::UpdateFormat::kV1;
  if (format == Format::kUpdateV2) {
    found = crdt::UpdateFormat::kV2;
  } else if (!format) {
    const auto detected = detect_update(bytes);
    if (!detected) return tl::unexpected(detected.error());
    found = *detected;
  }
  const auto sound = crdt::validate_update(bytes, found);
  if (!sound) {
    return failure(sound.error().code,
                   "the input is no update in that format (" + sound.error().detail +
                       "); without --format V1 or V2 is told by its bytes, and text, JSON and XML "
                       "have formats of their own");
  }
  if (found == crdt::UpdateFormat::kV2) return crdt::convert_v2_to_v1(bytes);
  return copy_of(bytes.first(bytes.size() - static_cast<size_t>(sound->trailing_bytes)));
}

// What the document must apply to hold the input too; empty if it holds it already.
Result<Buffer> update_for(crdt::Doc& doc, Bytes input, std::optional<Format> format,
                          const std::string& root) {
  if (!format || is_update(*format)) {
    auto update = as_update_v1(input, format);
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

}  // namespace

Result<ExitCode> run(const DocImport& command) {
  const auto format = format_of(command.format, command.input);
  if (!is_file(command.input)) {
    std::fprintf(stderr, "tidemark: there is no file %s\n", command.input.c_str());
    return kNotThere;
  }
  const auto input = read_input(command.input);
  if (!input) return tl::unexpected(input.error());
  auto store = open_for_writing(command.data);
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
  if (update->empty()) {
    print("\"" + printable(command.document) + "\" holds all of this already.\n");
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
