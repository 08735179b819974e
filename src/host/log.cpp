#include "host/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/assert.h"

namespace tidemark::host {

namespace {

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> made = [] {
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    auto made_logger = std::make_shared<spdlog::logger>("tidemark", std::move(sink));
    made_logger->set_pattern("time=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v",
                             spdlog::pattern_time_type::utc);
    made_logger->set_level(spdlog::level::warn);
    made_logger->flush_on(spdlog::level::trace);
    return made_logger;
  }();
  return *made;
}

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarn: return spdlog::level::warn;
    case LogLevel::kError: break;
  }
  return spdlog::level::err;
}

// What strangers say must not forge lines: control characters and quotes are escaped.
void append_value(std::string& line, std::string_view value) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const bool is_plain = !value.empty() && value.find_first_of(" =\"\\") == std::string_view::npos &&
                        value.find_first_not_of("\x20\x21") != std::string_view::npos;
  std::string escaped;
  bool has_escapes = false;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      escaped.append("\\x").push_back(kHex[byte >> 4]);
      escaped.push_back(kHex[byte & 15]);
      has_escapes = true;
    } else {
      if (c == '"' || c == '\\') escaped.push_back('\\');
      escaped.push_back(c);
    }
  }
  if (is_plain && !has_escapes) {
    line.append(value);
  } else {
    line.append("\"").append(escaped).append("\"");
  }
}

void log_assertion(const char* expression, const char* file, int line) {
  log(LogLevel::kError, "assertion_failed",
      {{"expression", expression}, {"file", file}, {"line", std::to_string(line)}});
}

}  // namespace

Result<> set_log_level(const std::string& name) {
  for (const char* known : {"trace", "debug", "info", "warn", "error", "off"}) {
    if (name != known) continue;
    logger().set_level(spdlog::level::from_str(name));
    return {};
  }
  return failure(ErrorCode::kInvalid,
                 "unknown log level '" + name + "': use trace, debug, info, warn, error or off");
}

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (!logger().should_log(level_of(level))) return;
  std::string line = "event=";
  append_value(line, event);
  for (const auto& [key, value] : fields) {
    line.append(" ").append(key).append("=");
    append_value(line, value);
  }
  logger().log(level_of(level), spdlog::string_view_t(line.data(), line.size()));
}

void log_assertions() { set_assertion_hook(log_assertion); }

}  // namespace tidemark::host
