#pragma once

#include <stdexcept>

namespace hone {

/// The coordinator could not be reached, or the connection broke.
class NetworkError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The coordinator does not have what was asked for: to ask again is of no use.
class NotThereError : public NetworkError {
 public:
  using NetworkError::NetworkError;
};

/// The two do not trust each other: who answers is not the coordinator that the access file names,
/// or does not speak as it says, and no token was sent; or the coordinator asks for a certificate
/// that this process does not have, or whose files will not do. To try again is of no use until
/// files are others.
class TrustError : public NetworkError {
 public:
  using NetworkError::NetworkError;
};

/// The files of this process' own certificate will not do; they may by the next connection.
class CertificateFileError : public TrustError {
 public:
  using TrustError::TrustError;
};

}  // namespace hone
