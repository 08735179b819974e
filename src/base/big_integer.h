// Unsigned integers of bounded size, as much of them as exact conversion between decimal and binary
// fractions needs. Exceeding the capacity is a bug of the caller.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tidemark {

class BigInteger {
 public:
  // The largest in use is 10^1130, for 800 digits times 10^-330, and its double.
  static constexpr size_t kMaxWords = 128;

  explicit BigInteger(uint64_t value = 0);

  bool is_zero() const { return size_ == 0; }
  // Position of the highest set bit, plus 1.
  size_t bit_length() const;

  void multiply_add(uint32_t factor, uint32_t addend);
  void multiply_by_power_of_ten(unsigned exponent);
  void shift_left(size_t bits);
  // The other must not be larger.
  void subtract(const BigInteger& other);

  // Negative, zero or positive, like memcmp.
  static int compare(const BigInteger& a, const BigInteger& b);
  static BigInteger sum(const BigInteger& a, const BigInteger& b);

 private:
  void push(uint32_t word);

  std::array<uint32_t, kMaxWords> words_;  // the lowest first; those from size_ on are undefined
  size_t size_ = 0;
};

}  // namespace tidemark
