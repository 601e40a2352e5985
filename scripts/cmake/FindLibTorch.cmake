# LibTorch out of a PyTorch wheel: headers and libraries straight from its folder, because the wheel's
# own CMake files want a complete CUDA toolkit of the same version for a CUDA wheel.
#
# Input:   HONE_TORCH  the wheel's torch folder; when empty, the torch that build/venv's python or
#                      python3 would import
#          HONE_CUDA   ON: the CUDA libraries of the wheel and of the nvidia/ folders beside it
# Defines: LibTorch::LibTorch, LibTorch_VERSION, LibTorch_FOLDER; for CUDA also LibTorch::NCCL
set(LibTorch_oldest 2.11)
set(LibTorch_first_untried 2.15)

set(LibTorch_FOLDER "${HONE_TORCH}")
if(NOT LibTorch_FOLDER)
  # find_spec does not import torch: that would take seconds.
  set(LibTorch_question "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')")
  foreach(python ${CMAKE_SOURCE_DIR}/build/venv/bin/python python3)
    execute_process(COMMAND ${python} -c "${LibTorch_question}" OUTPUT_VARIABLE LibTorch_FOLDER
                    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE LibTorch_failed)
    if(NOT LibTorch_failed AND LibTorch_FOLDER)
      break()
    endif()
    set(LibTorch_FOLDER "")
  endforeach()
endif()
if(NOT EXISTS "${LibTorch_FOLDER}/include/ATen/ATen.h")
  message(FATAL_ERROR "No PyTorch found (looked in '${LibTorch_FOLDER}'). Either give HONE_TORCH, the torch folder of "
                      "a PyTorch wheel, or install one: python3 -m venv build/venv && build/venv/bin/pip install "
                      "torch==2.13.0. Without LibTorch, "
                      "-DHONE_TRAINER=OFF builds everything else.")
endif()

file(STRINGS ${LibTorch_FOLDER}/version.py LibTorch_line REGEX "^__version__")
string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" LibTorch_VERSION "${LibTorch_line}")
if(LibTorch_VERSION VERSION_LESS LibTorch_oldest OR NOT LibTorch_VERSION VERSION_LESS LibTorch_first_untried)
  message(FATAL_ERROR "PyTorch '${LibTorch_VERSION}' in ${LibTorch_FOLDER} is not one of 2.11 to 2.14, which Hone is tried with")
endif()

set(LibTorch_includes ${LibTorch_FOLDER}/include ${LibTorch_FOLDER}/include/torch/csrc/api/include)
set(LibTorch_names torch torch_cpu c10)
set(LibTorch_folders ${LibTorch_FOLDER}/lib)
if(HONE_CUDA)
  get_filename_component(LibTorch_site ${LibTorch_FOLDER} DIRECTORY)
  set(LibTorch_nvidia ${LibTorch_site}/nvidia)
  foreach(needed cu13/include/cuda_runtime_api.h nccl/include/nccl.h)
    if(NOT EXISTS ${LibTorch_nvidia}/${needed})
      message(FATAL_ERROR "HONE_CUDA needs ${LibTorch_nvidia}/${needed}: install the CUDA wheel with "
                          "pip install torch==2.14.1 nvidia-cuda-crt==13.0.88 nvidia-cuda-cccl")
    endif()
  endforeach()
  list(APPEND LibTorch_includes ${LibTorch_nvidia}/cu13/include ${LibTorch_nvidia}/cu13/include/cccl)
  list(APPEND LibTorch_names torch_cuda c10_cuda)
  foreach(part cu13 nccl cudnn cusparselt nvshmem)
    list(APPEND LibTorch_folders ${LibTorch_nvidia}/${part}/lib)
  endforeach()
endif()
set(LibTorch_libraries "")
foreach(name ${LibTorch_names})
  find_library(LibTorch_${name} ${name} PATHS ${LibTorch_FOLDER}/lib NO_DEFAULT_PATH NO_CACHE REQUIRED)
  list(APPEND LibTorch_libraries ${LibTorch_${name}})
endforeach()

# One function that returns a std::string: it links only where the wheel has our C++ ABI.
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_LIBRARIES ${LibTorch_c10})
set(CMAKE_REQUIRED_INCLUDES ${LibTorch_includes})
check_cxx_source_compiles("#include <c10/core/DeviceType.h>
int main() { return static_cast<int>(c10::DeviceTypeName(c10::DeviceType::CPU).size()); }" LibTorch_abi_fits)
unset(CMAKE_REQUIRED_LIBRARIES)
unset(CMAKE_REQUIRED_INCLUDES)
if(NOT LibTorch_abi_fits)
  unset(LibTorch_abi_fits CACHE)
  message(FATAL_ERROR "The PyTorch in ${LibTorch_FOLDER} does not link: it was built with another C++ ABI "
                      "(_GLIBCXX_USE_CXX11_ABI) or for another processor")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch REQUIRED_VARS LibTorch_FOLDER LibTorch_libraries VERSION_VAR LibTorch_VERSION)
if(NOT TARGET LibTorch::LibTorch)
  add_library(LibTorch::LibTorch INTERFACE IMPORTED GLOBAL)
  target_include_directories(LibTorch::LibTorch SYSTEM INTERFACE ${LibTorch_includes})
  # The CUDA libraries register themselves when loaded and nothing names a symbol of theirs, so the
  # linker would leave them out. The C++ library comes first: CUDA wheels export some functions of
  # their own copy of it (std::filesystem's), which crash.
  target_link_libraries(LibTorch::LibTorch INTERFACE -Wl,--push-state,--no-as-needed -lstdc++ ${LibTorch_libraries} -Wl,--pop-state)
  foreach(folder ${LibTorch_folders})
    target_link_options(LibTorch::LibTorch INTERFACE -Wl,-rpath,${folder} -Wl,-rpath-link,${folder})
  endforeach()
endif()
if(HONE_CUDA AND NOT TARGET LibTorch::NCCL)
  add_library(LibTorch::NCCL INTERFACE IMPORTED GLOBAL)
  target_include_directories(LibTorch::NCCL SYSTEM INTERFACE ${LibTorch_nvidia}/nccl/include)
  target_link_libraries(LibTorch::NCCL INTERFACE ${LibTorch_nvidia}/nccl/lib/libnccl.so.2)
  target_link_libraries(LibTorch::LibTorch INTERFACE ${LibTorch_nvidia}/cu13/lib/libcudart.so.13)
endif()
