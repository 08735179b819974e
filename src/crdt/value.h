// Any: a value as Yjs keeps it in arrays, maps, embeds and format attributes. It is what JSON can
// say plus undefined, bytes and 64-bit integers. Numbers are doubles with JavaScript's meaning.
//
//   any     := 127 undefined | 126 null | 125 varint | 124 float32 | 123 float64 | 122 int64
//            | 121 false | 120 true | 119 varstring | 118 varuint count, (varstring key, any)*
//            | 117 varuint count, any* | 116 varbytes
//
// An integral number of at most 31 bits is written as 125 (so that -0 is 125 0x40), another number
// as float32 if that loses nothing, else as float64.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/decoder.h"
#include "base/encoder.h"
#include "base/result.h"

namespace tidemark::crdt {

class Any;

// Values nest by recursion, also in what reads them later: deeper ones are refused. Rich text
// embeds nest a few dozen levels; 256 levels fit the 256 kB stack of the wasm build.
inline constexpr unsigned kMaxAnyDepth = 256;

// How many containers a value may nest for one who reads it, and whether it was one too many.
struct Nesting {
  explicit Nesting(uint64_t at_most = kMaxAnyDepth)
      : max(at_most < kMaxAnyDepth ? static_cast<unsigned>(at_most) : kMaxAnyDepth) {}

  unsigned max;
  bool is_exceeded = false;
};

struct Undefined {
  friend bool operator==(Undefined, Undefined) { return true; }
};
struct Null {
  friend bool operator==(Null, Null) { return true; }
};

// The members of an object in JavaScript's order: keys that are array indices ascending, then the
// others in the order in which they were first set.
class AnyObject {
 public:
  using Member = std::pair<std::string, Any>;

  AnyObject();
  // Of members with equal keys the last gives the value and the first the place.
  explicit AnyObject(std::vector<Member> members);
  AnyObject(const AnyObject&);
  AnyObject(AnyObject&&) noexcept;
  AnyObject& operator=(const AnyObject&);
  AnyObject& operator=(AnyObject&&) noexcept;
  ~AnyObject();

  // Both take time linear in the size.
  void set(std::string_view key, Any value);
  const Any* find(std::string_view key) const;

  const std::vector<Member>& members() const { return members_; }
  size_t size() const;

 private:
  std::vector<Member> members_;
};

using AnyArray = std::vector<Any>;

class Any {
 public:
  Any() = default;  // undefined
  explicit Any(Null) : value_(Null{}) {}
  explicit Any(bool value) : value_(value) {}
  explicit Any(double value) : value_(value) {}
  explicit Any(int64_t bigint) : value_(bigint) {}
  explicit Any(std::string text) : value_(std::move(text)) {}
  explicit Any(const char* text) : value_(std::string(text)) {}
  explicit Any(std::string_view text) : value_(std::string(text)) {}
  explicit Any(Buffer bytes) : value_(std::move(bytes)) {}
  explicit Any(AnyArray elements) : value_(std::move(elements)) {}
  explicit Any(AnyObject object) : value_(std::move(object)) {}

  bool is_undefined() const { return std::holds_alternative<Undefined>(value_); }
  bool is_null() const { return std::holds_alternative<Null>(value_); }
  // Each is null if the value is of another kind.
  const bool* as_bool() const { return std::get_if<bool>(&value_); }
  const double* as_number() const { return std::get_if<double>(&value_); }
  const int64_t* as_bigint() const { return std::get_if<int64_t>(&value_); }
  const std::string* as_string() const { return std::get_if<std::string>(&value_); }
  const Buffer* as_binary() const { return std::get_if<Buffer>(&value_); }
  const AnyArray* as_array() const { return std::get_if<AnyArray>(&value_); }
  const AnyObject* as_object() const { return std::get_if<AnyObject>(&value_); }

  // Deep and by value; NaN differs from itself, an object from one with other member order.
  friend bool operator==(const Any& a, const Any& b);

 private:
  std::variant<Undefined, Null, bool, double, int64_t, std::string, Buffer, AnyArray, AnyObject>
      value_;
};

bool operator==(const AnyObject& a, const AnyObject& b);

// Whether Yjs takes two format values for the same: equal scalars, or containers of equal size
// whose members are equal scalars. Two containers inside containers always differ, because Yjs
// compares them by identity.
bool equal_flat(const Any& a, const Any& b);

// Whether a property key is an array index in JavaScript ("0" to "4294967294"): such keys come
// first in an object.
bool is_array_index(std::string_view key);

// Whether others can read what becomes of the value: kTooLarge if its containers nest deeper than
// kMaxAnyDepth, kInvalid if a string or a key in it is not UTF-8.
Result<> check_value(const Any& value);

// The same for what V1 writes as JSON, the values of formats and embeds: kInvalid also for
// undefined and for 64-bit integers in it, which JSON has no words for.
Result<> check_json_value(const Any& value);

// A whole number from 0 to 2^53 - 1; nullopt for any other value.
std::optional<uint64_t> natural_number(const Any& value);

// The value must pass check_value() if others shall read it.
void encode_any(Encoder& to, const Any& value);
// False, with the decoder failed, on malformed bytes or too deep nesting.
bool decode_any(Decoder& from, Any& value);
// Validates one value and passes over it without building it.
bool skip_any(Decoder& from);
bool skip_any(Decoder& from, Nesting& nesting);

// The text of JSON.stringify. What it cannot say: undefined inside an object vanishes, elsewhere it
// is null; NaN and infinities are null; bytes are an object of their indices. A bigint, for which
// JSON.stringify throws, is written as its digits.
std::string to_json(const Any& value);
void append_json(std::string& to, const Any& value);

// Accepts what JSON.parse accepts, nested up to kMaxAnyDepth. An escaped lone surrogate becomes
// U+FFFD.
Result<Any> parse_json(std::string_view json);
// Whether parse_json accepts the text; allocates nothing.
bool is_valid_json(std::string_view json);
bool is_valid_json(std::string_view json, Nesting& nesting);

// Between the two wire forms of one value. Both append, and return false with `out` unchanged if
// the input is malformed.
bool json_to_any(std::string_view json, Buffer& out);
bool any_to_json(Bytes any, std::string& out);

}  // namespace tidemark::crdt
