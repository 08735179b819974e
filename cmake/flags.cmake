# Compiler flags for everything that is ours.
add_library(tm_flags INTERFACE)
target_compile_options(tm_flags INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wimplicit-fallthrough
  -Werror -fno-strict-aliasing
  # g++ 12 takes every std::string concatenation for an overlapping copy when it optimizes (its bug
  # 105651, mended in 13).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
target_include_directories(tm_flags INTERFACE "${CMAKE_SOURCE_DIR}/src")
target_compile_features(tm_flags INTERFACE cxx_std_20)

# Pure code has neither exceptions nor RTTI, in every build: it is also the wasm module.
add_library(tm_flags_pure INTERFACE)
target_compile_options(tm_flags_pure INTERFACE -fno-exceptions -fno-rtti)

# The module goes to browsers: assertions in it name files, not this machine's folders.
# Its allocator aligns to 8.
if(TM_WASM)
  add_compile_options("-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=" -fnew-alignment=8)
endif()

if(TM_SANITIZE)
  add_compile_options(-fsanitize=${TM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TM_SANITIZE})
  if(TM_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize=vptr)
  endif()
  # g++'s thread sanitizer knows no fences; Asio's only order what its locks order already.
  if(TM_SANITIZE MATCHES thread)
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()
if(TM_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(TM_CCACHE ccache)
if(TM_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${TM_CCACHE}")
endif()
# mold links the sanitizer builds in a second.
find_program(TM_MOLD mold)
if(TM_MOLD AND NOT TM_WASM)
  add_link_options(-fuse-ld=mold)
endif()
