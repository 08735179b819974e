#include "cli/config_file.h"

#include <CLI/CLI.hpp>
#include <fstream>

namespace tidemark::cli {

Result<std::vector<Given>> read_config_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    return failure(ErrorCode::kInvalid,
                   "cannot read the config file " + path + "; check its name and permissions");
  }
  std::vector<Given> entries;
  try {
    for (CLI::ConfigItem& item : CLI::ConfigTOML().from_config(file)) {
      if (item.name == "++" || item.name == "--") continue;  // where CLI11 marks a section
      if (!item.parents.empty()) {
        return failure(ErrorCode::kInvalid, path + ": there are no sections; write the key " +
                                                item.name + " before [" + item.parents.front() +
                                                "]");
      }
      entries.push_back({std::move(item.name), std::move(item.inputs)});
    }
  } catch (const CLI::Error& error) {
    return failure(ErrorCode::kInvalid, path + ": " + error.what());
  }
  return entries;
}

}  // namespace tidemark::cli
