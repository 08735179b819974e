#include "store/sqlite/sqlite_store.h"

#include <gtest/gtest.h>

#include "store/conformance_test.h"
#include "store/sqlite/folder_test.h"

namespace tidemark::store {
namespace {

class SqliteBackend final : public Backend {
 public:
  SqliteBackend() { open(); }
  DocumentStore& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    open();
  }

 private:
  void open() {
    auto opened = SqliteStore::open({.path = folder_.database()});
    ASSERT_TRUE(opened) << opened.error().detail;
    store_ = std::move(*opened);
  }

  Folder folder_;
  std::unique_ptr<SqliteStore> store_;
};

std::unique_ptr<Backend> make_sqlite_backend() { return std::make_unique<SqliteBackend>(); }

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformance, testing::Values(&make_sqlite_backend));

}  // namespace
}  // namespace tidemark::store
