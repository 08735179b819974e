# GoogleTest for wasm32 from Debian's sources, and node with its WASI to run what is linked to it:
# ctest then runs the same unit tests as natively, on 32 bits.
set(gtest_folder /usr/src/googletest/googletest)
add_library(wasm_gtest_main STATIC "${gtest_folder}/src/gtest-all.cc"
  "${gtest_folder}/src/gtest_main.cc")
add_library(GTest::gtest_main ALIAS wasm_gtest_main)
target_include_directories(wasm_gtest_main SYSTEM PUBLIC "${gtest_folder}/include"
  PRIVATE "${gtest_folder}")
target_compile_definitions(wasm_gtest_main PUBLIC GTEST_HAS_PTHREAD=0
  GTEST_HAS_STREAM_REDIRECTION=0)
# Tests index with 64-bit random numbers.
target_compile_options(wasm_gtest_main PUBLIC -fno-exceptions -fno-rtti -Wno-shorten-64-to-32
  -Wno-c++11-narrowing)
target_link_options(wasm_gtest_main INTERFACE -mexec-model=command)

find_program(TM_NODE node REQUIRED)
set(CMAKE_CROSSCOMPILING_EMULATOR "${TM_NODE}" --no-warnings
  "${CMAKE_SOURCE_DIR}/tools/run_wasm.mjs" "${CMAKE_SOURCE_DIR}")
