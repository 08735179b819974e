// The config file: TOML, flat, with the names of the settings as keys.
//
//   data = "/var/lib/tidemark"
//   listen = ["127.0.0.1:1234", "[::1]:1234"]
//   max-rooms = 500
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/settings.h"

namespace tidemark::cli {

Result<std::vector<Given>> read_config_file(const std::string& path);

}  // namespace tidemark::cli
