#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "common/ids.hpp"

namespace hone {

/// Whether the coordinator speaks TLS, and with what.
struct TlsSettings {
  enum class Mode { automatic, on, off };  // automatic: unless it listens on the loopback
  Mode mode = Mode::automatic;
  std::filesystem::path certificate =
      {};  // a PEM file, and its key's; '': made in the state folder
  std::filesystem::path key = {};
  // A PEM file: who connects must show a certificate that is in it, or that one in it vouches for.
  std::filesystem::path client_authorities = {};
};

/// Reads the files that the settings name. Throws std::runtime_error, with a sentence, where they
/// are missing, damaged, of different keys, or a key that others may read.
void require_tls_files(const TlsSettings& settings);

struct ServerSettings {
  std::filesystem::path state = "hone-state";  // database, artifacts, access file; made if need be
  std::string bind = "127.0.0.1";
  std::uint16_t port = 0;  // 0: a free one
  std::chrono::milliseconds lease = std::chrono::seconds(30);
  int crash_limit = 3;                                              // likewise
  std::chrono::milliseconds retry_pause = std::chrono::seconds(1);  // see ServiceSettings
  std::uint64_t reserve = std::uint64_t{256} << 20U;  // bytes of the disk to leave free
  bool network_disk = false;                          // the state may lie on one
  TlsSettings tls = {};
};

/// Names of what lies in a state folder.
std::filesystem::path database_file(const std::filesystem::path& state);
std::filesystem::path artifact_folder(const std::filesystem::path& state);
std::filesystem::path access_file(const std::filesystem::path& state);

/// A coordinator: the database of one state folder behind one port.
///
/// One thread (that of `run`) owns the state machine and the writing connection; a second one
/// reads.
class Server {
 public:
  /// Opens the state, on a disk of this machine, binds the port and writes the access file, so
  /// workers may connect from now on; they are answered once `run` is called. Throws
  /// std::runtime_error, also when another coordinator has the folder.
  explicit Server(ServerSettings settings);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;

  /// SHA-256 of the certificate that it shows, as 64 hexadecimal digits; '': it speaks no TLS.
  const std::string& fingerprint() const;

  /// Leases only trials of this sweep from now on. May be called from any thread.
  void work_only_on(SweepId sweep);

  /// Serves until `stop`. Throws SqlError when the disk fails: nothing more was acknowledged then.
  void run();

  /// May be called from any thread and from a signal handler's thread.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace hone
