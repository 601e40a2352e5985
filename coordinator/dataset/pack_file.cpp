#include "coordinator/dataset/pack_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>

#include "common/net/durable.hpp"
#include "common/net/leftovers.hpp"
#include "common/tensor_file.hpp"

namespace hone {

namespace fs = std::filesystem;

namespace {

static_assert(std::endian::native == std::endian::little, "safetensors is little-endian");

constexpr std::string_view temporary_prefix = ".pack-";

/// A file that vanishes unless it is kept under its final name.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& folder)
      : name_((folder / (std::string(temporary_prefix) + "XXXXXX")).string()),
        descriptor_(::mkostemp(name_.data(), O_CLOEXEC)) {
    if (descriptor_ < 0) fail("cannot be made");
  }
  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!kept_) ::unlink(name_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("cannot be written");
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }

  void keep_as(const fs::path& file) {
    constexpr mode_t readable = 0644;
    if (::fchmod(descriptor_, readable) != 0 || ::fsync(descriptor_) != 0) fail("cannot be synced");
    if (::rename(name_.c_str(), file.c_str()) != 0) fail("cannot be renamed to " + file.string());
    kept_ = true;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw PackError(name_ + ": " + what + ": " + std::strerror(errno));
  }

  std::string name_;
  int descriptor_;
  bool kept_ = false;
};

std::vector<std::int32_t> groups_of(const PackManifest& manifest) {
  std::vector<std::int32_t> groups;
  for (const PackImage& image : manifest.images) groups.push_back(image.group);
  return groups;
}

/// All native masks as the tensors hold them.
struct NativeTensors {
  std::vector<std::int32_t> sizes;
  std::vector<std::int32_t> starts = {0};
  std::vector<std::int32_t> runs;
};

NativeTensors native_of(const Pack& pack) {
  NativeTensors native;
  for (const NativeMask& mask : pack.native) {
    native.sizes.insert(native.sizes.end(), {mask.height, mask.width});
    native.runs.insert(native.runs.end(), mask.runs.begin(), mask.runs.end());
    if (native.runs.size() > std::numeric_limits<std::int32_t>::max()) {
      throw PackError("the masks' outlines are too long for one pack; use fewer images");
    }
    native.starts.push_back(static_cast<std::int32_t>(native.runs.size()));
  }
  return native;
}

/// The folders of the path that are not there are made for their owner alone: images are patients'.
void make_private_folders(const fs::path& path, std::error_code& error) {
  if (path.empty() || fs::exists(path, error) || error) return;
  make_private_folders(path.parent_path(), error);
  if (!error && fs::create_directory(path, error))
    fs::permissions(path, fs::perms::owner_all, error);
}

void prepare_store(const fs::path& store) {
  std::error_code error;
  make_private_folders(store, error);
  if (!error) fs::create_directories(store, error);  // says so where a file is in the way
  if (error) throw PackError(store.string() + ": cannot be made: " + error.message());
  remove_leftovers(store, {.prefix = temporary_prefix, .suffix = ""},
                   fs::file_time_type::clock::now());
}

}  // namespace

WrittenPack write_pack(const Pack& pack, const fs::path& store) {
  prepare_store(store);
  const std::vector<std::int32_t> groups = groups_of(pack.manifest);
  const auto count = static_cast<std::int64_t>(groups.size());
  const std::int64_t size = pack.manifest.image_size;
  TensorFile file;
  file.metadata["manifest"] = to_json(pack.manifest);
  file.tensors["images"] = {
      ElementType::u8, {count, 3, size, size}, std::as_bytes(std::span(pack.images))};
  file.tensors["masks"] = {
      ElementType::u8, {count, 1, size, size}, std::as_bytes(std::span(pack.masks))};
  const NativeTensors native = native_of(pack);
  const auto ints = [&](const char* name, const std::vector<std::int32_t>& values,
                        std::vector<std::int64_t> shape) {
    file.tensors[name] = {ElementType::i32, std::move(shape), std::as_bytes(std::span(values))};
  };
  ints("groups", groups, {count});
  ints("native.sizes", native.sizes, {count, 2});
  ints("native.starts", native.starts, {count + 1});
  ints("native.runs", native.runs, {std::ssize(native.runs)});

  TemporaryFile temporary(store);
  Hasher hasher;
  WrittenPack written;
  const auto add = [&](std::span<const std::byte> bytes) {
    temporary.write(bytes);
    hasher.update(bytes);
    written.bytes += std::ssize(bytes);
  };
  const std::string header = tensor_file_header(file);
  add(std::as_bytes(std::span(header)));
  for (const auto& [name, tensor] : file.tensors) add(tensor.bytes);
  written.content = hasher.finish();
  written.file = store / written.content.hex();
  temporary.keep_as(written.file);
  make_durable(store);  // the rename too outlives a power cut
  return written;
}

}  // namespace hone
