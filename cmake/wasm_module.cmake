# Every object of every pure module in one wasm module. What it imports is what pure code would ask
# the world for: the test demands an empty list. All their functions are exported, so that nothing
# is left out because nothing calls it; what they do not reach of libc and libc++ is left out.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

get_property(pure GLOBAL PROPERTY TM_PURE_MODULES)
foreach(module IN LISTS pure)
  list(APPEND objects $<TARGET_OBJECTS:${module}>)
endforeach()
add_executable(pure_modules ${objects})
set_target_properties(pure_modules PROPERTIES SUFFIX .wasm LINKER_LANGUAGE CXX)
add_custom_command(TARGET pure_modules PRE_LINK
  COMMAND sh "${CMAKE_SOURCE_DIR}/tools/wasm_exports" ${objects} > exports.rsp
  COMMAND_EXPAND_LISTS)
target_link_options(pure_modules PRIVATE -mexec-model=reactor @exports.rsp)

add_test(NAME pure_modules_import_nothing
  COMMAND "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/tools/check_wasm.py"
    $<TARGET_FILE:pure_modules>)

# The kernel for browsers and node: what tidemark.h declares and what that reaches. The exports are
# the header's functions.
#
# Without -O0 clang would run wasm-opt by itself, which puts large functions into their only caller:
# what is compressed gets larger by that. Low memory is the far end of the stack.
set(TM_WASM_GZIP_BYTES 105500)  # what the kernel may be, compressed: a little more than it is
find_program(TM_WASM_OPT wasm-opt REQUIRED)
set(kernel "${CMAKE_BINARY_DIR}/tidemark.wasm")
add_executable(kernel_module $<TARGET_OBJECTS:tm_bindings_c>)
set_target_properties(kernel_module PROPERTIES SUFFIX .wasm LINKER_LANGUAGE CXX)
target_link_libraries(kernel_module PRIVATE tm_crdt)
add_custom_command(TARGET kernel_module PRE_LINK
  COMMAND sh "${CMAKE_SOURCE_DIR}/tools/wasm_exports" $<TARGET_OBJECTS:tm_bindings_c>
    | grep "=tm_" > kernel_exports.rsp
  COMMAND_EXPAND_LISTS)
target_link_options(kernel_module PRIVATE -mexec-model=reactor -O0 -Wl,--gc-sections
  @kernel_exports.rsp)
add_custom_command(TARGET kernel_module POST_BUILD
  COMMAND "${TM_WASM_OPT}" -Oz --enable-bulk-memory --enable-sign-ext
    --enable-nontrapping-float-to-int --enable-mutable-globals --strip-debug --strip-producers
    --low-memory-unused --one-caller-inline-max-function-size 20 --converge
    $<TARGET_FILE:kernel_module> -o unordered.wasm
  COMMAND "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/tools/order_wasm.py" unordered.wasm
    "${kernel}")
add_test(NAME kernel_is_small_and_imports_nothing
  COMMAND "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/tools/check_wasm.py" "${kernel}"
    ${TM_WASM_GZIP_BYTES})
