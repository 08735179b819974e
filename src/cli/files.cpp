#include "cli/files.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <memory>

namespace tidemark::cli {

namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

tl::unexpected<Error> not_done(const char* doing, const std::string& path, int error) {
  return failure(ErrorCode::kUnavailable, std::string("cannot ") + doing + " " + path + ": " +
                                              std::strerror(error) +
                                              "; check the name and the permissions");
}

Result<Buffer> read_all(std::FILE* file, const std::string& path) {
  Buffer bytes;
  std::array<uint8_t, 65536> block;
  for (;;) {
    const size_t count = std::fread(block.data(), 1, block.size(), file);
    append(bytes, {block.data(), count});
    if (count == block.size()) continue;
    if (std::ferror(file) != 0) return not_done("read", path, errno);
    return bytes;
  }
}

Result<> write_all(const std::string& path, Bytes bytes) {
  const File file(std::fopen(path.c_str(), "wb"));
  const bool is_written = file &&
                          std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size() &&
                          std::fflush(file.get()) == 0;
  return is_written ? Result<>{} : not_done("write", path, errno);
}

}  // namespace

bool is_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  return path == "-" || (std::filesystem::exists(status) && !std::filesystem::is_directory(status));
}

bool is_folder(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

bool is_regular_file(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

Result<Buffer> read_input(const std::string& path) {
  if (path == "-") return read_all(stdin, "standard input");
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) return not_done("read", path, errno);
  return read_all(file.get(), path);
}

Result<> write_output(const std::string& path, Bytes bytes) {
  if (path == "-") {
    if (!print(as_text(bytes))) return not_done("write", "standard output", errno);
    return {};
  }
  std::error_code error;
  const auto present = std::filesystem::status(path, error);
  if (std::filesystem::exists(present) && !std::filesystem::is_regular_file(present)) {
    return write_all(path, bytes);
  }
  const std::string fresh = path + ".new";
  if (auto written = write_all(fresh, bytes); !written) {
    std::filesystem::remove(fresh, error);
    return written;
  }
  std::filesystem::rename(fresh, path, error);
  return error ? not_done("write", path, error.value()) : Result<>{};
}

bool print(std::string_view text) {
  if (text.empty()) return true;  // it may have no address
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
         std::fflush(stdout) == 0;
}

bool is_terminal_out() { return ::isatty(STDOUT_FILENO) == 1; }
bool is_terminal_in() { return ::isatty(STDIN_FILENO) == 1; }
bool is_terminal_error() { return ::isatty(STDERR_FILENO) == 1; }

std::string counted(uint64_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

std::string size_text(uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.1f %s", value, kUnits[unit]);
  return text.data();
}

std::string time_text(int64_t ms) {
  if (ms <= 0) return "-";
  const std::time_t seconds = ms / 1000;
  std::tm parts = {};
  std::array<char, 32> text;
  if (::gmtime_r(&seconds, &parts) == nullptr ||
      std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%SZ", &parts) == 0) {
    return "-";
  }
  return text.data();
}

std::string printable(std::string_view name) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      out += c;
    } else {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace tidemark::cli
