#include "store/memory_store.h"

#include "store/conformance_test.h"

namespace tidemark::store {
namespace {

class MemoryBackend final : public Backend {
 public:
  DocumentStore& store() override { return store_; }

 private:
  MemoryStore store_;
};

std::unique_ptr<Backend> make_memory_backend() { return std::make_unique<MemoryBackend>(); }

INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance, testing::Values(&make_memory_backend));

}  // namespace
}  // namespace tidemark::store
