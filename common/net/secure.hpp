#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <string>

#include "common/net/access.hpp"
#include "common/net/wire_stream.hpp"

namespace hone {

/// What comes before the token on a connection that was just opened. Where the access file names a
/// certificate, the client's part of TLS: throws TrustError unless the very certificate is shown,
/// before anything was sent; boost's system_error when the connection breaks. Where it names none
/// and the coordinator's lock is on this machine, throws boost's system_error if it no longer has
/// the port: another program may. Its deadline is that of the stream. Both arguments outlive it.
///
/// A coordinator that asks for one is shown the certificate of the PEM file that the environment's
/// HONE_CLIENT_CERTIFICATE names, whose key is in HONE_CLIENT_KEY's, for its owner alone; both are
/// read anew each time, since they may be renewed. Throws CertificateFileError where only one is
/// set or they do not fit.
boost::asio::awaitable<void> secure(WireStream* stream, const Access* access);

/// A sentence where a connection that secure() had made ended because the coordinator asks for a
/// certificate and this process shows none, or none that it takes; '' for any other error. With
/// TLS 1.3 it says so after the handshake; what an older one says in it is an error like others,
/// since who says it has not been recognised yet.
std::string certificate_refused(const boost::system::error_code& error);

/// What a client without TLS is told on a port that speaks it.
inline constexpr const char* needs_tls =
    "this port speaks TLS, and the access file names no certificate: take the one of the "
    "coordinator's state folder anew. A token that was sent has crossed the wire in the clear: "
    "'hone rotate-token' replaces it";

}  // namespace hone
