// The right to write to a store, held by one process at a time. It lives in a file beside the
// database and ends with the process, however that ends; the file itself stays and means nothing.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace tidemark::store {

class WriterLock {
 public:
  // kBusy, with the process that holds it, if somebody else may write.
  static Result<WriterLock> take(const std::string& path);
  ~WriterLock();
  WriterLock(WriterLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  WriterLock& operator=(WriterLock&&) = delete;

 private:
  explicit WriterLock(int file) : file_(file) {}
  int file_;
};

}  // namespace tidemark::store
