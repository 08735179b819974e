// A fresh folder for one test, gone at its end.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "store/sqlite/sqlite_store.h"

namespace tidemark::store {

class Folder {
 public:
  Folder() {
    // In memory where there is such a place: these tests are about order and content, and syncs
    // to a real disk are most of their time.
    const bool has_memory = ::access("/dev/shm", W_OK) == 0;
    const std::string parent = has_memory ? "/dev/shm" : std::filesystem::temp_directory_path();
    std::string pattern = parent + "/tidemark-test-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string database() const { return file(kDatabaseFile); }

 private:
  std::string path_;
};

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace tidemark::store
