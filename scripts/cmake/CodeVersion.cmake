# HONE_CODE_VERSION: the version, and in a git checkout the commit, "+" for changed files. A commit
# configures anew; a file changed after that may be missed until the next.
set(HONE_CODE_VERSION ${PROJECT_VERSION})
find_package(Git QUIET)
if(GIT_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} describe --always --abbrev=10 --match= --dirty=+
                  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} OUTPUT_VARIABLE commit ERROR_QUIET
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  execute_process(COMMAND ${GIT_EXECUTABLE} rev-parse --path-format=absolute --git-path logs/HEAD
                  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} OUTPUT_VARIABLE log ERROR_QUIET
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(commit)
    string(APPEND HONE_CODE_VERSION " (${commit})")
  endif()
  if(EXISTS "${log}")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${log})
  endif()
endif()
