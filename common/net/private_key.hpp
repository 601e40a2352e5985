#pragma once

#include <boost/asio/ssl/context.hpp>
#include <string>

namespace hone {

/// Gives the context the key of the certificate that it already has; false where the PEM text is
/// none, wants a password, or is of another certificate.
bool use_private_key(boost::asio::ssl::context& context, const std::string& pem);

}  // namespace hone
