#include "common/net/private_key.hpp"

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>

namespace hone {

namespace ssl = boost::asio::ssl;

bool use_private_key(ssl::context& context, const std::string& pem) {
  // Without this OpenSSL would ask for a password on the terminal, and wait.
  context.set_password_callback([](std::size_t, ssl::context::password_purpose) { return ""; });
  boost::system::error_code error;
  context.use_private_key(boost::asio::buffer(pem), ssl::context::pem, error);
  // A key of another kind than the certificate's is taken at first.
  return !error && SSL_CTX_check_private_key(context.native_handle()) == 1;
}

}  // namespace hone
