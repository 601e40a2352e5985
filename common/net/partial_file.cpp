#include "common/net/partial_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/net/durable.hpp"
#include "common/net/http_client.hpp"

namespace hone {

PartialFile::PartialFile(const std::filesystem::path& file)
    : name_(file.string()),
      file_(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
  if (file_ < 0) fail();
}

PartialFile::~PartialFile() {
  ::close(file_);
}

void PartialFile::append(std::string_view bytes) {
  if (!write_all(file_, bytes)) fail();
  size_ += bytes.size();
}

void PartialFile::restart() {
  if (::ftruncate(file_, 0) != 0 || ::lseek(file_, 0, SEEK_SET) != 0) fail();
  size_ = 0;
}

void PartialFile::fail() const {
  throw NetworkError("cannot write " + name_ + ": " + std::strerror(errno));
}

}  // namespace hone
