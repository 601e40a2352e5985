#include "coordinator/server/artifacts.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>

#include "common/fault_point.hpp"
#include "common/net/durable.hpp"

namespace hone {

namespace {

constexpr std::uint64_t look_after = std::uint64_t{16} << 20U;  // bytes
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

bool ArtifactStore::has_room(std::uint64_t bytes) const {
  std::error_code error;
  const auto space = std::filesystem::space(directory_, error);
  if (error) return true;  // the write itself will tell
  const std::uint64_t room = space.available < reserve_ ? 0 : space.available - reserve_;
  const bool full = room == 0 || room < bytes;
  if (full && refused_ == 0) {
    spdlog::warn(
        "event=disk_full folder={} available={} reserve={}: uploads are refused, workers keep what "
        "they have and try again; free some space, as with 'hone gc', or lower --reserve",
        directory_.string(), space.available, reserve_);
  }
  if (full) refused_ = std::max({refused_, bytes, std::uint64_t{1}});
  if (refused_ > 0 && room >= refused_) {
    spdlog::warn("event=disk_free folder={}: uploads are taken again", directory_.string());
    refused_ = 0;
  }
  return !full;
}

bool ArtifactStore::has(const Digest& digest) const {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path_of(digest), ignored);
}

ArtifactStore::Upload::Upload(ArtifactStore& store, const Digest& expected, std::uint64_t from)
    : store_(store), final_(store.path_of(expected)), expected_(expected) {
  static std::atomic<std::uint64_t> number{0};
  if (from > 0) {
    PartialUploads::Partial partial = store_.partials_.take(expected);
    temporary_ = std::move(partial.file);
    size_ = partial.size;
    hasher_ = std::move(partial.hasher);
    file_ = ::open(temporary_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  } else {
    temporary_ = final_;
    temporary_ += "." + std::to_string(++number) + unfinished_suffix;
    file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  }
  if (file_ < 0) fail(temporary_);
}

ArtifactStore::Upload::~Upload() {
  if (file_ < 0) return;
  if (size_ == 0) {
    discard();
  } else {
    ::close(file_);
    store_.partials_.keep(expected_, {temporary_, size_, std::move(hasher_)});
  }
}

void ArtifactStore::Upload::discard() {
  ::close(file_);
  file_ = -1;
  ::unlink(temporary_.c_str());
}

/// Ends the upload if the disk is what stands in its way.
bool ArtifactStore::Upload::is_full() {
  if (errno != ENOSPC && errno != EDQUOT) return false;
  discard();
  return true;
}

bool ArtifactStore::Upload::append(std::span<const std::byte> bytes) {
  unchecked_ += bytes.size();
  if (unchecked_ > look_after) {
    unchecked_ = 0;
    if (!store_.has_room(bytes.size())) {
      discard();
      return false;
    }
  }
  const auto* const text = reinterpret_cast<const char*>(bytes.data());
  if (write_all(file_, {text, bytes.size()})) {
    hasher_.update(bytes);
    size_ += bytes.size();
    return true;
  }
  if (is_full()) return false;
  const int why = errno;
  discard();  // nobody knows how much of it is there
  throw std::system_error(why, std::generic_category(), temporary_.string());
}

ArtifactStore::Finish ArtifactStore::Upload::finish() {
  if (hasher_.finish() != expected_) {
    discard();
    return Finish::other_bytes;
  }
  if (::fsync(file_) != 0) {
    if (is_full()) return Finish::no_room;
    fail(temporary_);
  }
  fault::at("artifact.before");
  std::filesystem::rename(temporary_, final_);
  ::close(file_);
  file_ = -1;
  store_.partials_.drop(expected_);
  make_durable(final_.parent_path());
  fault::at("artifact.after");
  return Finish::done;
}

}  // namespace hone
