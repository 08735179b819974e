# find_package(tidemark): tidemark::crdt is the documents; base, store, sync, sync_dialects and
# server are there too. All are pure code: no threads, no I/O.
find_path(tidemark_EXPECTED tl/expected.hpp)
if(NOT tidemark_EXPECTED)
  set(tidemark_FOUND FALSE)
  set(tidemark_NOT_FOUND_MESSAGE
    "the headers of tidemark need tl/expected.hpp: install libexpected-dev (Debian, Ubuntu)")
  return()
endif()
include("${CMAKE_CURRENT_LIST_DIR}/tidemark-targets.cmake")
