# The one target that carries language level, warnings and sanitizers; every folder links it.
set(STILLWATCH_SANITIZE "" CACHE STRING "Sanitizers for every target, for example address,undefined or thread")
option(STILLWATCH_WERROR "Warnings are errors" ON)
option(STILLWATCH_FUZZ "Build only the fuzz targets (clang, libFuzzer)" OFF)

set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_EXTENSIONS OFF)
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
    # Without the first two words ccache does not trust a precompiled header; none of ours depends on a macro or the time.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
endif()

add_library(stillwatch_options INTERFACE)
target_compile_features(stillwatch_options INTERFACE cxx_std_20)
target_include_directories(stillwatch_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(stillwatch_options INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Wnon-virtual-dtor)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    # Where gcc 12 optimises, it takes a coroutine frame's own operator delete for a mismatch.
    target_compile_options(stillwatch_options INTERFACE -Wno-mismatched-new-delete)
endif()
# The daemon links parts of features/ but none of the decoders of pictures/; their libraries stay out of its process.
target_link_options(stillwatch_options INTERFACE -Wl,--as-needed)
if(STILLWATCH_WERROR)
    target_compile_options(stillwatch_options INTERFACE -Werror)
endif()
if(STILLWATCH_SANITIZE)
    target_compile_options(stillwatch_options INTERFACE -fsanitize=${STILLWATCH_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(stillwatch_options INTERFACE -fsanitize=${STILLWATCH_SANITIZE})
    if(STILLWATCH_SANITIZE MATCHES "thread")
        # Asio uses atomic fences, on which gcc 12 remarks under this sanitizer.
        target_compile_options(stillwatch_options INTERFACE -Wno-tsan)
    endif()
    if(STILLWATCH_SANITIZE MATCHES "undefined")
        target_compile_options(stillwatch_options INTERFACE -fno-sanitize-recover=undefined)
    endif()
    target_compile_definitions(stillwatch_options INTERFACE STILLWATCH_SANITIZED=1)
endif()
if(CMAKE_UNITY_BUILD)
    # What one source calls its own may shadow what its neighbour does, and a coroutine keep what is nameless in its frame.
    target_compile_options(stillwatch_options INTERFACE -Wno-shadow -Wno-subobject-linkage)
endif()
# Asio is compiled once, in core/asio.cpp: a third of the build time otherwise.
target_compile_definitions(stillwatch_options INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
    SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL)

# What test sources link last. What a pointer may be is asked where the code that is tested was compiled; asking it in every
# assertion as well takes two fifths of the time that compiling a test costs (docs/performance.md).
add_library(stillwatch_test_options INTERFACE)
if(STILLWATCH_SANITIZE MATCHES "undefined")
    target_compile_options(stillwatch_test_options INTERFACE -fno-sanitize=null,alignment,vptr,object-size)
endif()
