#pragma once

#include <boost/asio/awaitable.hpp>

#include "common/net/access.hpp"
#include "common/net/wire_stream.hpp"

namespace hone {

/// The client's part of TLS on a connection that was just opened, where the access file names a
/// certificate; nothing where it names none. Throws UntrustedPeer unless the very certificate is
/// shown, before anything was sent; boost's system_error when the connection breaks. Its deadline
/// is that of the stream. Both arguments outlive it.
boost::asio::awaitable<void> secure(WireStream* stream, const Access* access);

/// What a client without TLS is told on a port that speaks it.
inline constexpr const char* needs_tls =
    "this port speaks TLS, and the access file names no certificate: take the one of the "
    "coordinator's state folder anew. The token has just crossed the wire in the clear: 'hone "
    "rotate-token' replaces it";

}  // namespace hone
