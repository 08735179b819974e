// The JSON side of values: validating, reading and writing text as JSON.parse and JSON.stringify
// do.
#include <utility>

#include "base/js_number.h"
#include "base/utf.h"
#include "crdt/value.h"

namespace tidemark::crdt {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// One hexadecimal digit, or 16.
unsigned hex_value(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return 16;
}

// The tokens of JSON text. Sticky: a failed scanner has nothing left.
class JsonScanner {
 public:
  // The text must be valid UTF-8.
  explicit JsonScanner(std::string_view text) : rest_(text) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  void fail() {
    ok_ = false;
    rest_ = {};
  }

  char peek() const { return rest_.empty() ? '\0' : rest_[0]; }

  void skip_space() {
    size_t n = 0;
    while (n < rest_.size() &&
           (rest_[n] == ' ' || rest_[n] == '\t' || rest_[n] == '\n' || rest_[n] == '\r')) {
      ++n;
    }
    rest_.remove_prefix(n);
  }

  bool accept(char c) {
    if (peek() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail();
  }
  bool accept_word(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  // number := [-] (0 | digit-but-0 digit*) [. digit+] [(e|E) [+|-] digit+]
  std::string_view number() {
    const std::string_view begin = rest_;
    accept('-');
    if (!accept('0')) digits();
    if (accept('.')) digits();
    if (accept('e') || accept('E')) {
      if (!accept('+')) accept('-');
      digits();
    }
    return begin.substr(0, begin.size() - rest_.size());
  }

  // What stands between the quotes, escapes unresolved but valid.
  std::string_view string(bool& has_escapes) {
    expect('"');
    has_escapes = false;
    size_t n = 0;
    for (; n < rest_.size() && rest_[n] != '"'; ++n) {
      if (static_cast<uint8_t>(rest_[n]) < 0x20) return fail(), std::string_view{};
      if (rest_[n] != '\\') continue;
      has_escapes = true;
      const size_t length = escape_length(n);
      if (length == 0) return fail(), std::string_view{};
      n += length - 1;
    }
    if (n >= rest_.size()) return fail(), std::string_view{};
    const std::string_view body = rest_.substr(0, n);
    rest_.remove_prefix(n + 1);
    return body;
  }

 private:
  void digits() {
    size_t n = 0;
    while (n < rest_.size() && is_digit(rest_[n])) ++n;
    if (n == 0) return fail();
    rest_.remove_prefix(n);
  }

  size_t escape_length(size_t at) const {
    if (at + 1 >= rest_.size()) return 0;
    if (rest_[at + 1] != 'u') {
      return std::string_view("\"\\/bfnrt").find(rest_[at + 1]) == std::string_view::npos ? 0 : 2;
    }
    if (at + 6 > rest_.size()) return 0;
    for (size_t i = at + 2; i < at + 6; ++i) {
      if (hex_value(rest_[i]) == 16) return 0;
    }
    return 6;
  }

  std::string_view rest_;
  bool ok_ = true;
};

bool skip_value(JsonScanner& scanner, Nesting& nesting, unsigned depth);

bool skip_string(JsonScanner& scanner) {
  bool has_escapes = false;
  scanner.string(has_escapes);
  return scanner.ok();
}

// Goes on after the opening bracket: `member` reads one and the commas are read here.
template <typename Member>
bool each_member(JsonScanner& scanner, char close, const Member& member) {
  scanner.skip_space();
  if (scanner.accept(close)) return true;
  do {
    if (!member()) return false;
    scanner.skip_space();
  } while (scanner.accept(','));
  scanner.expect(close);
  return scanner.ok();
}

void read_colon(JsonScanner& scanner) {
  scanner.skip_space();
  scanner.expect(':');
}

bool skip_container(JsonScanner& scanner, Nesting& nesting, unsigned depth) {
  if (depth >= nesting.max) {
    nesting.is_exceeded = true;
    return false;
  }
  if (scanner.accept('[')) {
    return each_member(scanner, ']', [&] { return skip_value(scanner, nesting, depth + 1); });
  }
  scanner.expect('{');
  return each_member(scanner, '}', [&] {
    scanner.skip_space();
    skip_string(scanner);
    read_colon(scanner);
    return skip_value(scanner, nesting, depth + 1);
  });
}

bool skip_value(JsonScanner& scanner, Nesting& nesting, unsigned depth) {
  scanner.skip_space();
  switch (scanner.peek()) {
    case 't': return scanner.accept_word("true");
    case 'f': return scanner.accept_word("false");
    case 'n': return scanner.accept_word("null");
    case '"': return skip_string(scanner);
    case '[':
    case '{': return skip_container(scanner, nesting, depth);
    default: scanner.number(); return scanner.ok();
  }
}

uint32_t hex4(std::string_view text, size_t at) {
  uint32_t unit = 0;
  for (size_t i = at; i < at + 4; ++i) unit = unit << 4 | hex_value(text[i]);
  return unit;
}

bool is_high_surrogate(uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

// Appends what the \u escape at body[at] says, with its other half if that follows, and returns
// how many bytes it took.
size_t append_unicode_escape(std::string& to, std::string_view body, size_t at) {
  const uint32_t unit = hex4(body, at + 2);
  if (is_high_surrogate(unit) && body.substr(at + 6).starts_with("\\u")) {
    const uint32_t second = hex4(body, at + 8);
    if (is_low_surrogate(second)) {
      append_code_point(to, 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00));
      return 12;
    }
  }
  if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
    to += kReplacement;
  } else {
    append_code_point(to, unit);
  }
  return 6;
}

std::string unescape(std::string_view body) {
  std::string text;
  text.reserve(body.size());
  for (size_t i = 0; i < body.size();) {
    if (body[i] != '\\') {
      text.push_back(body[i++]);
    } else if (body[i + 1] == 'u') {
      i += append_unicode_escape(text, body, i);
    } else {
      static constexpr std::string_view kLetters = "bfnrt";
      static constexpr std::string_view kMeanings = "\b\f\n\r\t";
      const size_t letter = kLetters.find(body[i + 1]);
      text.push_back(letter == std::string_view::npos ? body[i + 1] : kMeanings[letter]);
      i += 2;
    }
  }
  return text;
}

std::string read_string(JsonScanner& scanner) {
  bool has_escapes = false;
  const std::string_view body = scanner.string(has_escapes);
  return has_escapes ? unescape(body) : std::string(body);
}

// The text has been validated: reading cannot fail.
Any read_value(JsonScanner& scanner);

Any read_array(JsonScanner& scanner) {
  AnyArray elements;
  each_member(scanner, ']', [&] {
    elements.push_back(read_value(scanner));
    return true;
  });
  return Any(std::move(elements));
}

Any read_object(JsonScanner& scanner) {
  std::vector<AnyObject::Member> members;
  each_member(scanner, '}', [&] {
    scanner.skip_space();
    std::string key = read_string(scanner);
    read_colon(scanner);
    members.emplace_back(std::move(key), read_value(scanner));
    return true;
  });
  return Any(AnyObject(std::move(members)));
}

Any read_value(JsonScanner& scanner) {
  scanner.skip_space();
  if (scanner.accept('[')) return read_array(scanner);
  if (scanner.accept('{')) return read_object(scanner);
  if (scanner.peek() == '"') return Any(read_string(scanner));
  if (scanner.accept_word("true")) return Any(true);
  if (scanner.accept_word("false")) return Any(false);
  if (scanner.accept_word("null")) return Any(Null{});
  return Any(parse_js_number(scanner.number()));
}

void append_escaped(std::string& to, char c) {
  static constexpr std::string_view kPlain = "\"\\\b\f\n\r\t";
  static constexpr std::string_view kLetters = "\"\\bfnrt";
  static constexpr char kHex[] = "0123456789abcdef";
  to.push_back('\\');
  if (const size_t letter = kPlain.find(c); letter != std::string_view::npos) {
    to.push_back(kLetters[letter]);
    return;
  }
  to += "u00";
  to.push_back(kHex[static_cast<uint8_t>(c) >> 4]);
  to.push_back(kHex[static_cast<uint8_t>(c) & 15]);
}

void append_json_string(std::string& to, std::string_view text) {
  to.push_back('"');
  for (const char c : text) {
    if (static_cast<uint8_t>(c) < 0x20 || c == '"' || c == '\\') {
      append_escaped(to, c);
    } else {
      to.push_back(c);
    }
  }
  to.push_back('"');
}

void append_json_number(std::string& to, double number) {
  // Infinity minus itself is NaN.
  if (number - number != 0) {
    to += "null";
  } else {
    append_js_number(to, number);
  }
}

void append_json_bytes(std::string& to, const Buffer& bytes) {
  to.push_back('{');
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) to.push_back(',');
    to += '"' + std::to_string(i) + "\":" + std::to_string(bytes[i]);
  }
  to.push_back('}');
}

