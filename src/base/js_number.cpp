#include "base/js_number.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "base/big_integer.h"

namespace tidemark {
namespace {

constexpr double kMaxExactInteger = 9007199254740992;  // 2^53
constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr int kMaxExactPower = 22;

// More digits cannot decide a rounding, except by being not all zero.
constexpr size_t kMaxDigits = 800;
constexpr int kMinExponent = -1074;
constexpr int kMantissaBits = 52;
constexpr uint64_t kHiddenBit = uint64_t{1} << kMantissaBits;

// 0.d1d2d3... times 10^point, the digits as characters.
struct Decimal {
  std::string digits;
  int point = 0;
};

// value = mantissa * 2^exponent, both integers.
struct Binary {
  uint64_t mantissa;
  int exponent;
};

Binary split(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  const auto biased = static_cast<int>(bits >> kMantissaBits & 0x7FF);
  const uint64_t fraction = bits & (kHiddenBit - 1);
  if (biased == 0) return {fraction, kMinExponent};
  return {fraction | kHiddenBit, biased - 1 + kMinExponent};
}

std::string digits_of(uint64_t value) {
  char text[20];
  const std::to_chars_result end = std::to_chars(text, text + sizeof text, value);
  return std::string(text, end.ptr);
}

void drop_trailing_zeros(std::string& digits) { digits.erase(digits.find_last_not_of('0') + 1); }

// Most numbers in documents have few digits. If value * 10^k is an integer of at most 15 digits
// that divides back to the value, these are its shortest digits: no two decimals of 15 digits share
// a double.
bool find_short_decimal(double value, Decimal& decimal) {
  for (int k = 0; k <= kMaxExactPower; ++k) {
    const double scaled = value * kPowersOfTen[k];
    if (scaled >= 1e15) return false;
    const double whole = std::nearbyint(scaled);
    if (whole / kPowersOfTen[k] != value) continue;
    decimal.digits = digits_of(static_cast<uint64_t>(whole));
    decimal.point = static_cast<int>(decimal.digits.size()) - k;
    drop_trailing_zeros(decimal.digits);
    return true;
  }
  return false;
}

// The free-format algorithm of Steele and White (1990): value = rest / unit, and the distances to
// the neighbouring doubles are halved into below / unit and above / unit. Digits are taken from the
// rest until what is left is within the rounding range.
class ShortestDigits {
 public:
  explicit ShortestDigits(double value) {
    const auto [mantissa, exponent] = split(value);
    includes_ends_ = mantissa % 2 == 0;
    // At a power of two the doubles below are twice as dense.
    const bool is_narrow_below = mantissa == kHiddenBit && exponent > kMinExponent;
    const size_t scale = is_narrow_below ? 2 : 1;
    rest_ = BigInteger(mantissa);
    rest_.shift_left(scale);
    unit_ = BigInteger(1);
    unit_.shift_left(scale);
    above_ = BigInteger(is_narrow_below ? 2 : 1);
    below_ = BigInteger(1);
    if (exponent >= 0) {
      const auto bits = static_cast<size_t>(exponent);
      rest_.shift_left(bits);
      above_.shift_left(bits);
      below_.shift_left(bits);
    } else {
      unit_.shift_left(static_cast<size_t>(-exponent));
    }
    decimal_.point = estimated_point(mantissa, exponent);
    scale_by_ten();
  }

  Decimal generate() {
    while (true) {
      rest_.multiply_add(10, 0);
      above_.multiply_add(10, 0);
      below_.multiply_add(10, 0);
      char digit = '0';
      for (; BigInteger::compare(rest_, unit_) >= 0; ++digit) rest_.subtract(unit_);
      const int low_end = BigInteger::compare(rest_, below_);
      const int high_end = BigInteger::compare(BigInteger::sum(rest_, above_), unit_);
      const bool may_stop_low = low_end < 0 || (includes_ends_ && low_end == 0);
      const bool may_stop_high = high_end > 0 || (includes_ends_ && high_end == 0);
      if (may_stop_low || may_stop_high) {
        // Between two equally near digits V8 takes the even one.
        const int half = BigInteger::compare(BigInteger::sum(rest_, rest_), unit_);
        const bool is_upper_nearer = half > 0 || (half == 0 && (digit - '0') % 2 == 1);
        const bool takes_upper = may_stop_high && (!may_stop_low || is_upper_nearer);
        // A carry cannot happen: 9 would have been 10 one digit before.
        decimal_.digits.push_back(static_cast<char>(digit + (takes_upper ? 1 : 0)));
        return std::move(decimal_);
      }
      decimal_.digits.push_back(digit);
    }
  }

