#include "coordinator/server/state_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace hone {

StateLock::StateLock(const std::filesystem::path& state) {
  if (std::filesystem::create_directories(state)) {
    std::filesystem::permissions(state, std::filesystem::perms::owner_all);
  }
  file_ = ::open((state / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) {
    throw std::system_error(errno, std::generic_category(), (state / "lock").string());
  }
  if (::flock(file_, LOCK_EX | LOCK_NB) == 0) return;
  ::close(file_);
  throw StateInUse("another coordinator is using " + state.string() +
                   "; stop it, or choose another folder with --state");
}

StateLock::~StateLock() {
  ::close(file_);
}

}  // namespace hone
