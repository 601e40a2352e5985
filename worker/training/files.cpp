#include "worker/training/files.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "worker/training/trainer.hpp"

namespace hone {

MappedFile::MappedFile(const std::filesystem::path& file) {
  const auto fail = [&](const std::string& what) {
    throw TrainingError(Failure::impossible, file.string() + ": " + what);
  };
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail(std::strerror(errno));
  struct stat status {};
  const bool known = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  const auto size = known ? static_cast<std::size_t>(status.st_size) : 0;
  void* memory = size > 0 ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0) : nullptr;
  const int error = errno;
  ::close(descriptor);
  if (!known || size == 0) fail("is empty or not a regular file");
  if (memory == MAP_FAILED) fail(std::strerror(error));
  bytes_ = {static_cast<const std::byte*>(memory), size};
}

MappedFile::~MappedFile() {
  ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

void write_tensor_file(const std::filesystem::path& file, const TensorFile& content) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << tensor_file_header(content);
  for (const auto& [name, tensor] : content.tensors) {
    out.write(reinterpret_cast<const char*>(tensor.bytes.data()),
              static_cast<std::streamsize>(tensor.bytes.size()));
  }
  out.close();
  if (!out) throw std::runtime_error(file.string() + ": cannot be written");
}

}  // namespace hone
