// Updates V1 from strangers.
#include "update_laws.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  tidemark::fuzz::check_update({bytes, size}, tidemark::crdt::UpdateFormat::kV1);
  return 0;
}