void append_json_object(std::string& to, const AnyObject& object) {
  to.push_back('{');
  bool is_first = true;
  for (const auto& [key, value] : object.members()) {
    if (value.is_undefined()) continue;
    if (!is_first) to.push_back(',');
    is_first = false;
    append_json_string(to, key);
    to.push_back(':');
    append_json(to, value);
  }
  to.push_back('}');
}

void append_json_array(std::string& to, const AnyArray& array) {
  to.push_back('[');
  for (size_t i = 0; i < array.size(); ++i) {
    if (i > 0) to.push_back(',');
    append_json(to, array[i]);
  }
  to.push_back(']');
}

}  // namespace

void append_json(std::string& to, const Any& value) {
  if (const bool* flag = value.as_bool()) {
    to += *flag ? "true" : "false";
  } else if (const double* number = value.as_number()) {
    append_json_number(to, *number);
  } else if (const int64_t* bigint = value.as_bigint()) {
    to += std::to_string(*bigint);
  } else if (const std::string* text = value.as_string()) {
    append_json_string(to, *text);
  } else if (const Buffer* bytes = value.as_binary()) {
    append_json_bytes(to, *bytes);
  } else if (const AnyArray* array = value.as_array()) {
    append_json_array(to, *array);
  } else if (const AnyObject* object = value.as_object()) {
    append_json_object(to, *object);
  } else {
    to += "null";
  }
}

std::string to_json(const Any& value) {
  std::string text;
  append_json(text, value);
  return text;
}

bool is_valid_json(std::string_view json) {
  Nesting nesting;
  return is_valid_json(json, nesting);
}

bool is_valid_json(std::string_view json, Nesting& nesting) {
  if (!is_valid_utf8(json)) return false;
  JsonScanner scanner(json);
  if (!skip_value(scanner, nesting, 0)) return false;
  scanner.skip_space();
  return scanner.ok() && scanner.at_end();
}

Result<Any> parse_json(std::string_view json) {
  if (!is_valid_json(json)) {
    return failure(ErrorCode::kMalformed, "not JSON, or nested too deep");
  }
  JsonScanner scanner(json);
  return read_value(scanner);
}

bool json_to_any(std::string_view json, Buffer& out) {
  const Result<Any> value = parse_json(json);
  if (!value) return false;
  Encoder encoder;
  encode_any(encoder, *value);
  append(out, encoder.bytes());
  return true;
}

bool any_to_json(Bytes any, std::string& out) {
  Decoder decoder(any);
  Any value;
  if (!decode_any(decoder, value) || !decoder.at_end()) return false;
  append_json(out, value);
  return true;
}

}  // namespace tidemark::crdt
