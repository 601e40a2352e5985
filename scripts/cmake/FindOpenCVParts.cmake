# The three parts of OpenCV that ingest needs, without libopencv-dev and the 200 packages it brings.
# Defines the target OpenCVParts::OpenCVParts.
find_path(OpenCVParts_INCLUDE_DIR opencv2/imgcodecs.hpp PATH_SUFFIXES opencv4)
set(OpenCVParts_LIBRARIES "")
foreach(part imgcodecs imgproc core)
  find_library(OpenCVParts_${part} opencv_${part})
  list(APPEND OpenCVParts_LIBRARIES ${OpenCVParts_${part}})
endforeach()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenCVParts REQUIRED_VARS OpenCVParts_INCLUDE_DIR OpenCVParts_imgcodecs
                                  OpenCVParts_imgproc OpenCVParts_core)
if(OpenCVParts_FOUND AND NOT TARGET OpenCVParts::OpenCVParts)
  add_library(OpenCVParts::OpenCVParts INTERFACE IMPORTED)
  target_include_directories(OpenCVParts::OpenCVParts SYSTEM INTERFACE ${OpenCVParts_INCLUDE_DIR})
  target_link_libraries(OpenCVParts::OpenCVParts INTERFACE ${OpenCVParts_LIBRARIES})
endif()
