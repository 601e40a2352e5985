#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "common/digest.hpp"

namespace hone {

/// Where a coordinator is and the secret that it asks for.
struct Access {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string token;             // 64 hexadecimal digits
  std::string coordinator = {};  // its name, which outlives tokens; '' in files of older versions
  std::string certificate = {};  // SHA-256 of the one it shows, in hexadecimal; '': no TLS

  // Set by read_access alone. STATE/lock, where the coordinator listens on this machine alone and
  // the file lies in its state folder: tells whether it still has the port. See folder_lock.hpp.
  std::filesystem::path lock = {};

  bool operator==(const Access&) const = default;
};

/// Tells coordinators apart: 16 hexadecimal digits. Where the file names none, the token does.
std::string coordinator_name(const Access& access);

/// An access file that is missing, readable by others, or not what it should be.
class AccessError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads the JSON file {"host": ..., "port": ..., "token": ..., "coordinator": ...,
/// "certificate_sha256": ...}, of which older versions have only three. Refuses a file that its
/// group or others may read, as ssh does with keys. Throws AccessError.
Access read_access(const std::filesystem::path& file);

/// Writes the file with mode 0600, atomically. Throws AccessError.
void write_access(const std::filesystem::path& file, const Access& access);

/// The text of a file that holds secrets, of at most 64 KiB: for its owner alone, as above, and
/// written atomically. `kind`: what errors call it. Both throw AccessError.
std::string read_private(const std::filesystem::path& file, const char* kind = "access file");
void write_private(const std::filesystem::path& file, const std::string& text);

/// 256 bits from the kernel, as 64 hexadecimal digits. Throws std::runtime_error.
std::string random_token();

/// Compares in a time that does not depend on where the two differ.
bool equal_digests(const Digest& expected, const Digest& given);

/// Likewise; not even the length of either shows.
bool equal_tokens(const std::string& expected, const std::string& given);

}  // namespace hone
