# Foreign headers that most sources include, read once a build folder. None of ours stands here: a change of one would
# compile everything again. Each source still names what it uses: scripts/tidy reads it without these.
option(STILLWATCH_PRECOMPILED "Precompiled headers" ON)

# precompile_headers(TARGET LINK… HEADERS…): a library that holds nothing but those headers, compiled.
function(precompile_headers name)
    cmake_parse_arguments(SHARED "" "" "LINK;HEADERS" ${ARGN})
    if(STILLWATCH_PRECOMPILED)
        file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp CONTENT "")
        add_library(${name} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
        target_link_libraries(${name} PRIVATE stillwatch_options ${SHARED_LINK})
        target_precompile_headers(${name} PRIVATE ${SHARED_HEADERS})
    endif()
endfunction()

# use_precompiled(TARGET FROM): what is compiled otherwise than the headers were (-O3) goes without.
function(use_precompiled target from)
    if(STILLWATCH_PRECOMPILED)
        target_precompile_headers(${target} REUSE_FROM ${from})
        if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
            target_compile_options(${target} PRIVATE -fpch-preprocess) # for ccache
        endif()
    endif()
endfunction()

set(STILLWATCH_COMMON_HEADERS
    <algorithm> <array> <chrono> <cstdint> <filesystem> <functional> <map> <memory> <optional> <set> <span> <string>
    <string_view> <utility> <variant> <vector>
    <boost/asio/awaitable.hpp> <boost/asio/io_context.hpp> <boost/asio/steady_timer.hpp> <boost/asio/thread_pool.hpp>
    <boost/json.hpp> <fmt/format.h>)
