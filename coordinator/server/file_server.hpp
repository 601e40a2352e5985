#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "common/net/access.hpp"

namespace hone {

/// Shows a database in the browser, on 127.0.0.1 alone, and changes nothing: no coordinator runs
/// on it, or another process is that. Views are this Hone's, whatever the file has.
class FileServer {
 public:
  /// Opens the file, whose artifacts are in `artifacts` beside it if anywhere, and binds the port
  /// (0: a free one). Throws SqlError or std::runtime_error.
  FileServer(const std::filesystem::path& file, std::uint16_t port);
  ~FileServer();
  FileServer(const FileServer&) = delete;
  FileServer& operator=(const FileServer&) = delete;

  /// Where it is; the token is of this object alone.
  Access access() const;

  /// Serves until `stop`.
  void run();

  /// May be called from any thread.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace hone
