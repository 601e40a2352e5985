#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "coordinator/server/state_lock.hpp"

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
  int crash_limit = 3;                                              // see ServiceSettings
  std::chrono::milliseconds retry_pause = std::chrono::seconds(1);  // see ServiceSettings
  std::uint64_t reserve = std::uint64_t{256} << 20U;  // bytes of the disk to leave free
  bool network_disk = false;                          // the state may lie on one
  TlsSettings tls = {};
  // Taken by the first of the servers that share it, for as long as it lives; null: one of its own.
  std::shared_ptr<std::optional<StateLock>> lock = {};
};

}  // namespace hone
