#pragma once

#include <stdexcept>

namespace hone {

/// The coordinator could not be reached, or the connection broke.
class NetworkError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Who answers is not the coordinator that the access file names, or does not speak as it says: to
/// try again is of no use until there is another access file. No token was sent.
class UntrustedPeer : public NetworkError {
 public:
  using NetworkError::NetworkError;
};

}  // namespace hone
