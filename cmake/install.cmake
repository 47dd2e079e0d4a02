# What `cmake --install` does. Every rule stands here and names files of the build folder relative to the script that
# runs, so that a build folder installs where it was copied to; and the service gets the paths of the prefix that is given
# then (`cmake --install … --prefix /usr`). CMake's own rules hold the absolute path of the build folder.

# What is installed beside the programs, gathered with each build: manual pages and completion from the programs themselves.
set(STILLWATCH_STAGE ${PROJECT_BINARY_DIR}/stage)
add_custom_target(stage ALL
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${STILLWATCH_STAGE}
    COMMAND stillwatch write-pages ${STILLWATCH_STAGE}
    COMMAND ${CMAKE_COMMAND} -E copy_directory ${PROJECT_SOURCE_DIR}/docs ${STILLWATCH_STAGE}/doc/docs
    COMMAND ${CMAKE_COMMAND} -E copy_directory ${PROJECT_SOURCE_DIR}/followup/notices ${STILLWATCH_STAGE}/notices
    COMMAND ${CMAKE_COMMAND} -E copy ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md
        ${PROJECT_SOURCE_DIR}/CONTRIBUTING.md ${PROJECT_SOURCE_DIR}/SECURITY.md ${PROJECT_SOURCE_DIR}/LICENSE
        ${PROJECT_SOURCE_DIR}/config/stillwatch.toml ${STILLWATCH_STAGE}/doc
    COMMAND ${CMAKE_COMMAND} -E copy ${PROJECT_SOURCE_DIR}/systemd/stillwatchd.service.in
        ${PROJECT_SOURCE_DIR}/systemd/stillwatch.sysusers ${PROJECT_SOURCE_DIR}/systemd/stillwatch.tmpfiles
        ${STILLWATCH_STAGE}
    COMMAND ${CMAKE_COMMAND} -E copy_directory ${PROJECT_SOURCE_DIR}/config/faces ${STILLWATCH_STAGE}/faces
    VERBATIM)
# All that is installed, without the tests.
add_custom_target(programs)
add_dependencies(programs stage stillwatch stillwatchd stillwatch-worker)
set(STILLWATCH_VIDEO_PROGRAM "")
if(STILLWATCH_HAS_VIDEO)
    add_dependencies(programs stillwatch-video)
    set(STILLWATCH_VIDEO_PROGRAM sandbox/stillwatch-video)
endif()
set(STILLWATCH_FACES_PROGRAM "")
if(STILLWATCH_HAS_FACES)
    add_dependencies(programs stillwatch-faces)
    set(STILLWATCH_FACES_PROGRAM sandbox/stillwatch-faces)
endif()

configure_file(${CMAKE_CURRENT_LIST_DIR}/install_rules.cmake.in ${PROJECT_BINARY_DIR}/install_rules.cmake @ONLY)
# CMAKE_CURRENT_LIST_DIR is where the script lies when it runs; return() leaves out CMake's own list of files and the
# folders below, which have no rules.
install(CODE [[
include("${CMAKE_CURRENT_LIST_DIR}/install_rules.cmake")
return()
]])
