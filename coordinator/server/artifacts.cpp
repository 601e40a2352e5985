#include "coordinator/server/artifacts.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <system_error>

#include "common/net/durable.hpp"

namespace hone {

namespace {

constexpr const char* unfinished_suffix = ".upload";
constexpr const char* unfinished_pack_prefix = ".pack-";

[[noreturn]] void fail(const std::filesystem::path& file) {
  throw std::system_error(errno, std::generic_category(), file.string());
}

}  // namespace

ArtifactStore::ArtifactStore(std::filesystem::path directory, Unfinished unfinished)
    : directory_(std::move(directory)) {
  std::filesystem::create_directories(directory_);
  if (unfinished == Unfinished::left) return;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    if (entry.path().extension() == unfinished_suffix) std::filesystem::remove(entry.path());
  }
}

bool ArtifactStore::is_unfinished(const std::filesystem::path& file) {
  return file.extension() == unfinished_suffix ||
         file.filename().string().starts_with(unfinished_pack_prefix);
}

bool ArtifactStore::claim(const Digest& digest) const {
  if (!has(digest)) return false;
  ::utimensat(AT_FDCWD, path_of(digest).c_str(), nullptr, 0);
  return true;
}

bool ArtifactStore::has(const Digest& digest) const {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path_of(digest), ignored);
}

ArtifactStore::Upload::Upload(const ArtifactStore& store, const Digest& expected)
    : final_(store.path_of(expected)), expected_(expected) {
  static std::atomic<std::uint64_t> number{0};
  temporary_ = final_;
  temporary_ += "." + std::to_string(++number) + unfinished_suffix;
  file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file_ < 0) fail(temporary_);
}

ArtifactStore::Upload::~Upload() {
  if (file_ >= 0) discard();
}

void ArtifactStore::Upload::discard() {
  ::close(file_);
  file_ = -1;
  ::unlink(temporary_.c_str());
}

void ArtifactStore::Upload::append(std::span<const std::byte> bytes) {
  hasher_.update(bytes);
  const auto* const text = reinterpret_cast<const char*>(bytes.data());
  if (!write_all(file_, {text, bytes.size()})) fail(temporary_);
}

bool ArtifactStore::Upload::finish() {
  if (hasher_.finish() != expected_) {
    discard();
    return false;
  }
  if (::fsync(file_) != 0) fail(temporary_);
  std::filesystem::rename(temporary_, final_);
  ::close(file_);
  file_ = -1;
  make_durable(final_.parent_path());
  return true;
}

}  // namespace hone