 private:
  // At most the point of the value and at least that minus 1.
  static int estimated_point(uint64_t mantissa, int exponent) {
    const int bits = 64 - std::countl_zero(mantissa) + exponent;
    return static_cast<int>(std::ceil((bits - 1) * 0.30102999566398120 - 1e-10));
  }

  void scale_by_ten() {
    if (decimal_.point >= 0) {
      unit_.multiply_by_power_of_ten(static_cast<unsigned>(decimal_.point));
    } else {
      const auto power = static_cast<unsigned>(-decimal_.point);
      rest_.multiply_by_power_of_ten(power);
      above_.multiply_by_power_of_ten(power);
      below_.multiply_by_power_of_ten(power);
    }
    const int top = BigInteger::compare(BigInteger::sum(rest_, above_), unit_);
    if (top > 0 || (includes_ends_ && top == 0)) {
      unit_.multiply_add(10, 0);
      ++decimal_.point;
    }
  }

  BigInteger rest_;
  BigInteger unit_;
  BigInteger above_;
  BigInteger below_;
  bool includes_ends_ = false;
  Decimal decimal_;
};

void append_decimal(std::string& to, const Decimal& decimal) {
  const auto count = static_cast<int>(decimal.digits.size());
  const int point = decimal.point;
  if (count <= point && point <= 21) {
    to += decimal.digits;
    to.append(static_cast<size_t>(point - count), '0');
  } else if (0 < point && point <= 21) {
    to.append(decimal.digits, 0, static_cast<size_t>(point));
    to.push_back('.');
    to.append(decimal.digits, static_cast<size_t>(point));
  } else if (-6 < point && point <= 0) {
    to += "0.";
    to.append(static_cast<size_t>(-point), '0');
    to += decimal.digits;
  } else {
    to.push_back(decimal.digits[0]);
    if (count > 1) {
      to.push_back('.');
      to.append(decimal.digits, 1);
    }
    to += point > 0 ? "e+" : "e-";
    to += digits_of(static_cast<uint64_t>(std::abs(point - 1)));
  }
}

// Where the digits end and what the exponent adds; saturates far outside the range of doubles.
int parse_exponent(std::string_view text) {
  if (text.empty()) return 0;
  const bool is_negative = text[0] == '-';
  int value = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9') value = std::min(value * 10 + (c - '0'), 100000000);
  }
  return is_negative ? -value : value;
}

Decimal parse_decimal(std::string_view number) {
  Decimal decimal;
  const size_t end = std::min(number.find_first_of("eE"), number.size());
  bool has_point = false;
  bool lost_digits = false;
  int64_t point = 0;
  for (const char c : number.substr(0, end)) {
    if (c == '.') has_point = true;
    if (c < '0' || c > '9') continue;
    if (decimal.digits.empty() && c == '0') {
      point -= has_point ? 1 : 0;
      continue;
    }
    point += has_point ? 0 : 1;
    if (decimal.digits.size() < kMaxDigits) {
      decimal.digits.push_back(c);
    } else {
      lost_digits = lost_digits || c != '0';
    }
  }
  if (lost_digits) decimal.digits.push_back('1');
  if (end < number.size()) point += parse_exponent(number.substr(end + 1));
  decimal.point = static_cast<int>(std::clamp<int64_t>(point, -100000, 100000));
  return decimal;
}

// The double mantissa * 2^ulp; infinity if that is too large.
double assemble(uint64_t mantissa, int ulp) {
  if (mantissa < kHiddenBit) return std::bit_cast<double>(mantissa);
  // A mantissa of 2^53 carries into the exponent by itself.
  const auto biased = static_cast<uint64_t>(int64_t{ulp} - kMinExponent + 1);
  const uint64_t bits = (biased << kMantissaBits) + (mantissa - kHiddenBit);
  constexpr uint64_t kInfinity = uint64_t{0x7FF} << kMantissaBits;
  return std::bit_cast<double>(std::min(bits, kInfinity));
}

// Rounds quotient * 2^exponent, where `has_rest` says that the true value is a little more.
double round_to_double(uint64_t quotient, int exponent, bool has_rest) {
  const int top = exponent + 63 - std::countl_zero(quotient);
  if (top > 1023) return std::numeric_limits<double>::infinity();
  const int ulp = std::max(top - kMantissaBits, kMinExponent);
  const int shift = ulp - exponent;
  if (shift > 64) return 0;
  const uint64_t kept = shift == 64 ? 0 : quotient >> shift;
  const uint64_t half = uint64_t{1} << (shift - 1);
  const uint64_t cut = quotient & (half | (half - 1));
  const bool is_above_half = cut > half || (cut == half && has_rest);
  const bool is_tie = cut == half && !has_rest;
  return assemble(kept + (is_above_half || (is_tie && kept % 2 == 1) ? 1 : 0), ulp);
}

// The quotient of two big integers, to 64 bits and by long division in base two.
double exact_double(const Decimal& decimal) {
  BigInteger rest(0);
  for (const char digit : decimal.digits) {
    if (rest.is_zero()) {
      rest = BigInteger(static_cast<uint64_t>(digit - '0'));
    } else {
      rest.multiply_add(10, static_cast<uint32_t>(digit - '0'));
    }
  }
  BigInteger divisor(1);
  const int scale = decimal.point - static_cast<int>(decimal.digits.size());
  (scale >= 0 ? rest : divisor).multiply_by_power_of_ten(static_cast<unsigned>(std::abs(scale)));
  const int exponent = static_cast<int>(rest.bit_length()) - static_cast<int>(divisor.bit_length());
  if (exponent >= 0) {
    divisor.shift_left(static_cast<size_t>(exponent));
  } else {
    rest.shift_left(static_cast<size_t>(-exponent));
  }
  uint64_t quotient = 0;
  for (int bit = 0; bit < 64; ++bit) {
    quotient <<= 1;
    if (BigInteger::compare(rest, divisor) >= 0) {
      rest.subtract(divisor);
      quotient |= 1;
    }
    rest.shift_left(1);
  }
  return round_to_double(quotient, exponent - 63, !rest.is_zero());
}

// Up to 15 digits and a power of ten that is a double itself: one correctly rounded operation.
bool find_exact(const Decimal& decimal, double& value) {
  const int scale = decimal.point - static_cast<int>(decimal.digits.size());
  if (decimal.digits.size() > 15 || std::abs(scale) > kMaxExactPower) return false;
  uint64_t digits = 0;
  for (const char digit : decimal.digits) digits = digits * 10 + static_cast<uint64_t>(digit - '0');
  const auto whole = static_cast<double>(digits);
  value = scale < 0 ? whole / kPowersOfTen[-scale] : whole * kPowersOfTen[scale];
  return true;
}

double parse_magnitude(std::string_view number) {
  const Decimal decimal = parse_decimal(number);
  if (decimal.digits.empty()) return 0;
  double value = 0;
  if (find_exact(decimal, value)) return value;
  if (decimal.point > 310) return std::numeric_limits<double>::infinity();
  if (decimal.point < -330) return 0;
  return exact_double(decimal);
}

}  // namespace

void append_js_number(std::string& to, double value) {
  if (value != value) {
    to += "NaN";
    return;
  }
  if (value < 0) to.push_back('-');
  value = std::abs(value);
  if (value > std::numeric_limits<double>::max()) {
    to += "Infinity";
  } else if (value < kMaxExactInteger && std::trunc(value) == value) {
    to += digits_of(static_cast<uint64_t>(value));
  } else if (Decimal decimal; find_short_decimal(value, decimal)) {
    append_decimal(to, decimal);
  } else {
    append_decimal(to, ShortestDigits(value).generate());
  }
}

double parse_js_number(std::string_view json_number) {
  const bool is_negative = !json_number.empty() && json_number[0] == '-';
  const double magnitude = parse_magnitude(json_number.substr(is_negative ? 1 : 0));
  return is_negative ? -magnitude : magnitude;
}

}  // namespace tidemark
