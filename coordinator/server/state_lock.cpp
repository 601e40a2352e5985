#include "coordinator/server/state_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "common/net/folder_lock.hpp"

namespace hone {

namespace {

/// Network disks have no locks of folders: there the file's alone keeps others away.
bool lock_folder(int folder) {
  return ::flock(folder, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

int open_or_throw(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (descriptor >= 0) return descriptor;
  throw std::system_error(errno, std::generic_category(), path.string());
}

}  // namespace

StateLock::StateLock(const std::filesystem::path& state) {
  if (std::filesystem::create_directories(state)) {
    std::filesystem::permissions(state, std::filesystem::perms::owner_all);
  }
  try {
    folder_ = open_or_throw(state, O_RDONLY | O_DIRECTORY);
    if (lock_folder(folder_)) {
      // Not before that: a second coordinator must make no new file where the first's was removed.
      file_ = open_or_throw(state / lock_name, O_RDWR | O_CREAT);
      if (lock_byte(file_, owner_byte)) return;
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
  lock_byte(file_, port);
}

}  // namespace hone
