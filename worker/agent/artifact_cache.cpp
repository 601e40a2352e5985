#include "worker/agent/artifact_cache.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

#include "common/net/durable.hpp"
#include "common/net/file_digest.hpp"
#include "common/net/leftovers.hpp"

namespace hone {

namespace fs = std::filesystem;

namespace {

constexpr const char* unsent_suffix = ".unsent";

struct Entry {
  fs::file_time_type used;
  std::uint64_t bytes = 0;
  fs::path file;
};

/// Whether the name still means the file that was opened: another agent may have removed it between
/// the opening and the lock.
bool is_same_file(int opened, const fs::path& name) {
  struct stat ours {
  }, there{};
  return ::fstat(opened, &ours) == 0 && ::stat(name.c_str(), &there) == 0 &&
         ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

/// What is gone in the moment of looking is left out.
std::vector<Entry> entries_of(const fs::path& folder) {
  std::vector<Entry> entries;
  for (const auto& each : fs::directory_iterator(folder)) {
    std::error_code error;
    Entry entry{.used = each.last_write_time(error), .bytes = 0, .file = each.path()};
    if (error || !Digest::parse(each.path().filename().string())) continue;
    entry.bytes = each.file_size(error);
    if (!error) entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace

PinnedArtifact::~PinnedArtifact() {
  if (lock_ >= 0) ::close(lock_);
}

ArtifactCache::ArtifactCache(fs::path folder, std::uint64_t limit, std::string coordinator)
    : folder_(std::move(folder)), limit_(limit), coordinator_(std::move(coordinator)) {
  fs::create_directories(folder_);
  // Downloads that died with their agent, as HttpClient::get_artifact names them.
  remove_leftovers(folder_, {.prefix = "", .suffix = ".part"}, fs::file_time_type::clock::now());
}

fs::path ArtifactCache::path_of(const Digest& digest) const {
  return folder_ / digest.hex();
}

fs::path ArtifactCache::unsent_mark(const Digest& digest) const {
  return folder_ / (digest.hex() + "." + coordinator_ + unsent_suffix);
}

/// Whether any coordinator's mark is there.
bool ArtifactCache::is_unsent(const std::string& name) const {
  const auto entries = fs::directory_iterator(folder_);
  return std::any_of(begin(entries), end(entries), [&](const fs::directory_entry& each) {
    const std::string mark = each.path().filename().string();
    return mark.starts_with(name + ".") && mark.ends_with(unsent_suffix);
  });
}

bool ArtifactCache::has(const Digest& digest) {
  const fs::path file = path_of(digest);
  if (!fs::exists(file)) return false;
  if (verified_.contains(digest)) return true;
  if (digest_of_file(file) != digest) {
    fs::remove(file);
    return false;
  }
  verified_.insert(digest);
  return true;
}

std::optional<PinnedArtifact> ArtifactCache::pin(const Digest& digest) {
  const fs::path file = path_of(digest);
  const int opened = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened < 0) return {};
  PinnedArtifact pinned(opened);
  // A file system without locks grants none to who makes room either, so there nothing goes.
  while (::flock(opened, LOCK_SH) != 0 && errno == EINTR) {
  }
  if (!is_same_file(opened, file) || !has(digest)) return {};
  ::futimens(opened, nullptr);  // used now
  return pinned;
}

Digest ArtifactCache::adopt(const fs::path& file) {
  const Digest digest = digest_of_file(file);
  make_durable(file);
  const fs::path mark = unsent_mark(digest);
  const int made = ::open(mark.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (made < 0) throw std::system_error(errno, std::generic_category(), mark.string());
  ::close(made);
  name_it(file, digest);
  make_durable(folder_);
  return digest;
}

/// What has the name already keeps it: others may have pinned that very file. The mark is there, so
/// once pinned here it was not on its way out either.
void ArtifactCache::name_it(const fs::path& file, const Digest& digest) {
  for (int tries = 0; tries < 100; ++tries) {
    std::error_code error;
    fs::create_hard_link(file, path_of(digest), error);
    if (error && error != std::errc::file_exists) return fs::rename(file, path_of(digest));
    if (error && !pin(digest)) continue;  // it has just gone
    fs::remove(file);
    return;
  }
  throw std::system_error(EBUSY, std::generic_category(), path_of(digest).string());
}

void ArtifactCache::mark_sent(const Digest& digest) {
  std::error_code ignored;
  fs::remove(unsent_mark(digest), ignored);
}

/// The lock is held until the name is gone, so who pins meanwhile sees that it is.
bool ArtifactCache::remove_unused(const fs::path& file) {
  const int opened = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened < 0) return errno == ENOENT;
  const PinnedArtifact closing(opened);
  const bool unused = ::flock(opened, LOCK_EX | LOCK_NB) == 0 && is_same_file(opened, file) &&
                      !is_unsent(file.filename().string());
  return unused && ::unlink(file.c_str()) == 0;
}

std::uint64_t ArtifactCache::make_room() {
  std::vector<Entry> entries = entries_of(folder_);
  std::uint64_t bytes = 0;
  for (const Entry& entry : entries) bytes += entry.bytes;
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.used < b.used; });
  for (const Entry& entry : entries) {
    if (bytes <= limit_) break;
    if (remove_unused(entry.file)) bytes -= entry.bytes;
  }
  return bytes > limit_ ? bytes - limit_ : 0;
}

}  // namespace hone
