#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "common/digest.hpp"
#include "common/net/access.hpp"
#include "common/net/network_error.hpp"

namespace hone {

struct HttpResponse {
  unsigned status = 0;
  std::string body;
  bool ok() const { return status >= 200 && status < 300; }
};

/// A blocking HTTP/1.1 client of one coordinator: each call opens a connection, sends the bearer
/// token and closes; over TLS where the access file names a certificate. For the command line and
/// for artifacts. Not thread-safe.
class HttpClient {
 public:
  /// `timeout`: how long the coordinator may be silent. `patience`: the same for what a POST asks
  /// it to do, which may be to plan a million trials; a coordinator whose machine died is noticed
  /// within a minute all the same.
  explicit HttpClient(Access access, std::chrono::milliseconds timeout = std::chrono::seconds(30),
                      std::chrono::milliseconds patience = std::chrono::hours(1));

  /// Every call throws NetworkError when no answer comes; an HTTP error status is an answer.
  HttpResponse get(const std::string& target);
  HttpResponse post(const std::string& target, const std::string& json);

  /// True if the coordinator has the artifact.
  bool has_artifact(const Digest& digest);

  /// Streams `file` to /artifacts/DIGEST. When the connection breaks it goes on where it was, as
  /// long as each connection brings bytes; so does the next call. Throws NetworkError, also if the
  /// coordinator refuses it.
  void put_artifact(const Digest& digest, const std::filesystem::path& file);

  /// Streams the artifact into `file` (written beside it first, renamed when its SHA-256 is right).
  /// When the connection breaks it goes on where it was, as long as each connection brings bytes.
  /// Throws NotThereError where the coordinator has none, else NetworkError.
  void get_artifact(const Digest& digest, const std::filesystem::path& file);

 private:
  Access access_;
  std::chrono::milliseconds timeout_;
  std::chrono::milliseconds patience_;
};

}  // namespace hone
