# What `cmake --install` puts under the prefix: the pure modules as static libraries, their public
# headers, and what find_package(tidemark) and pkg-config look for.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(modules GLOBAL PROPERTY TM_PURE_MODULES)
foreach(target IN LISTS modules)
  string(REGEX REPLACE "^tm_" "" name ${target})
  string(REPLACE "_" "/" folder ${name})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} INTERFACE
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/tidemark>)
  file(GLOB headers CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${folder}/*.h")
  # What only tests include, and what the C interface is made of.
  list(FILTER headers EXCLUDE REGEX "(/test_[a-z_]+|_test|_fixture)\\.h$")
  list(FILTER headers EXCLUDE REGEX
       "(sync/golden|sync/golden_frames|server/faulty_store|c/heap|c/kernel)\\.h$")
  install(FILES ${headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tidemark/${folder})
  # Whoever is linked first needs those behind it.
  list(PREPEND TM_PC_LIBS -l${target})
endforeach()
install(TARGETS ${modules} EXPORT tidemark ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})

set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/tidemark)
install(EXPORT tidemark NAMESPACE tidemark:: FILE tidemark-targets.cmake
  DESTINATION ${config_folder})
write_basic_package_version_file("${CMAKE_BINARY_DIR}/tidemark-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES cmake/tidemark-config.cmake "${CMAKE_BINARY_DIR}/tidemark-config-version.cmake"
  DESTINATION ${config_folder})

file(RELATIVE_PATH TM_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
list(JOIN TM_PC_LIBS " " TM_PC_LIBS)
configure_file(cmake/tidemark.pc.in "${CMAKE_BINARY_DIR}/tidemark.pc" @ONLY)
install(FILES "${CMAKE_BINARY_DIR}/tidemark.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
