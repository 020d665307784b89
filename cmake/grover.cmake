# One target per folder: grover_module() is the only way a folder joins the build.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_program(CCACHE ccache)
if(CCACHE)
  # Paths below the repository become relative, so that every checkout and every preset shares one cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
    CCACHE_PCH_EXTSUM=1 ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_link_options(-fuse-ld=mold)
endif()

# What a stack trace needs is two thirds of the binary.
add_link_options($<$<CONFIG:Release>:-Wl,--compress-debug-sections=zlib>)

# Programs lie in the root of the build directory: build/release/grover, build/debug/test_platform_db.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

add_library(grover_options INTERFACE)
target_compile_options(grover_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -fno-omit-frame-pointer
  -Wno-missing-field-initializers)  # designated initialisers leave out what keeps its default
# The fuzz preset builds with clang, which warns about other things; g++ is the judge. When it optimizes, g++ 12 finds
# uninitialized values in every std::optional and overlapping copies in every string concatenation: those two are off,
# and clang-tidy's analyzer looks for the real ones.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(grover_options INTERFACE -Werror -Wno-maybe-uninitialized -Wno-restrict)
endif()
# Libraries are SYSTEM so that our warnings stay ours.
target_include_directories(grover_options INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)
target_link_libraries(grover_options INTERFACE Threads::Threads)
# Some packages define it, and a precompiled header is for one set of definitions.
target_compile_definitions(grover_options INTERFACE _FILE_OFFSET_BITS=64)

# The standard headers that many files read are parsed once for all of them, which is a quarter of the time of a build. Only of
# the standard library, whose change is no change of ours; and not under sanitizers, so that one build checks that each
# file includes what it uses.
set(GROVER_PRECOMPILED <algorithm> <array> <atomic> <chrono> <exception> <filesystem> <functional> <map> <memory> <mutex>
  <optional> <span> <sstream> <stdexcept> <string> <string_view> <thread> <tuple> <unordered_map> <unordered_set> <utility>
  <variant> <vector>)

# The first target compiles them, the others name it.
function(grover_precompile target)
  if(GROVER_SANITIZE OR GROVER_FUZZ OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    return()
  endif()
  # -fpch-preprocess is for ccache. From code that was precompiled the compiler does not see that it is the library's own
  # when it warns about what it inlined.
  target_compile_options(${target} PRIVATE -fpch-preprocess -Wno-array-bounds -Wno-stringop-overflow)
  if(NOT TARGET grover_precompiled)
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled.cpp CONTENT "")
    add_library(grover_precompiled OBJECT ${CMAKE_BINARY_DIR}/precompiled.cpp)
    target_link_libraries(grover_precompiled PRIVATE grover_options)
    target_precompile_headers(grover_precompiled PRIVATE ${GROVER_PRECOMPILED})
    # What ccache goes by instead of the compiled header, which differs each time it is made.
    get_target_property(folder grover_precompiled BINARY_DIR)
    file(CONFIGURE OUTPUT ${folder}/CMakeFiles/grover_precompiled.dir/cmake_pch.hxx.gch.sum
      CONTENT "${CMAKE_CXX_COMPILER_VERSION} ${GROVER_PRECOMPILED}")
  endif()
  target_precompile_headers(${target} REUSE_FROM grover_precompiled)
endfunction()

