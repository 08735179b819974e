// The files of the page, embedded into the binary by tools/embed_assets.py from web/dist. Where
// that folder has not been built, one plain page takes their place, so that C++ needs no npm.
#pragma once

#include <span>
#include <string_view>

#include "base/bytes.h"

namespace tidemark::host {

struct Asset {
  std::string_view path;  // "/index.html", "/assets/app-3f9c.js"
  std::string_view content_type;
  std::string_view etag;  // in quotes, of the uncompressed bytes
  // The name carries a hash of the content, so that caches may keep it for good.
  bool is_immutable;
  Bytes plain;
  Bytes gzip;    // empty where it would not be smaller
  Bytes brotli;  // the same
};

// Sorted by path.
std::span<const Asset> embedded_assets();

// "/" is "/index.html". Null if there is none.
const Asset* find_asset(std::string_view path);

}  // namespace tidemark::host
