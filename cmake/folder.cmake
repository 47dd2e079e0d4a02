# add_folder(NAME SOURCES… LINK… PRIVATE_LINK…): the static library stillwatch_NAME of the folder NAME.
# LINK is what its headers include; PRIVATE_LINK what only its sources need.
function(add_folder name)
    cmake_parse_arguments(FOLDER "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
    add_library(stillwatch_${name} STATIC ${FOLDER_SOURCES})
    target_link_libraries(stillwatch_${name} PUBLIC stillwatch_options ${FOLDER_LINK} PRIVATE ${FOLDER_PRIVATE_LINK})
    use_precompiled(stillwatch_${name} stillwatch_common_headers)
endfunction()

# Builds all unit tests and what they need, no more.
add_custom_target(unit_tests)

# add_unit_tests(FOLDER SOURCES… ALONE… LINK…): one test program of tests/unit/FOLDER, label unit. Behind sanitizers several
# sources are compiled as one; ALONE are those that name the same thing as a neighbour.
function(add_unit_tests folder)
    cmake_parse_arguments(UNIT "" "" "SOURCES;ALONE;LINK" ${ARGN})
    add_test_program(unit_${folder} LABEL unit SOURCES ${UNIT_SOURCES} ${UNIT_ALONE} LINK ${UNIT_LINK})
    set_source_files_properties(${UNIT_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    add_dependencies(unit_tests unit_${folder})
endfunction()

# add_test_program(NAME LABEL … SOURCES … LINK …): a GoogleTest program; each TEST is a ctest test, behind sanitizers the whole program.
function(add_test_program name)
    cmake_parse_arguments(PROGRAM "" "LABEL;TIMEOUT" "SOURCES;LINK" ${ARGN})
    if(NOT PROGRAM_TIMEOUT)
        set(PROGRAM_TIMEOUT 300)
    endif()
    add_executable(${name} ${PROGRAM_SOURCES})
    target_link_libraries(${name} PRIVATE ${PROGRAM_LINK} GTest::gmock GTest::gtest_main stillwatch_test_options)
    use_precompiled(${name} stillwatch_test_headers)
    # What is tested is compiled as users run it; the tests themselves need no second for each assertion.
    if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo" AND NOT STILLWATCH_SANITIZE)
        target_compile_options(${name} PRIVATE -O1)
    endif()
    target_compile_definitions(${name} PRIVATE
        STILLWATCH_SOURCE_DIR="${PROJECT_SOURCE_DIR}" STILLWATCH_BUILD_DIR="${PROJECT_BINARY_DIR}")
    if(STILLWATCH_SANITIZE)
        # One process for all of them: behind a sanitizer the start of a process costs more than most tests.
        add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
        set_tests_properties(${name} PROPERTIES LABELS ${PROGRAM_LABEL} TIMEOUT 900)
    else()
        gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST
            PROPERTIES LABELS ${PROGRAM_LABEL} TIMEOUT ${PROGRAM_TIMEOUT})
    endif()
endfunction()
