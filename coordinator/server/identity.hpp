#pragma once

#include <boost/asio/ssl/context.hpp>
#include <optional>
#include <string>

#include "coordinator/server/settings.hpp"

namespace hone {

/// What a coordinator shows to those who connect over TLS.
struct Identity {
  boost::asio::ssl::context context;  // of certificate and key; TLS 1.2 and newer; what it asks for
  std::string fingerprint;            // of the certificate, 64 hexadecimal digits
};

/// The settings' identity, or nothing where TLS is not wanted. Without a certificate in the
/// settings it is that of the state folder (tls-certificate.pem and tls-key.pem, for its owner
/// alone), made where there is none and never changed. Requires: the state folder is this process'
/// own. Throws std::runtime_error, with a sentence, where files are missing, damaged, of different
/// keys, or readable by others.
std::optional<Identity> identity_of(const ServerSettings& settings);

}  // namespace hone
