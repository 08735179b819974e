#include "crdt/value.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "base/sort.h"
#include "base/utf.h"
#include "crdt/internal/update/wire.h"

namespace tidemark::crdt {
namespace {

constexpr double kMaxInteger = 2147483647;
constexpr uint64_t kNaNBits = 0x7FF8000000000000;

// Drops members whose key comes again; the last value goes to the first place.
void keep_last_of_equal_keys(std::vector<AnyObject::Member>& members) {
  std::vector<size_t> order(members.size());
  std::iota(order.begin(), order.end(), size_t{0});
  compact_stable_sort(order.begin(), order.end(),
                      [&](size_t a, size_t b) { return members[a].first < members[b].first; });
  std::vector<uint8_t> is_dropped(members.size());
  bool any_dropped = false;
  for (size_t i = 0; i < order.size();) {
    const size_t first = order[i];
    size_t last = first;
    while (++i < order.size() && members[order[i]].first == members[first].first) {
      last = order[i];
      is_dropped[last] = 1;
      any_dropped = true;
    }
    if (last != first) members[first].second = std::move(members[last].second);
  }
  if (!any_dropped) return;
  size_t kept = 0;
  for (size_t i = 0; i < members.size(); ++i) {
    if (is_dropped[i] != 0) continue;
    if (kept != i) members[kept] = std::move(members[i]);
    ++kept;
  }
  members.erase(members.begin() + static_cast<std::ptrdiff_t>(kept), members.end());
}

// Array indices without leading zeros compare as numbers if the shorter one is the smaller one.
bool index_less(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

void put_indices_first(std::vector<AnyObject::Member>& members) {
  const auto is_index = [](const AnyObject::Member& member) {
    return is_array_index(member.first);
  };
  if (std::none_of(members.begin(), members.end(), is_index)) return;
  std::vector<AnyObject::Member> others;
  size_t kept = 0;
  for (AnyObject::Member& member : members) {
    if (!is_index(member)) {
      others.push_back(std::move(member));
    } else if (AnyObject::Member& place = members[kept++]; &place != &member) {
      place = std::move(member);
    }
  }
  const auto end =
      std::move(others.begin(), others.end(), members.begin() + static_cast<std::ptrdiff_t>(kept)) -
      static_cast<std::ptrdiff_t>(others.size());
  compact_sort(members.begin(), end, [](const AnyObject::Member& a, const AnyObject::Member& b) {
    return index_less(a.first, b.first);
  });
}

void encode_number(Encoder& to, double value) {
  if (std::abs(value) <= kMaxInteger && std::trunc(value) == value) {
    to.write_byte(kIntegerTag);
    to.write_varint(SignedInt{static_cast<uint64_t>(std::abs(value)), std::signbit(value)});
  } else if (const auto narrow = static_cast<float>(value); static_cast<double>(narrow) == value) {
    to.write_byte(kFloat32Tag);
    to.write_float32(narrow);
  } else {
    to.write_byte(kFloat64Tag);
    to.write_float64(value == value ? value : std::bit_cast<double>(kNaNBits));
  }
}

double number_of(SignedInt integer) {
  const auto magnitude = static_cast<double>(integer.magnitude);
  return integer.is_negative ? -magnitude : magnitude;
}

// `depth` is the number of containers around the value. Bytes count as one, because they are an
// object as JSON, so that what is accepted in one form is accepted in the other.
bool is_too_deep(const Decoder& from, unsigned depth, unsigned max = kMaxAnyDepth) {
  const uint8_t tag = from.peek_byte();
  return depth >= max && tag >= kBinaryTag && tag <= kObjectTag;
}

bool decode_nested(Decoder& from, Any& value, unsigned depth);

bool decode_array(Decoder& from, Any& value, unsigned depth) {
  // Reserving by the count would let nested arrays claim the input many times over.
  const size_t count = from.read_count(1);
  AnyArray elements;
  for (size_t i = 0; i < count; ++i) {
    if (!decode_nested(from, elements.emplace_back(), depth + 1)) return false;
  }
  value = Any(std::move(elements));
  return from.ok();
}

bool decode_object(Decoder& from, Any& value, unsigned depth) {
  const size_t count = from.read_count(2);
  std::vector<AnyObject::Member> members;
  for (size_t i = 0; i < count; ++i) {
    AnyObject::Member& member = members.emplace_back(std::string(from.read_varstring()), Any());
    if (!decode_nested(from, member.second, depth + 1)) return false;
  }
  value = Any(AnyObject(std::move(members)));
  return from.ok();
}

bool decode_nested(Decoder& from, Any& value, unsigned depth) {
  if (is_too_deep(from, depth)) return from.fail(), false;
  switch (from.read_byte()) {
    case kUndefinedTag: value = Any(); break;
    case kNullTag: value = Any(Null{}); break;
    case kIntegerTag: value = Any(number_of(from.read_varint())); break;
    case kFloat32Tag: value = Any(static_cast<double>(from.read_float32())); break;
    case kFloat64Tag: value = Any(from.read_float64()); break;
    case kBigIntTag: value = Any(from.read_int64()); break;
    case kFalseTag: value = Any(false); break;
    case kTrueTag: value = Any(true); break;
    case kStringTag: value = Any(from.read_varstring()); break;
    case kObjectTag: return decode_object(from, value, depth);
    case kArrayTag: return decode_array(from, value, depth);
    case kBinaryTag: value = Any(copy_of(from.read_varbytes())); break;
    default: from.fail();
  }
  return from.ok();
}

bool skip_nested(Decoder& from, Nesting& nesting, unsigned depth) {
  if (is_too_deep(from, depth, nesting.max)) {
    nesting.is_exceeded = true;
    return from.fail(), false;
  }
  switch (from.read_byte()) {
    case kUndefinedTag:
    case kNullTag:
    case kFalseTag:
    case kTrueTag: break;
    case kIntegerTag: from.read_varint(); break;
    case kFloat32Tag: from.read_bytes(4); break;
    case kFloat64Tag:
    case kBigIntTag: from.read_bytes(8); break;
    case kStringTag: from.read_varstring(); break;
    case kBinaryTag: from.read_varbytes(); break;
    case kObjectTag:
      for (size_t left = from.read_count(2); left > 0; --left) {
        from.read_varstring();
        if (!skip_nested(from, nesting, depth + 1)) return false;
      }
      break;
    case kArrayTag:
      for (size_t left = from.read_count(1); left > 0; --left) {
        if (!skip_nested(from, nesting, depth + 1)) return false;
      }
      break;
    default: from.fail();
  }
  return from.ok();
}

void encode_object(Encoder& to, const AnyObject& object) {
  to.write_byte(kObjectTag);
  to.write_varuint(object.size());
  for (const auto& [key, value] : object.members()) {
    to.write_varstring(key);
    encode_any(to, value);
  }
}

bool is_container(const Any& value) {
  return value.as_array() != nullptr || value.as_object() != nullptr ||
         value.as_binary() != nullptr;
}

// What compares by value in JavaScript; containers compare by identity, so never.
bool equal_scalars(const Any& a, const Any& b) { return !is_container(a) && a == b; }

// The properties of a container as Object.keys tells them.
size_t property_count(const Any& value) {
  if (const AnyArray* array = value.as_array()) return array->size();
  if (const Buffer* bytes = value.as_binary()) return bytes->size();
  return value.as_object()->size();
}

// The value at the n-th property, and its key if the container is no object.
std::pair<std::string, Any> property_at(const Any& value, size_t n) {
  if (const AnyArray* array = value.as_array()) return {std::to_string(n), (*array)[n]};
  if (const Buffer* bytes = value.as_binary())
    return {std::to_string(n), Any(static_cast<double>((*bytes)[n]))};
  return value.as_object()->members()[n];
}

bool equal_objects_flat(const AnyObject& a, const AnyObject& b) {
  return a.size() == b.size() &&
         std::all_of(a.members().begin(), a.members().end(), [&](const AnyObject::Member& member) {
           const Any* other = b.find(member.first);
           return other != nullptr && equal_scalars(member.second, *other);
         });
}

// An array equals an object with its indices as keys, as Yjs sees them.
AnyObject properties_of(const Any& value) {
  std::vector<AnyObject::Member> members;
  const size_t count = property_count(value);
  for (size_t i = 0; i < count; ++i) members.push_back(property_at(value, i));
  return AnyObject(std::move(members));
}

}  // namespace

AnyObject::AnyObject() = default;
AnyObject::AnyObject(const AnyObject&) = default;
AnyObject::AnyObject(AnyObject&&) noexcept = default;
AnyObject& AnyObject::operator=(const AnyObject&) = default;
AnyObject& AnyObject::operator=(AnyObject&&) noexcept = default;
AnyObject::~AnyObject() = default;

AnyObject::AnyObject(std::vector<Member> members) : members_(std::move(members)) {
  if (members_.size() < 2) return;
  keep_last_of_equal_keys(members_);
  put_indices_first(members_);
}

size_t AnyObject::size() const { return members_.size(); }

const Any* AnyObject::find(std::string_view key) const {
  for (const Member& member : members_) {
    if (member.first == key) return &member.second;
  }
  return nullptr;
}

void AnyObject::set(std::string_view key, Any value) {
  for (Member& member : members_) {
    if (member.first != key) continue;
    member.second = std::move(value);
    return;
  }
  auto at = members_.end();
  if (is_array_index(key)) {
    at = std::find_if(members_.begin(), members_.end(), [&](const Member& member) {
      return !is_array_index(member.first) || index_less(key, member.first);
    });
  }
  members_.emplace(at, std::string(key), std::move(value));
}

bool operator==(const AnyObject& a, const AnyObject& b) { return a.members() == b.members(); }

bool operator==(const Any& a, const Any& b) { return a.value_ == b.value_; }

bool equal_flat(const Any& a, const Any& b) {
  if (!is_container(a) || !is_container(b)) return equal_scalars(a, b);
  if (property_count(a) != property_count(b)) return false;
  if (a.as_object() && b.as_object()) return equal_objects_flat(*a.as_object(), *b.as_object());
  return equal_objects_flat(properties_of(a), properties_of(b));
}

bool is_array_index(std::string_view key) {
  if (key.empty() || key.size() > 10 || (key[0] == '0' && key.size() > 1)) return false;
  uint64_t index = 0;
  for (const char c : key) {
    if (c < '0' || c > '9') return false;
    index = index * 10 + static_cast<uint64_t>(c - '0');
  }
  return index < 0xFFFFFFFF;
}

namespace {

enum class Flaw : uint8_t { kNone, kDepth, kUtf8 };

Flaw flaw_of(const Any& value, unsigned depth) {
  if (const std::string* text = value.as_string()) {
    return is_valid_utf8(*text) ? Flaw::kNone : Flaw::kUtf8;
  }
  const AnyArray* array = value.as_array();
  const AnyObject* object = value.as_object();
  const bool is_container = array != nullptr || object != nullptr || value.as_binary() != nullptr;
  if (is_container && depth == kMaxAnyDepth) return Flaw::kDepth;
  Flaw flaw = Flaw::kNone;
  if (array != nullptr) {
    for (auto at = array->begin(); at != array->end() && flaw == Flaw::kNone; ++at) {
      flaw = flaw_of(*at, depth + 1);
    }
    return flaw;
  }
  if (object == nullptr) return flaw;
  for (auto at = object->members().begin(); at != object->members().end() && flaw == Flaw::kNone;
       ++at) {
    flaw = is_valid_utf8(at->first) ? flaw_of(at->second, depth + 1) : Flaw::kUtf8;
  }
  return flaw;
}

}  // namespace

Result<> check_value(const Any& value) {
  switch (flaw_of(value, 0)) {
    case Flaw::kNone: return {};
    case Flaw::kUtf8: return failure(ErrorCode::kInvalid, "value: a string in it is not UTF-8");
    case Flaw::kDepth: break;
  }
  return failure(ErrorCode::kTooLarge, "value: its arrays and objects nest deeper than " +
                                           std::to_string(kMaxAnyDepth) + " levels");
}

namespace {

bool has_bigint(const Any& value) {
  if (const AnyArray* array = value.as_array()) {
    return std::any_of(array->begin(), array->end(), has_bigint);
  }
  const AnyObject* object = value.as_object();
  if (object == nullptr) return value.as_bigint() != nullptr;
  return std::any_of(object->members().begin(), object->members().end(),
                     [](const AnyObject::Member& member) { return has_bigint(member.second); });
}

}  // namespace

Result<> check_json_value(const Any& value) {
  if (Result<> checked = check_value(value); !checked) return checked;
  if (!value.is_undefined() && !has_bigint(value)) return {};
  return failure(ErrorCode::kInvalid,
                 "value: formats and embeds are JSON, without undefined and "
                 "64-bit integers");
}

std::optional<uint64_t> natural_number(const Any& value) {
  const double* number = value.as_number();
  constexpr auto kMax = static_cast<double>(kMaxSafeInteger);
  if (number == nullptr || !(*number >= 0 && *number <= kMax) || *number != std::trunc(*number)) {
    return std::nullopt;
  }
  return static_cast<uint64_t>(*number);
}

void encode_any(Encoder& to, const Any& value) {
  if (value.is_undefined()) {
    to.write_byte(kUndefinedTag);
  } else if (value.is_null()) {
    to.write_byte(kNullTag);
  } else if (const bool* flag = value.as_bool()) {
    to.write_byte(*flag ? kTrueTag : kFalseTag);
  } else if (const double* number = value.as_number()) {
    encode_number(to, *number);
  } else if (const int64_t* bigint = value.as_bigint()) {
    to.write_byte(kBigIntTag);
    to.write_int64(*bigint);
  } else if (const std::string* text = value.as_string()) {
    to.write_byte(kStringTag);
    to.write_varstring(*text);
  } else if (const Buffer* bytes = value.as_binary()) {
    to.write_byte(kBinaryTag);
    to.write_varbytes(*bytes);
  } else if (const AnyArray* array = value.as_array()) {
    to.write_byte(kArrayTag);
    to.write_varuint(array->size());
    for (const Any& element : *array) encode_any(to, element);
  } else {
    encode_object(to, *value.as_object());
  }
}

bool decode_any(Decoder& from, Any& value) { return decode_nested(from, value, 0); }

bool skip_any(Decoder& from) {
  Nesting nesting;
  return skip_any(from, nesting);
}

bool skip_any(Decoder& from, Nesting& nesting) { return skip_nested(from, nesting, 0); }

}  // namespace tidemark::crdt
