# cmake -DTEMPLATE=FILE.in -DOUTPUT=FILE -DVERSION=X -DSOURCE=DIR -P StampVersion.cmake
# Writes OUTPUT if what it says has changed: the version, and in a git checkout the commit, "+" for
# changed files.
set(HONE_CODE_VERSION ${VERSION})
find_package(Git QUIET)
if(GIT_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} describe --always --abbrev=10 --match= --dirty=+
                  WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE commit ERROR_QUIET
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(commit)
    string(APPEND HONE_CODE_VERSION " (${commit})")
  endif()
endif()
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)  # leaves a file alone that would be the same
