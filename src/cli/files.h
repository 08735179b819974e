// Files and the standard streams, whole at a time; "-" names a stream.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace tidemark::cli {

// Something that can be read, pipes included.
bool is_file(const std::string& path);

bool is_folder(const std::string& path);

// Something that writing would replace, which a pipe is not.
bool is_regular_file(const std::string& path);

Result<Buffer> read_input(const std::string& path);

// A file appears whole or not at all, and replaces what was there. Pipes and devices are written
// to.
Result<> write_output(const std::string& path, Bytes bytes);

// To standard output. False once nobody reads it any more.
bool print(std::string_view text);

bool is_terminal_out();
bool is_terminal_in();
bool is_terminal_error();

// "1 update", "2 updates".
std::string counted(uint64_t count, std::string_view what);
// "1.5 KiB".
std::string size_text(uint64_t bytes);
// "2026-01-31 12:00:05Z".
std::string time_text(int64_t ms);
// A name as it may be printed: control characters as \n, \x1b, ...
std::string printable(std::string_view name);

}  // namespace tidemark::cli