set(GROVER_SANITIZE "" CACHE STRING "address,undefined or thread")
option(GROVER_FUZZ "build fuzz targets (clang only)" OFF)
if(GROVER_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(GROVER_SANITIZE)
  add_compile_options(-fsanitize=${GROVER_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${GROVER_SANITIZE})
  if(GROVER_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio's fences are not modelled; what they order is ordered by its mutex as well.
    add_compile_options(-Wno-tsan)
  endif()
  if(GROVER_SANITIZE MATCHES "address" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Each access is checked by a call: written out in place it takes longer to compile, and to link.
    add_compile_options("SHELL:--param asan-instrumentation-with-call-threshold=0")
  endif()
endif()

# grover_module(NAME platform_db SOURCES a.cpp TESTS a_test.cpp SQL posts.sql USES platform_base PKG sqlite3)
#   NAME   <layer>_<folder>; the library is grover_<NAME>, its tests are the program test_<NAME>
#   USES   other modules whose public headers this one may include (tools/check_deps.py refuses the rest)
#   PKG    pkg-config packages, visible to this folder's .cpp files only
#   LINK   plain libraries, likewise
#   TEST_USES  modules that only the tests need
function(grover_module)
  cmake_parse_arguments(M "" "NAME" "SOURCES;TESTS;SQL;USES;PKG;LINK;TEST_USES" ${ARGN})
  set(target grover_${M_NAME})
  foreach(sql IN LISTS M_SQL)
    get_filename_component(stem ${sql} NAME_WE)
    set(header ${CMAKE_BINARY_DIR}/generated/sql/${stem}.hpp)
    add_custom_command(
      OUTPUT ${header}
      COMMAND python3 ${CMAKE_SOURCE_DIR}/tools/embed_sql.py ${CMAKE_CURRENT_SOURCE_DIR}/${sql} ${header}
      DEPENDS ${sql} ${CMAKE_SOURCE_DIR}/tools/embed_sql.py
      VERBATIM)
    list(APPEND M_SOURCES ${header})
  endforeach()
  add_library(${target} STATIC ${M_SOURCES})
  target_link_libraries(${target} PUBLIC grover_options)
  grover_precompile(${target})
  if(GROVER_SANITIZE MATCHES "undefined" AND NOT M_NAME MATCHES "^platform_")
    # The platform is where pointers are cast. Elsewhere AddressSanitizer stops what goes through a null pointer, and
    # these three checks cost a third of the time to compile.
    target_compile_options(${target} PUBLIC -fno-sanitize=null,alignment,vptr)
  endif()
  foreach(use IN LISTS M_USES)
    target_link_libraries(${target} PUBLIC grover_${use})
  endforeach()
  foreach(package IN LISTS M_PKG)
    if(NOT TARGET PkgConfig::pkg_${package})
      pkg_check_modules(pkg_${package} REQUIRED IMPORTED_TARGET GLOBAL ${package})
    endif()
    target_link_libraries(${target} PRIVATE PkgConfig::pkg_${package})
  endforeach()
  if(M_LINK)
    target_link_libraries(${target} PRIVATE ${M_LINK})
  endif()
  if(M_TESTS)
    add_executable(test_${M_NAME} EXCLUDE_FROM_ALL ${M_TESTS})
    target_link_libraries(test_${M_NAME} PRIVATE ${target} grover_test_main)
    grover_precompile(test_${M_NAME})
    foreach(use IN LISTS M_TEST_USES)
      target_link_libraries(test_${M_NAME} PRIVATE grover_${use})
    endforeach()
    add_test(NAME ${M_NAME} COMMAND test_${M_NAME})
    add_dependencies(all_tests test_${M_NAME})
  endif()
  # fuzz/<target>_fuzz.cpp defines LLVMFuzzerTestOneInput and may use what the module uses, not what its tests use.
  file(GLOB fuzzers CONFIGURE_DEPENDS fuzz/*_fuzz.cpp)
  foreach(fuzzer IN LISTS fuzzers)
    get_filename_component(name ${fuzzer} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" name ${name})
    grover_fuzz(NAME ${name} SOURCES ${fuzzer} USES ${M_NAME})
  endforeach()
endfunction()

# grover_fuzz(NAME multipart SOURCES fuzz/multipart_fuzz.cpp USES platform_http): the program fuzz_multipart
function(grover_fuzz)
  cmake_parse_arguments(F "" "NAME" "SOURCES;USES" ${ARGN})
  if(NOT GROVER_FUZZ)
    return()
  endif()
  add_executable(fuzz_${F_NAME} EXCLUDE_FROM_ALL ${F_SOURCES})
  target_link_options(fuzz_${F_NAME} PRIVATE -fsanitize=fuzzer)
  foreach(use IN LISTS F_USES)
    target_link_libraries(fuzz_${F_NAME} PRIVATE grover_${use})
  endforeach()
  add_dependencies(fuzz_targets fuzz_${F_NAME})
endfunction()

# doctest's own code takes longer to compile than most tests: once for all of them.
add_library(grover_test_main OBJECT EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/src/testing/test_main.cpp)
target_link_libraries(grover_test_main PRIVATE grover_options)

add_custom_target(all_tests)
add_custom_target(fuzz_targets)
