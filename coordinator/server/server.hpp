#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/ids.hpp"
#include "coordinator/server/settings.hpp"

namespace hone {

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
