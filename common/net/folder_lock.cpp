#include "common/net/folder_lock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace hone {

namespace {

struct flock one_byte(std::int64_t byte) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  return lock;
}

}  // namespace

// Of the open file, not of the process: another close of the same file would end the latter.
bool lock_byte(int file, std::int64_t byte) {
  struct flock lock = one_byte(byte);
  if (::fcntl(file, F_OFD_SETLK, &lock) == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  throw std::system_error(errno, std::generic_category(), "lock");
}

void unlock_byte(int file, std::int64_t byte) {
  struct flock lock = one_byte(byte);
  lock.l_type = F_UNLCK;
  ::fcntl(file, F_OFD_SETLK, &lock);
}

ByteLock byte_lock(const std::filesystem::path& file, std::int64_t byte) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return ByteLock::unknown;
  struct flock lock = one_byte(byte);
  const bool is_known = ::fcntl(descriptor, F_OFD_GETLK, &lock) == 0;
  ::close(descriptor);
  if (!is_known) return ByteLock::unknown;
  return lock.l_type == F_UNLCK ? ByteLock::free : ByteLock::held;
}

}  // namespace hone
