#include "cli/open_store.h"

#include <chrono>
#include <cstdio>

#include "cli/files.h"
#include "store/stored_doc.h"

namespace tidemark::cli {

namespace {

Result<std::unique_ptr<store::SqliteStore>> open(const std::string& data,
                                                 store::SqliteOptions::Access access) {
  return store::SqliteStore::open(
      {.path = data + "/" + store::kDatabaseFile, .access = access, .busy_timeout_ms = 5000});
}

}  // namespace

Result<std::unique_ptr<store::SqliteStore>> open_for_reading(const std::string& data) {
  return open(data, store::SqliteOptions::Access::kRead);
}

Result<std::unique_ptr<store::SqliteStore>> open_for_writing(const std::string& data) {
  return open(data, store::SqliteOptions::Access::kWrite);
}

ExitCode no_such_document(const std::string& document, const std::string& data) {
  std::fprintf(stderr,
               "tidemark: there is no document \"%s\" in %s; `tidemark doc list` shows those that "
               "are there\n",
               printable(document).c_str(), data.c_str());
  return kNotThere;
}

Result<std::optional<crdt::Doc>> load(store::DocumentStore& store, const std::string& document) {
  auto loaded = store::load_doc(store, document);
  if (!loaded) {
    return failure(loaded.error().code,
                   "\"" + printable(document) + "\" does not load: " + loaded.error().detail);
  }
  return loaded;
}

int64_t now_ms() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

}  // namespace tidemark::cli
