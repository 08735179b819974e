// Decoder reads any bytes in any order of calls: it ends, stays inside the input, and what it reads
// after a failure is nothing. The first byte of each step chooses the call.
#include "base/decoder.h"

#include <cstdlib>

#include "base/encoder.h"
#include "base/utf.h"

namespace tidemark {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void step(Decoder& decoder) {
  switch (decoder.read_byte() % 7) {
    case 0: require(decoder.read_varuint() <= kMaxSafeInteger); break;
    case 1: require(decoder.read_varint().magnitude <= kMaxSafeInteger); break;
    case 2: require(is_valid_utf8(decoder.read_varstring())); break;
    case 3: decoder.read_varbytes(); break;
    case 4: require(decoder.read_count(3) * 3 <= decoder.remaining()); break;
    case 5: decoder.read_float64(); break;
    default: decoder.read_int64(); break;
  }
}

void run(Bytes input) {
  Decoder decoder(input);
  while (!decoder.at_end()) {
    const size_t before = decoder.remaining();
    step(decoder);
    require(decoder.remaining() < before);
  }
  if (decoder.ok()) return;
  require(decoder.read_varuint() == 0 && decoder.read_varbytes().empty());
}

}  // namespace
}  // namespace tidemark

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  tidemark::run({bytes, size});
  return 0;
}
