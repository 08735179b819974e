// Files that appear whole or not at all: written under another name, synced, then renamed.
#pragma once

#include <string>

#include "base/result.h"

namespace tidemark::store {

// Not there: fine.
Result<> remove_file(const std::string& path);

// An empty new file that nobody else may read; it must not exist.
Result<> reserve_file(const std::string& path);

// Syncs `from`, gives it the name `to` in the same folder, replacing what was there, and syncs the
// folder, so that the name survives a power cut too.
Result<> put_in_place(const std::string& from, const std::string& to);

// Makes the folder and its parents, readable by this user only.
Result<> make_folder(const std::string& path);

}  // namespace tidemark::store
