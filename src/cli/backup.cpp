// tidemark backup FILE
#include <cstdio>
#include <filesystem>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/open_store.h"

namespace tidemark::cli {

Result<ExitCode> run(const Backup& command) {
  auto store = open_for_reading(command.data);
  if (!store) return tl::unexpected(store.error());
  if (is_file(command.output) || is_folder(command.output)) {
    return failure(ErrorCode::kInvalid,
                   command.output + " exists; choose another name or remove it");
  }
  const auto damages = (*store)->backup(command.output);
  if (!damages) return tl::unexpected(damages.error());
  std::error_code error;
  const auto size = std::filesystem::file_size(command.output, error);
  print("Copied the store to " + command.output + " (" + size_text(error ? 0 : size) + ").\n");
  for (const store::Damage& damage : *damages) {
    std::fprintf(stderr, "damaged in the store, and so in the copy: %s\n", damage.detail.c_str());
  }
  return damages->empty() ? kDone : kFoundFault;
}

}  // namespace tidemark::cli
