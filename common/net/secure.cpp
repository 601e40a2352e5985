#include "common/net/secure.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <memory>

#include "common/net/fingerprint.hpp"
#include "common/net/folder_lock.hpp"
#include "common/net/network_error.hpp"
#include "common/net/private_key.hpp"

namespace hone {

namespace {

namespace asio = boost::asio;
using asio::use_awaitable;

constexpr const char* certificate_variable = "HONE_CLIENT_CERTIFICATE";
constexpr const char* key_variable = "HONE_CLIENT_KEY";

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool has_own_certificate() {
  return !variable(certificate_variable).empty() || !variable(key_variable).empty();
}

std::string key_text(const std::string& file) {
  try {
    return read_private(file, "key file");
  } catch (const AccessError& error) {
    throw CertificateFileError(std::string(key_variable) + ": " + error.what());
  }
}

/// What this process shows where it is asked who it is. Requires: has_own_certificate().
void use_own_certificate(asio::ssl::context& context) {
  const std::string certificate = variable(certificate_variable), key = variable(key_variable);
  if (certificate.empty() || key.empty())
    throw CertificateFileError(
        std::string(certificate.empty() ? key_variable : certificate_variable) +
        " is set, but not " + (key.empty() ? key_variable : certificate_variable));
  boost::system::error_code error;
  context.use_certificate_chain_file(certificate, error);
  if (error)
    throw CertificateFileError(std::string(certificate_variable) + ": " + certificate +
                               " cannot be read as PEM: " + error.message());
  if (!use_private_key(context, key_text(key)))
    throw CertificateFileError(std::string(key_variable) + ": " + key + " is not the key of " +
                               certificate + ", or is not PEM without a password");
}

asio::ssl::context make_context() {
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  // Not by authorities, names and dates, but by the certificate alone: secure() compares it when
  // the other side has proved, as the handshake always asks, that it has the key.
  context.set_verify_mode(asio::ssl::verify_none);
  return context;
}

/// The connection within TLS, before its handshake.
WireStream::Secure& wrapped(WireStream& stream) {
  static asio::ssl::context of_all = make_context();  // OpenSSL lets threads share it
  if (!has_own_certificate()) return stream.wrap(of_all);
  asio::ssl::context own = make_context();
  use_own_certificate(own);
  return stream.wrap(own);
}

std::string shown_fingerprint(WireStream::Secure& stream) {
  const std::unique_ptr<X509, decltype(&X509_free)> shown(
      SSL_get1_peer_certificate(stream.native_handle()), X509_free);
  return fingerprint_of(shown.get());
}

std::string place_of(const Access& access) {
  return access.host + ":" + std::to_string(access.port);
}

/// OpenSSL's, or 0 for an error that is not OpenSSL's.
int reason_of(const boost::system::error_code& error) {
  if (error.category() != asio::error::get_ssl_category()) return 0;
  return ERR_GET_REASON(static_cast<unsigned long>(error.value()));
}

/// Whether what came was no TLS at all: an answer in the clear, say.
bool is_other_language(const boost::system::error_code& error) {
  const int reason = reason_of(error);
  return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
         reason == SSL_R_BAD_PACKET_LENGTH || reason == SSL_R_PACKET_LENGTH_TOO_LONG;
}

/// Whether the other side's last word was about our certificate.
bool is_about_certificate(const boost::system::error_code& error) {
  switch (reason_of(error)) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:  // signed by another of its authority's name
      return true;
    default:
      return false;
  }
}

/// The one error of it: another program may have taken the port of a coordinator that ended.
class NotTheCoordinator : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "hone.listener"; }
  std::string message(int /*value*/) const override {
    return "no coordinator of this state folder has that port now, but another program; no token "
           "was sent";
  }
};

/// To be asked once connected. An error like a refused connection: what ended may start again.
void require_listener(const Access& access) {
  static const NotTheCoordinator category;
  if (access.lock.empty() || byte_lock(access.lock, access.port) != ByteLock::free) return;
  throw boost::system::system_error(1, category);
}

}  // namespace

std::string certificate_refused(const boost::system::error_code& error) {
  if (!is_about_certificate(error)) return "";
  const std::string own = variable(certificate_variable);
  if (own.empty())
    return "the coordinator lets in only who shows a certificate: name yours and its key in "
           "HONE_CLIENT_CERTIFICATE and HONE_CLIENT_KEY";
  return "the coordinator does not take the certificate " + own +
         " that HONE_CLIENT_CERTIFICATE names (" + error.message() +
         "): it must be valid by now, and the file of the coordinator's --client-ca vouch for it";
}

asio::awaitable<void> secure(WireStream* stream, const Access* access) {
  if (access->certificate.empty()) {
    require_listener(*access);
    co_return;
  }
  WireStream::Secure& tls = wrapped(*stream);
  boost::system::error_code error;
  co_await tls.async_handshake(asio::ssl::stream_base::client,
                               asio::redirect_error(use_awaitable, error));
  if (is_other_language(error))
    throw TrustError("what answers at " + place_of(*access) +
                     " speaks no TLS, and the access file names a certificate: if the "
                     "coordinator runs with --tls off, take the access file of its state folder "
                     "anew. No token was sent");
  if (error) throw boost::system::system_error(error);
  const std::string shown = shown_fingerprint(tls);
  if (shown == access->certificate) co_return;
  throw TrustError("what answers at " + place_of(*access) +
                   " shows another certificate than the access file names: expected SHA-256 " +
                   spelled_fingerprint(access->certificate) + ", came " +
                   spelled_fingerprint(shown) +
                   ". If the coordinator's was replaced, take the access file of its state "
                   "folder anew; if not, somebody else answers there. No token was sent");
}

}  // namespace hone
