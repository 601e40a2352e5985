#include "coordinator/dataset/mapped_artifact.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <span>

#include "coordinator/dataset/picture.hpp"

namespace hone {

MappedArtifact::Mapping::Mapping(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat facts {};
  memory = MAP_FAILED;
  if (descriptor >= 0 && ::fstat(descriptor, &facts) == 0 && facts.st_size > 0) {
    size = static_cast<std::size_t>(facts.st_size);
    memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  }
  if (descriptor >= 0) ::close(descriptor);
  if (memory == MAP_FAILED) throw PictureError("the artifact is not there");
}

MappedArtifact::Mapping::~Mapping() {
  ::munmap(memory, size);
}

MappedArtifact::MappedArtifact(const std::filesystem::path& file) : mapping_(file) {
  try {
    content_ =
        parse_tensor_file(std::span(static_cast<const std::byte*>(mapping_.memory), mapping_.size));
  } catch (const TensorFileError&) {
    throw PictureError("the artifact holds no tensors");
  }
}

}  // namespace hone
