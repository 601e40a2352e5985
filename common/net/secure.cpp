#include "common/net/secure.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

#include "common/net/fingerprint.hpp"
#include "common/net/network_error.hpp"

namespace hone {

namespace {

namespace asio = boost::asio;
using asio::use_awaitable;

asio::ssl::context make_context() {
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  // Not by authorities, names and dates, but by the certificate alone: secure() compares it when
  // the other side has proved, as the handshake always asks, that it has the key.
  context.set_verify_mode(asio::ssl::verify_none);
  return context;
}

/// Of the whole process; OpenSSL lets threads share it.
asio::ssl::context& client_context() {
  static asio::ssl::context context = make_context();
  return context;
}

std::string shown_fingerprint(WireStream::Secure& stream) {
  const std::unique_ptr<X509, decltype(&X509_free)> shown(
      SSL_get1_peer_certificate(stream.native_handle()), X509_free);
  return fingerprint_of(shown.get());
}

std::string place_of(const Access& access) {
  return access.host + ":" + std::to_string(access.port);
}

/// Whether what came was no TLS at all: an answer in the clear, say.
bool is_other_language(const boost::system::error_code& error) {
  if (error.category() != asio::error::get_ssl_category()) return false;
  const int reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
  return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
         reason == SSL_R_BAD_PACKET_LENGTH || reason == SSL_R_PACKET_LENGTH_TOO_LONG;
}

}  // namespace

asio::awaitable<void> secure(WireStream* stream, const Access* access) {
  if (access->certificate.empty()) co_return;
  WireStream::Secure& tls = stream->wrap(client_context());
  boost::system::error_code error;
  co_await tls.async_handshake(asio::ssl::stream_base::client,
                               asio::redirect_error(use_awaitable, error));
  if (is_other_language(error))
    throw UntrustedPeer("what answers at " + place_of(*access) +
                        " speaks no TLS, and the access file names a certificate: if the "
                        "coordinator runs with --tls off, take the access file of its state folder "
                        "anew. No token was sent");
  if (error) throw boost::system::system_error(error);
  const std::string shown = shown_fingerprint(tls);
  if (shown == access->certificate) co_return;
  throw UntrustedPeer("what answers at " + place_of(*access) +
                      " shows another certificate than the access file names: expected SHA-256 " +
                      spelled_fingerprint(access->certificate) + ", came " +
                      spelled_fingerprint(shown) +
                      ". If the coordinator's was replaced, take the access file of its state "
                      "folder anew; if not, somebody else answers there. No token was sent");
}

}  // namespace hone
