#include "cli/config_file.h"

#include <algorithm>

#include "cli/files.h"

namespace tidemark::cli {

namespace {

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

// Reads from the left; the first fault ends it, and the line it is on is known.
class ConfigReader {
 public:
  ConfigReader(std::string_view text, const std::string& path) : rest_(text), path_(path) {}

  Result<std::vector<Given>> read() {
    std::vector<Given> entries;
    for (skip_lines(); !rest_.empty(); skip_lines()) {
      auto entry = read_entry();
      if (!entry) return tl::unexpected(entry.error());
      const auto same = std::ranges::find(entries, entry->name, &Given::name);
      if (same != entries.end()) {
        return wrong("\"" + entry->name + "\" is given again; its first time is line " +
                     std::to_string(same->line) +
                     (find_setting(entry->name) != nullptr && find_setting(entry->name)->repeats
                          ? ". Several values are written as [\"one\", \"two\"]"
                          : ""));
      }
      entries.push_back(std::move(*entry));
    }
    return entries;
  }

 private:
  tl::unexpected<Error> wrong(const std::string& what) const {
    return failure(ErrorCode::kInvalid, path_ + ":" + std::to_string(line_) + ": " + what);
  }

  bool is_next(char c) const { return !rest_.empty() && rest_.front() == c; }

  bool take(char c) {
    if (!is_next(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void skip_blanks() {
    while (take(' ') || take('\t') || take('\r')) continue;
    if (is_next('#')) rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
  }

  void skip_lines() {
    for (skip_blanks(); take('\n'); skip_blanks()) ++line_;
  }

  Result<Given> read_entry() {
    if (is_next('[')) return wrong("there are no sections; write the keys without one");
    Given entry;
    entry.line = line_;
    const auto name = read_key();
    if (!name) return tl::unexpected(name.error());
    entry.name = *name;
    skip_blanks();
    if (!take('=')) return wrong("= missing after \"" + entry.name + "\"");
    skip_blanks();
    const auto done = take('[') ? read_list(entry.values) : read_into(entry.values);
    if (!done) return tl::unexpected(done.error());
    skip_blanks();
    if (!rest_.empty() && !is_next('\n')) {
      return wrong("more follows the value of \"" + entry.name +
                   "\": " + printable(rest_.substr(0, std::min<size_t>(rest_.find('\n'), 40))));
    }
    return entry;
  }

  Result<std::string> read_key() {
    if (is_next('"') || is_next('\'')) return read_quoted();
    const auto end = std::ranges::find_if_not(rest_, is_key_character);
    const auto size = static_cast<size_t>(end - rest_.begin());
    if (size == 0) return wrong("a key and = are missing");
    std::string key(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return key;
  }

  Result<> read_list(std::vector<std::string>& values) {
    const size_t first_line = line_;
    for (skip_lines(); !take(']'); skip_lines()) {
      if (rest_.empty()) {
        line_ = first_line;
        return wrong("[ is not closed");
      }
      if (auto done = read_into(values); !done) return done;
      skip_lines();
      if (!take(',') && !is_next(']') && !rest_.empty()) return wrong(", or ] missing in the list");
    }
    return {};
  }

  Result<> read_into(std::vector<std::string>& values) {
    auto value = is_next('"') || is_next('\'') ? read_quoted() : read_word();
    if (!value) return tl::unexpected(value.error());
    values.push_back(std::move(*value));
    return {};
  }

  Result<std::string> read_word() {
    const size_t size = std::min(rest_.find_first_of(" \t\r\n,#[]\"'"), rest_.size());
    if (size == 0) return wrong("a value is missing");
    std::string word(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return word;
  }

  Result<std::string> read_quoted() {
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    std::string text;
    while (!take(quote)) {
      if (rest_.empty() || is_next('\n')) return wrong("quote not closed");
      if (quote == '"' && take('\\')) {
        if (rest_.empty()) return wrong("quote not closed");
        const size_t escape = std::string_view("\"\\tnr").find(rest_.front());
        if (escape == std::string_view::npos) {
          return wrong("there is no escape \\" + printable(rest_.substr(0, 1)) +
                       "; write \\\\ for a backslash, or take single quotes");
        }
        text += "\"\\\t\n\r"[escape];
      } else {
        text += rest_.front();
      }
      rest_.remove_prefix(1);
    }
    return text;
  }

  std::string_view rest_;
  const std::string& path_;
  size_t line_ = 1;
};

}  // namespace

Result<std::vector<Given>> read_config_file(const std::string& path) {
  const auto bytes = read_input(path);
  if (!bytes) {
    return failure(ErrorCode::kInvalid,
                   "cannot read the config file " + path + "; check its name and permissions");
  }
  std::string_view text = as_text(*bytes);
  // Some editors put a byte order mark in front.
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return ConfigReader(text, path).read();
}

}  // namespace tidemark::cli
