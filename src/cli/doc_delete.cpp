// tidemark doc delete DOC
#include <cstdio>
#include <iostream>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/open_store.h"

namespace tidemark::cli {

namespace {

bool confirm(const std::string& document) {
  std::fprintf(stderr, "Delete \"%s\" with its whole history? [y/N] ", printable(document).c_str());
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace

Result<ExitCode> run(const DocDelete& command) {
  auto store = open_for_writing(command.data);
  if (!store) return tl::unexpected(store.error());
  const auto found = (*store)->statistics(command.document);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return no_such_document(command.document, command.data);
  if (!command.is_confirmed) {
    if (!is_terminal_in()) {
      return failure(ErrorCode::kInvalid,
                     "deleting cannot be undone and nobody is there to ask; add --yes");
    }
    if (!confirm(command.document)) {
      std::fputs("Nothing was deleted.\n", stderr);
      return kFoundFault;
    }
  }
  const auto removed = (*store)->remove(command.document);
  if (!removed) return tl::unexpected(removed.error());
  print("Deleted \"" + printable(command.document) + "\".\n");
  return kDone;
}

}  // namespace tidemark::cli
