#include "base/big_integer.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"

namespace tidemark {
namespace {

constexpr uint32_t kTenToTheNinth = 1000000000;

uint32_t low(uint64_t value) { return static_cast<uint32_t>(value); }

}  // namespace

BigInteger::BigInteger(uint64_t value) {
  for (; value != 0; value >>= 32) push(low(value));
}

void BigInteger::push(uint32_t word) {
  TM_ASSERT(size_ < kMaxWords);
  words_[size_++] = word;
}

size_t BigInteger::bit_length() const {
  return size_ == 0 ? 0 : size_ * 32 - static_cast<size_t>(std::countl_zero(words_[size_ - 1]));
}

void BigInteger::multiply_add(uint32_t factor, uint32_t addend) {
  uint64_t carry = addend;
  for (size_t i = 0; i < size_; ++i) {
    carry += static_cast<uint64_t>(words_[i]) * factor;
    words_[i] = low(carry);
    carry >>= 32;
  }
  if (carry != 0) push(low(carry));
}

void BigInteger::multiply_by_power_of_ten(unsigned exponent) {
  for (; exponent >= 9; exponent -= 9) multiply_add(kTenToTheNinth, 0);
  for (; exponent > 0; --exponent) multiply_add(10, 0);
}

void BigInteger::shift_left(size_t bits) {
  if (size_ == 0) return;
  const size_t words = bits / 32;
  const size_t rest = bits % 32;
  if (rest != 0) multiply_add(uint32_t{1} << rest, 0);
  TM_ASSERT(size_ + words <= kMaxWords);
  std::copy_backward(words_.begin(), words_.begin() + size_, words_.begin() + size_ + words);
  std::fill_n(words_.begin(), words, uint32_t{0});
  size_ += words;
}

void BigInteger::subtract(const BigInteger& other) {
  uint64_t borrow = 0;
  for (size_t i = 0; i < size_; ++i) {
    const uint64_t taken = borrow + (i < other.size_ ? other.words_[i] : 0);
    borrow = words_[i] < taken ? 1 : 0;
    words_[i] = low(words_[i] - taken);
  }
  TM_ASSERT(borrow == 0);
  while (size_ > 0 && words_[size_ - 1] == 0) --size_;
}

int BigInteger::compare(const BigInteger& a, const BigInteger& b) {
  if (a.size_ != b.size_) return a.size_ < b.size_ ? -1 : 1;
  for (size_t i = a.size_; i-- > 0;) {
    if (a.words_[i] != b.words_[i]) return a.words_[i] < b.words_[i] ? -1 : 1;
  }
  return 0;
}

BigInteger BigInteger::sum(const BigInteger& a, const BigInteger& b) {
  BigInteger result;
  uint64_t carry = 0;
  for (size_t i = 0; i < std::max(a.size_, b.size_); ++i) {
    carry += static_cast<uint64_t>(i < a.size_ ? a.words_[i] : 0) + (i < b.size_ ? b.words_[i] : 0);
    result.push(low(carry));
    carry >>= 32;
  }
  if (carry != 0) result.push(low(carry));
  return result;
}

}  // namespace tidemark
