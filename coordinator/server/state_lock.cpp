#include "coordinator/server/state_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "common/net/folder_lock.hpp"

namespace hone {

namespace {

/// False: another has it. Network disks have no such locks of folders: nothing is learnt there.
bool lock_whole(int descriptor) {
  return ::flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

int open_or_throw(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (descriptor >= 0) return descriptor;
  throw std::system_error(errno, std::generic_category(), path.string());
}

}  // namespace

StateLock::StateLock(const std::filesystem::path& state) : name_(state / lock_name) {
  if (std::filesystem::create_directories(state)) {
    std::filesystem::permissions(state, std::filesystem::perms::owner_all);
  }
  try {
    folder_ = open_or_throw(state, O_RDONLY | O_DIRECTORY);
    if (lock_whole(folder_)) {
      // Not before that: a second coordinator must make no new file where the first's was removed.
      file_ = open_or_throw(name_, O_RDWR | O_CREAT);
      if (lock_whole(file_) && lock_byte(file_, owner_byte)) return;  // the whole: of older ones
    }
    throw StateInUse("another coordinator is using " + state.string() +
                     "; stop it, or choose another folder with --state");
  } catch (...) {
    if (file_ >= 0) ::close(file_);
    if (folder_ >= 0) ::close(folder_);
    throw;
  }
}

StateLock::~StateLock() {
  ::close(file_);
  ::close(folder_);
}

void StateLock::announce(std::uint16_t port) {
  if (port_ != 0) unlock_byte(file_, port_);
  port_ = port;
  if (port != 0 && !lock_byte(file_, port))
    throw std::system_error(EBUSY, std::generic_category(), name_.string());
}

void StateLock::keep() {
  struct stat ours {};
  struct stat now {};
  if (::fstat(file_, &ours) != 0 || ::stat(name_.c_str(), &now) != 0) return;
  if (ours.st_dev == now.st_dev && ours.st_ino == now.st_ino) return;
  int file = ::open(name_.c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  try {
    const bool is_ours = lock_whole(file) && lock_byte(file, owner_byte);
    if (is_ours && (port_ == 0 || lock_byte(file, port_))) std::swap(file, file_);
  } catch (const std::system_error&) {  // it lies where there are no locks: the folder's is left
  }
  ::close(file);
}

}  // namespace hone
