#include "common/net/access.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <system_error>

#include "common/digest.hpp"
#include "common/net/durable.hpp"
#include "common/net/folder_lock.hpp"
#include "common/whole_number.hpp"

namespace hone {

namespace {

constexpr std::size_t token_bytes = 32;
constexpr std::size_t longest_file = 65536;
constexpr std::size_t name_length = 16;  // of a coordinator

/// A file, and what errors call it.
struct Named {
  Named(const std::filesystem::path& file, const char* what = "access file")  // NOLINT: as a path
      : path(file), kind(what) {}
  const std::filesystem::path& path;
  const char* kind;
};

[[noreturn]] void fail(const Named& file, const std::string& what) {
  throw AccessError(std::string(file.kind) + " " + file.path.string() + ": " + what);
}

[[noreturn]] void fail_errno(const Named& file, const char* doing) {
  fail(file, std::string("cannot ") + doing + ": " + std::strerror(errno));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

// Looks at the open file, not at its name: what is checked is what is read.
void require_private(const Named& file, int descriptor) {
  struct stat facts {};
  if (::fstat(descriptor, &facts) != 0) fail_errno(file, "stat");
  if (!S_ISREG(facts.st_mode)) fail(file, "is not a regular file");
  if (facts.st_uid != ::geteuid() && facts.st_uid != 0) fail(file, "belongs to another user");
  if ((facts.st_mode & 077U) != 0) {
    fail(file, "others may read it; run: chmod 600 '" + file.path.string() + "'");
  }
}

std::string read_all(const Named& file, int descriptor) {
  std::string text;
  std::array<char, 4096> piece{};
  while (text.size() <= longest_file) {
    const ssize_t got = ::read(descriptor, piece.data(), piece.size());
    if (got < 0) fail_errno(file, "read");
    if (got == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  fail(file, "is too long");
}

// It becomes the name of a folder of the worker's.
bool is_coordinator_name(const std::string& name) {
  return name.empty() || (name.size() == name_length &&
                          name.find_first_not_of("0123456789abcdef") == std::string::npos);
}

Access access_of(const std::filesystem::path& file, const std::string& text) {
  try {
    const auto j = nlohmann::json::parse(text);
    Access access;
    access.host = j.at("host").get<std::string>();
    const auto port = whole_number<std::int64_t>(j, "port");
    access.token = j.at("token").get<std::string>();
    if (access.host.empty()) fail(file, "'host' is empty");
    if (port < 1 || port > 65535) fail(file, "'port' is not in [1, 65535]");
    access.coordinator = j.value("coordinator", "");
    if (!is_coordinator_name(access.coordinator))
      fail(file, "'coordinator' is not 16 hexadecimal digits");
    if (!Digest::parse(access.token)) fail(file, "'token' is not 64 hexadecimal digits");
    access.certificate = j.value("certificate_sha256", "");
    if (j.contains("certificate_sha256") && !Digest::parse(access.certificate))
      fail(file, "'certificate_sha256' is not 64 hexadecimal digits");
    access.port = static_cast<std::uint16_t>(port);
    return access;
  } catch (const std::out_of_range&) {
    fail(file, "'port' is not in [1, 65535]");
  } catch (const nlohmann::json::exception&) {
    // The library's message quotes the text, and the text holds the token.
    fail(file, "is not a JSON object with host, port and token");
  }
}

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  in_addr four{};
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24U) == 127U;
  in6_addr six{};
  if (::inet_pton(AF_INET6, host.c_str(), &six) != 1) return false;
  const bool is_mapped = IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127;
  return is_mapped || IN6_IS_ADDR_LOOPBACK(&six);
}

/// '' for a copy of an access file: nothing beside it tells of the coordinator.
std::filesystem::path lock_beside(const std::filesystem::path& file) {
  const std::filesystem::path lock = file.parent_path() / lock_name;
  std::error_code unknown;
  return std::filesystem::is_regular_file(lock, unknown) ? lock : std::filesystem::path();
}

std::string hex(std::span<const unsigned char> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

}  // namespace

std::string read_private(const std::filesystem::path& file, const char* kind) {
  const Named named(file, kind);
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.number() < 0) fail_errno(named, "open");
  require_private(named, descriptor.number());
  return read_all(named, descriptor.number());
}

Access read_access(const std::filesystem::path& file) {
  const Named named(file);
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.number() < 0) fail_errno(named, "open");
  // First whether it is one at all: of another file nobody shall be told to change its mode.
  Access access = access_of(file, read_all(named, descriptor.number()));
  require_private(named, descriptor.number());
  if (is_loopback(access.host)) access.lock = lock_beside(file);
  return access;
}

void write_private(const std::filesystem::path& file, const std::string& text) {
  std::string beside = file.string() + ".XXXXXX";
  const Descriptor descriptor(::mkostemp(beside.data(), O_CLOEXEC));  // makes it with mode 0600
  if (descriptor.number() < 0) fail_errno(file, "create a file beside it");
  const char* const failed = !write_all(descriptor.number(), text)         ? "write"
                             : ::fsync(descriptor.number()) != 0           ? "fsync"
                             : ::rename(beside.c_str(), file.c_str()) != 0 ? "rename"
                                                                           : nullptr;
  if (failed != nullptr) {
    const int reason = errno;
    ::unlink(beside.c_str());  // it may hold a token
    errno = reason;
    fail_errno(file, failed);
  }
  try {
    // Or a power cut could bring back the token that this one replaces.
    make_durable(file.has_parent_path() ? file.parent_path() : ".");
  } catch (const std::system_error& error) {
    fail(file, std::string("cannot make its name durable: ") + error.what());
  }
}

void write_access(const std::filesystem::path& file, const Access& access) {
  nlohmann::json j = {{"host", access.host}, {"port", access.port}, {"token", access.token}};
  if (!access.coordinator.empty()) j["coordinator"] = access.coordinator;
  if (!access.certificate.empty()) j["certificate_sha256"] = access.certificate;
  write_private(file, j.dump() + "\n");
}

std::string coordinator_name(const Access& access) {
  if (!access.coordinator.empty()) return access.coordinator;
  return sha256(access.token).hex().substr(0, name_length);
}

std::string random_token() {
  std::array<unsigned char, token_bytes> bytes{};
  if (::getentropy(bytes.data(), bytes.size()) != 0) {
    throw std::runtime_error(std::string("getentropy: ") + std::strerror(errno));
  }
  return hex(bytes);
}

bool equal_digests(const Digest& expected, const Digest& given) {
  const std::string a = expected.hex();
  const std::string b = given.hex();
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool equal_tokens(const std::string& expected, const std::string& given) {
  // Digests have one length, so not even the length of the token shows in the time.
  return equal_digests(sha256(expected), sha256(given));
}

}  // namespace hone
