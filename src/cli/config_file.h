// The config file: flat TOML, with the names of the settings as keys. A fault is told with its
// line.
//
//   file   := { [ key "=" value ] [ "#" comment ] newline }
//   value  := one | "[" [ one { "," one } [ "," ] ] "]"     a list may go over several lines
//   one    := '"' characters with \" \\ \t \n \r '"' | "'" characters "'" | word
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
