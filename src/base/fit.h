// Gives back the memory that a vector keeps for growing. shrink_to_fit() does nothing where there
// are no exceptions.
#pragma once

#include <iterator>
#include <vector>

namespace tidemark {

template <typename T>
void fit(std::vector<T>& vector) {
  if (vector.capacity() == vector.size()) return;
  std::vector<T>(std::make_move_iterator(vector.begin()), std::make_move_iterator(vector.end()))
      .swap(vector);
}

}  // namespace tidemark
