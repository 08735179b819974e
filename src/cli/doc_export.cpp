// tidemark doc export DOC [FILE]
#include "cli/commands.h"
#include "cli/content.h"
#include "cli/files.h"
#include "cli/open_store.h"

namespace tidemark::cli {

Result<ExitCode> run(const DocExport& command) {
  const auto format = format_of(command.format, command.output);
  if (!format) {
    return failure(ErrorCode::kInvalid,
                   "say what to write with --format: text, json, xml, update-v1 or update-v2");
  }
  if (is_update(*format) && command.output.empty() && is_terminal_out()) {
    return failure(ErrorCode::kInvalid,
                   "an update is binary and standard output is a terminal; name a file, or - if "
                   "that is meant");
  }
  if (!command.may_replace && is_regular_file(command.output)) {
    return failure(ErrorCode::kInvalid, command.output +
                                            " exists; name another file, or say --force to "
                                            "replace it");
  }
  auto store = open_for_reading(command.data);
  if (!store) return tl::unexpected(store.error());
  auto doc = load(**store, command.document);
  if (!doc) return tl::unexpected(doc.error());
  if (!*doc) return no_such_document(command.document, command.data);
  const auto bytes = render(**doc, *format, command.root);
  if (!bytes) return tl::unexpected(bytes.error());
  const auto written = write_output(command.output.empty() ? "-" : command.output, *bytes);
  if (!written) return tl::unexpected(written.error());
  return kDone;
}

}  // namespace tidemark::cli
