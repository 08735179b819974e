// The settings of Tidemark, one table: flags, environment variables, config file, help and the
// table in docs/operating.md all come from it. A flag wins over the environment, that over the
// config file, that over the default.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "host/serve.h"

namespace tidemark::cli {

// Text into a value: the last one counts unless the setting repeats.
using SetValue = std::function<Result<>(host::ServeOptions& options, const std::string& text)>;

struct Setting {
  std::string name;      // of the flag, without dashes, and of the key in the config file
  std::string value;     // what a value looks like: "FILE"; empty for a switch
  std::string fallback;  // what holds if nobody says anything, as text
  std::string meaning;   // one sentence, with its reason
  bool is_limit = false;
  bool repeats = false;
  // Of a limit.
  uint64_t at_most = ~uint64_t{0};
  uint64_t at_least = 0;
  SetValue set;
};

const std::vector<Setting>& settings();
const Setting* find_setting(std::string_view name);

// "max-rooms" is TIDEMARK_MAX_ROOMS.
std::string variable_of(std::string_view setting);

// What the command line or the config file said: setting and values in order.
struct Given {
  std::string name;
  std::vector<std::string> values;
  size_t line = 0;  // of the config file
};

// Brings flags, environment and config file together. `config_file` may be empty: then
// TIDEMARK_CONFIG decides, and without that there is none.
Result<host::ServeOptions> resolve_settings(std::span<const Given> flags, std::string config_file);

// One line for each variable that looks like a setting of ours and is none. It is a warning, not an
// error: container platforms make up such names for whatever is called tidemark.
std::vector<std::string> unknown_variables();

// The table of docs/operating.md.
std::string settings_as_markdown();

}  // namespace tidemark::cli
