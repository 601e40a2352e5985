#include "coordinator/dataset/pack.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include "common/tensor_file.hpp"
#include "coordinator/dataset/pack_file.hpp"

namespace hone {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
  throw PackError(file.string() + ": " + what);
}

/// A file's bytes, mapped so that reading the manifest of a large pack does not read the pack.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) refuse(file, std::string("cannot be opened: ") + std::strerror(errno));
    struct stat state = {};
    if (::fstat(descriptor, &state) == 0 && S_ISREG(state.st_mode) && state.st_size > 0) {
      size_ = static_cast<std::size_t>(state.st_size);
      void* start = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
      if (start != MAP_FAILED) start_ = start;
    }
    ::close(descriptor);
    if (start_ == nullptr) refuse(file, "not a pack (empty, or not a file)");
  }
  ~MappedFile() { ::munmap(start_, size_); }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const {
    return {static_cast<const std::byte*>(start_), size_};
  }

 private:
  void* start_ = nullptr;
  std::size_t size_ = 0;
};

/// That the tensors are those the manifest speaks of.
void check_tensors(const std::filesystem::path& file, const TensorFile& tensors,
                   const PackManifest& manifest) {
  const auto count = static_cast<std::int64_t>(manifest.images.size());
  const std::int64_t size = manifest.image_size;
  const auto runs = tensors.tensors.find("native.runs");
  const bool flat = runs != tensors.tensors.end() && runs->second.shape.size() == 1;
  const auto require = [&](const char* name, ElementType type,
                           const std::vector<std::int64_t>& shape) {
    const auto tensor = tensors.tensors.find(name);
    if (tensor == tensors.tensors.end() || tensor->second.type != type ||
        tensor->second.shape != shape) {
      refuse(file, std::string("tensor '") + name + "' is missing or not as the manifest says");
    }
  };
  require("groups", ElementType::i32, {count});
  require("images", ElementType::u8, {count, 3, size, size});
  require("masks", ElementType::u8, {count, 1, size, size});
  require("native.sizes", ElementType::i32, {count, 2});
  require("native.starts", ElementType::i32, {count + 1});
  require("native.runs", ElementType::i32, {flat ? runs->second.shape[0] : 0});
}

}  // namespace

PackManifest read_manifest(const std::filesystem::path& file) {
  const MappedFile mapped(file);
  try {
    const TensorFile tensors = parse_tensor_file(mapped.bytes());
    const auto text = tensors.metadata.find("manifest");
    if (text == tensors.metadata.end()) refuse(file, "has no manifest: not a pack");
    PackManifest manifest = parse_manifest(text->second);
    check_tensors(file, tensors, manifest);
    return manifest;
  } catch (const PackError&) {
    throw;
  } catch (const std::exception& error) {
    refuse(file, error.what());
  }
}

}  // namespace hone
