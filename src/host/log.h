// The log of the process: lines of key=value on standard error. Only log.cpp knows spdlog.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace tidemark::host {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

// trace, debug, info, warn, error or off.
Result<> set_log_level(const std::string& name);

using LogField = std::pair<std::string_view, std::string_view>;

// event=... key=value ...; values are quoted where they need it. From any thread.
void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

// Failed assertions are logged before the process ends.
void log_assertions();

}  // namespace tidemark::host
