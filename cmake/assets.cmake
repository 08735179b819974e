# The page goes into the binary: web/dist as it lies there when the build runs.
function(tm_embed_page target folder)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set(output "${CMAKE_BINARY_DIR}/embedded_assets.cpp")
  file(GLOB_RECURSE files CONFIGURE_DEPENDS "${folder}/*")
  add_custom_command(OUTPUT "${output}"
    COMMAND Python3::Interpreter "${CMAKE_SOURCE_DIR}/tools/embed_assets.py" "${folder}" "${output}"
    DEPENDS "${CMAKE_SOURCE_DIR}/tools/embed_assets.py" ${files})
  target_sources(${target} PRIVATE "${output}")
endfunction()
