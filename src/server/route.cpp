#include "server/route.h"

#include <optional>
#include <utility>

#include "base/utf.h"

namespace tidemark::server {

namespace {

std::optional<uint8_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = hex_digit(text[i + 1]);
    const auto low = hex_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    out.push_back(static_cast<char>(*high << 4 | *low));
    i += 2;
  }
  return out;
}

bool has_control_character(std::string_view name) {
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
  }
  return false;
}

bool has_dot_segment(std::string_view name) {
  while (true) {
    const size_t slash = name.find('/');
    const std::string_view segment = name.substr(0, slash);
    if (segment == "." || segment == "..") return true;
    if (slash == std::string_view::npos) return false;
    name.remove_prefix(slash + 1);
  }
}

}  // namespace

Result<> check_name_grammar(std::string_view name) {
  if (name.empty()) return failure(ErrorCode::kInvalid, "a document name must not be empty");
  if (!is_valid_utf8(name)) return failure(ErrorCode::kInvalid, "the document name is not UTF-8");
  if (has_control_character(name)) {
    return failure(ErrorCode::kInvalid, "the document name holds a control character");
  }
  if (has_dot_segment(name)) {
    return failure(ErrorCode::kInvalid, "the document name holds a segment '.' or '..'");
  }
  return {};
}

Result<> check_room_name(std::string_view name, const Limits& limits) {
  if (name.size() > limits.max_room_name_bytes) {
    return failure(ErrorCode::kTooLarge, "the document name is above max-room-name-bytes");
  }
  return check_name_grammar(name);
}

Result<Route> route(std::string_view target, const Limits& limits) {
  constexpr std::string_view kYPrefix = "/yjs/";
  const std::string_view path = target.substr(0, target.find('?'));
  if (!path.starts_with('/')) return failure(ErrorCode::kInvalid, "the path must begin with '/'");
  if (path == "/" || path == "/hocuspocus" || path == "/hocuspocus/") return Route{};
  const size_t prefix = path.starts_with(kYPrefix) ? kYPrefix.size() : 1;
  auto room = percent_decode(path.substr(prefix));
  if (!room) return failure(ErrorCode::kInvalid, "the path holds a broken percent escape");
  if (auto checked = check_room_name(*room, limits); !checked) {
    return tl::unexpected(checked.error());
  }
  return Route{Dialect::kYWebsocket, std::move(*room)};
}

}  // namespace tidemark::server
