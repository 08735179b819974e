#include "cli/settings.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "cli/config_file.h"
#include "cli/spelling.h"
#include "net/limits.h"
#include "net/origin.h"
#include "server/limits.h"
#include "sync/limits.h"

namespace tidemark::cli {

namespace {

using host::ServeOptions;

tl::unexpected<Error> not_a(const char* what, const std::string& text) {
  return failure(ErrorCode::kInvalid, "\"" + text + "\" is not " + what);
}

unsigned shift_of(char suffix) {
  switch (suffix) {
    case 'K':
    case 'k': return 10;
    case 'M':
    case 'm': return 20;
    case 'G':
    case 'g': return 30;
    default: return 0;
  }
}

// Digits, with K, M or G for powers of 1024.
Result<uint64_t> parse_number(const std::string& text) {
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const std::string_view suffix(rest, static_cast<size_t>(end - rest));
  const unsigned shift = suffix.size() == 1 ? shift_of(suffix[0]) : 0;
  if (error == std::errc::invalid_argument || (!suffix.empty() && shift == 0)) {
    return not_a("a number; write digits, with K, M or G behind them for powers of 1024", text);
  }
  if (error != std::errc() || value >> (63 - shift) != 0) {
    return failure(ErrorCode::kInvalid, "\"" + text + "\" is too large a number");
  }
  return value << shift;
}

Result<bool> parse_switch(const std::string& text) {
  for (const std::string_view yes : {"true", "yes", "on", "1"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"false", "no", "off", "0"}) {
    if (text == no) return false;
  }
  return not_a("true or false; write one of these", text);
}

// A year is longer than anybody waits, and far from what a clock can add up.
constexpr uint64_t kLongestMs = uint64_t{366} * 24 * 3600 * 1000;

// What is awaited for no time at all never comes. Nor is 0 "no deadline": that is a long one.
Result<uint64_t> parse_duration(const std::string& text, uint64_t at_least) {
  const auto number = parse_number(text);
  if (number && *number > kLongestMs) return not_a("a time; at most a year can be awaited", text);
  if (number && *number < at_least) {
    return failure(ErrorCode::kInvalid,
                   "\"" + text + "\" ms is too short; write " + std::to_string(at_least) +
                       " or more (" + std::to_string(kLongestMs) + ", a year, is without end)");
  }
  return number;
}

// A maximum of 0 would let nothing pass. Where 0 has a meaning, it is the default.
Result<uint64_t> parse_limit(const Setting& limit, const std::string& text) {
  if (limit.value == "ms") return parse_duration(text, limit.at_least);
  const auto number = parse_number(text);
  if (number && *number == 0 && limit.name.starts_with("max-") && limit.fallback != "0") {
    return not_a("a maximum that lets anything pass; write 1 or more", text);
  }
  if (number && *number > limit.at_most) {
    return failure(ErrorCode::kInvalid, "\"" + text + "\" is more than can be allowed; write " +
                                            std::to_string(limit.at_most) + " or less");
  }
  return number;
}

SetValue text_into(std::string ServeOptions::*member) {
  return [member](ServeOptions& options, const std::string& text) -> Result<> {
    if (text.empty()) return failure(ErrorCode::kInvalid, "a value is missing");
    options.*member = text;
    return {};
  };
}

SetValue list_into(std::vector<std::string> ServeOptions::*member) {
  return [member](ServeOptions& options, const std::string& text) -> Result<> {
    if (text.empty()) return failure(ErrorCode::kInvalid, "a value is missing");
    (options.*member).push_back(text);
    return {};
  };
}

Result<> set_open(ServeOptions& options, const std::string& text) {
  const auto is_open = parse_switch(text);
  if (!is_open) return tl::unexpected(is_open.error());
  options.is_open = *is_open;
  return {};
}

Result<> add_origin(ServeOptions& options, const std::string& text) {
  auto origin = net::normal_origin(text);
  if (!origin) return tl::unexpected(origin.error());
  options.origins.push_back(std::move(*origin));
  return {};
}

constexpr uint64_t kLeastShutdownMs = 100;

Result<> set_shutdown_deadline(ServeOptions& options, const std::string& text) {
  const auto duration = parse_duration(text, kLeastShutdownMs);
  if (!duration) return tl::unexpected(duration.error());
  options.shutdown_deadline_ms = static_cast<int64_t>(*duration);
  return {};
}

std::string least_of(uint64_t at_least) { return " At least " + std::to_string(at_least) + "."; }

// Adds what a module's table of limits names.
template <typename Options, typename LimitsOf>
void add_limits(std::vector<Setting>& to, const Options& limits, LimitsOf limits_of) {
  ServeOptions defaults;
  for (const auto& limit : limits) {
    Setting setting{.name = std::string(limit.name),
                    .value = std::string(limit.unit),
                    .fallback = std::to_string(limits_of(defaults).*limit.value),
                    .meaning = std::string(limit.reason),
                    .is_limit = true,
                    .at_most = limit.at_most,
                    .at_least = limit.at_least,
                    .set = {}};
    setting.set = [bounds = setting, value = limit.value, limits_of](
                      ServeOptions& options, const std::string& text) -> Result<> {
      const auto number = parse_limit(bounds, text);
      if (!number) return tl::unexpected(number.error());
      limits_of(options).*value = *number;
      return {};
    };
    if (limit.at_least > 0) setting.meaning += least_of(limit.at_least);
    to.push_back(std::move(setting));
  }
}

std::vector<Setting> general_settings() {
  const ServeOptions defaults;
  return {
      {.name = "data",
       .value = "DIR",
       .fallback = defaults.data,
       .meaning = "The folder that holds the store. Serving makes it if it is missing.",
       .set = text_into(&ServeOptions::data)},
      {.name = "listen",
       .value = "HOST:PORT",
       .fallback = defaults.listen.front(),
       .meaning = "Where to listen; may be given several times. Port 0 takes a free one; a port "
                  "alone, or :PORT, is one of localhost.",
       .repeats = true,
       .set = list_into(&ServeOptions::listen)},
      {.name = "open",
       .value = "",
       .fallback = "false",
       .meaning = "Permits addresses beyond loopback, where whoever reaches them may read and "
                  "write every document.",
       .set = set_open},
      {.name = "certificate",
       .value = "FILE",
       .fallback = "",
       .meaning = "PEM file with the certificate chain; with --key it turns TLS on. SIGHUP reads "
                  "both again.",
       .set = text_into(&ServeOptions::certificate)},
      {.name = "key",
       .value = "FILE",
       .fallback = "",
       .meaning = "PEM file with the private key of the certificate.",
       .set = text_into(&ServeOptions::key)},
      {.name = "origin",
       .value = "URL",
       .fallback = "",
       .meaning = "A web origin whose pages may connect, beside loopback and pages from here; may "
                  "be given several times. https://HOST or https://HOST:PORT, without a path; null "
                  "for pages from files; * permits every page.",
       .repeats = true,
       .set = add_origin},
      {.name = "log-level",
       .value = "LEVEL",
       .fallback = defaults.log_level,
       .meaning = "trace, debug, info, warn, error or off; to standard error.",
       .set = text_into(&ServeOptions::log_level)},
      {.name = "shutdown-deadline-ms",
       .value = "ms",
       .fallback = std::to_string(defaults.shutdown_deadline_ms),
       .meaning = "How long a graceful stop waits for peers that do not close." +
                  least_of(kLeastShutdownMs),
       .set = set_shutdown_deadline},
  };
}

std::vector<Setting> make_settings() {
  std::vector<Setting> all = general_settings();
  add_limits(all, net::limit_options(),
             [](ServeOptions& options) -> net::Limits& { return options.net; });
  add_limits(all, server::limit_options(),
             [](ServeOptions& options) -> server::Limits& { return options.limits; });
  add_limits(all, sync::limit_options(),
             [](ServeOptions& options) -> sync::Limits& { return options.limits.sync; });
  return all;
}

std::vector<std::string> names_of_settings() {
  std::vector<std::string> names;
  for (const Setting& setting : settings()) names.push_back(setting.name);
  return names;
}

// Settings that are sound one by one, and not together.
Result<> check_pairs(const ServeOptions& options) {
  const auto contradiction = [](const std::string& what, const std::string& why) {
    return failure(ErrorCode::kInvalid, what + ": " + why);
  };
  const net::Limits& net = options.net;
  if (net.ping_interval_ms >= net.idle_deadline_ms) {
    return contradiction("ping-interval-ms (" + std::to_string(net.ping_interval_ms) +
                             ") must be below idle-deadline-ms (" +
                             std::to_string(net.idle_deadline_ms) + ")",
                         "whoever is quiet would be dropped before being asked");
  }
  const server::Limits& limits = options.limits;
  if (limits.queue_soft_bytes > limits.queue_hard_bytes) {
    return contradiction("queue-soft-bytes (" + std::to_string(limits.queue_soft_bytes) +
                             ") must not be above queue-hard-bytes (" +
                             std::to_string(limits.queue_hard_bytes) + ")",
                         "a slow reader would be dropped before being spared");
  }
  return {};
}

Result<> apply(ServeOptions& options, const Given& given, const std::string& source) {
  const Setting* setting = find_setting(given.name);
  if (setting == nullptr) {
    return failure(ErrorCode::kInvalid, source + " names no setting" +
                                            did_you_mean(given.name, names_of_settings()) +
                                            "; `tidemark serve --help` lists them all");
  }
  if (given.values.empty()) return failure(ErrorCode::kInvalid, source + ": a value is missing");
  if (given.values.size() > 1 && !setting->repeats) {
    return failure(ErrorCode::kInvalid, source + ": takes one value, not several");
  }
  // The defaults of a list go when somebody names members.
  if (setting->name == "listen") options.listen.clear();
  if (setting->name == "origin") options.origins.clear();
  for (const std::string& value : given.values) {
    const auto done = setting->set(options, value);
    if (!done) return failure(done.error().code, source + ": " + done.error().detail);
  }
  return {};
}

// Lists are separated by commas in a variable.
std::vector<std::string> split(const Setting& setting, const std::string& text) {
  if (!setting.repeats) return {text};
  std::vector<std::string> parts;
  size_t first = 0;
  while (first <= text.size()) {
    const size_t end = std::min(text.find(',', first), text.size());
    parts.push_back(text.substr(first, end - first));
    first = end + 1;
  }
  return parts;
}

Result<> apply_environment(ServeOptions& options) {
  for (const Setting& setting : settings()) {
    const std::string variable = variable_of(setting.name);
    const char* text = std::getenv(variable.c_str());
    if (text == nullptr || *text == '\0') continue;
    if (auto done = apply(options, {setting.name, split(setting, text), 0}, variable); !done) {
      return done;
    }
  }
  return {};
}

}  // namespace

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = make_settings();
  return all;
}

