#include "common/net/file_digest.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <vector>

namespace hone {

namespace {

constexpr std::size_t piece_size = 256 * 1024;

class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& file)
      : name_(file.string()), descriptor_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail("open");
  }
  ~OpenFile() { ::close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  std::size_t read(std::vector<char>& piece) const {
    const ssize_t got = ::read(descriptor_, piece.data(), piece.size());
    if (got < 0) fail("read");
    return static_cast<std::size_t>(got);
  }

 private:
  [[noreturn]] void fail(const char* doing) const {
    throw std::system_error(errno, std::generic_category(), std::string(doing) + " " + name_);
  }

  std::string name_;
  int descriptor_;
};

}  // namespace

Digest digest_of_file(const std::filesystem::path& file) {
  const OpenFile in(file);
  std::vector<char> piece(piece_size);
  Hasher hasher;
  while (const std::size_t got = in.read(piece)) hasher.update(std::string_view(piece.data(), got));
  return hasher.finish();
}

}  // namespace hone
