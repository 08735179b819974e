// A value that is made when somebody first writes to it. Until then it takes no more than a
// pointer, which is what most documents need of most things.
#pragma once

#include <memory>

namespace tidemark {

template <typename T>
class OnDemand {
 public:
  // Null while nobody has written to it.
  const T* get() const { return value_.get(); }
  T* get() { return value_.get(); }
  T& make() {
    if (value_ == nullptr) value_ = std::make_unique<T>();
    return *value_;
  }
  void drop() { value_.reset(); }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace tidemark