const Setting* find_setting(std::string_view name) {
  const auto found = std::ranges::find(settings(), name, &Setting::name);
  return found == settings().end() ? nullptr : &*found;
}

std::string variable_of(std::string_view setting) {
  std::string out = "TIDEMARK_";
  for (const char c : setting) {
    out += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  return out;
}

Result<ServeOptions> resolve_settings(std::span<const Given> flags, std::string config_file) {
  ServeOptions options;
  if (config_file.empty()) {
    const char* text = std::getenv("TIDEMARK_CONFIG");
    if (text != nullptr) config_file = text;
  }
  if (!config_file.empty()) {
    const auto entries = read_config_file(config_file);
    if (!entries) return tl::unexpected(entries.error());
    for (const Given& entry : *entries) {
      const auto done =
          apply(options, entry,
                config_file + ":" + std::to_string(entry.line) + ": \"" + entry.name + "\"");
      if (!done) return tl::unexpected(done.error());
    }
  }
  if (const auto done = apply_environment(options); !done) return tl::unexpected(done.error());
  for (const Given& flag : flags) {
    const auto done = apply(options, flag, "--" + flag.name);
    if (!done) return tl::unexpected(done.error());
  }
  if (const auto sound = check_pairs(options); !sound) return tl::unexpected(sound.error());
  return options;
}

std::vector<std::string> unknown_variables() {
  // What the test suites are told; they start this program with all that they know.
  constexpr std::string_view kOfTests[] = {"TIDEMARK_SHARED", "TIDEMARK_BINARY",
                                           "TIDEMARK_CHROMIUM", "TIDEMARK_E2E_"};
  std::vector<std::string> known = {"TIDEMARK_CONFIG"};
  for (const Setting& setting : settings()) known.push_back(variable_of(setting.name));
  std::vector<std::string> lines;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    if (!name.starts_with("TIDEMARK_") || std::ranges::find(known, name) != known.end()) continue;
    const auto is_prefix = [name](std::string_view test) { return name.starts_with(test); };
    if (std::ranges::any_of(kOfTests, is_prefix)) continue;
    lines.push_back("the variable " + std::string(name) + " is no setting and is ignored" +
                    did_you_mean(name, known));
  }
  return lines;
}

std::string settings_as_markdown() {
  std::string out = "| flag and key | variable | default | meaning |\n|---|---|---|---|\n";
  for (const Setting& setting : settings()) {
    out += "| `--" + setting.name;
    if (!setting.value.empty()) out += " " + setting.value;
    out += "` | `" + variable_of(setting.name) + "` | ";
    out += (setting.fallback.empty() ? std::string("none") : "`" + setting.fallback + "`") + " | " +
           setting.meaning + " |\n";
  }
  return out;
}

}  // namespace tidemark::cli
