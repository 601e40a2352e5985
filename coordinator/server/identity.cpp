#include "coordinator/server/identity.hpp"

#include <openssl/ssl.h>
#include <spdlog/spdlog.h>

#include <boost/asio/ip/address.hpp>
#include <fstream>
#include <iterator>

#include "common/net/access.hpp"
#include "common/net/fingerprint.hpp"
#include "common/net/private_key.hpp"
#include "coordinator/server/self_signed.hpp"

namespace hone {

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

constexpr const char* ciphers_of_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20";  // 1.3 has no others
constexpr const char* key_file = "key file";

bool wants_tls(const ServerSettings& settings) {
  if (settings.tls.mode == TlsSettings::Mode::off) return false;
  if (settings.tls.mode == TlsSettings::Mode::on || !settings.tls.certificate.empty() ||
      !settings.tls.client_authorities.empty())
    return true;
  return !asio::ip::make_address(settings.bind).is_loopback();
}

struct Pem {
  std::string certificate;
  std::string key;
};

std::string read_text(const fs::path& file) {
  std::ifstream stream(file);
  if (!stream || !fs::is_regular_file(file))
    throw std::runtime_error("the certificate " + file.string() + " cannot be read");
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The key first: whoever dies in between finds a key and makes a certificate for it. The other way
/// round access files would name what nobody can show.
Pem found_or_made(const fs::path& certificate, const fs::path& key, const std::string& bind) {
  const bool has_key = fs::exists(key), has_certificate = fs::exists(certificate);
  if (has_certificate && !has_key)
    throw std::runtime_error("the key " + key.string() + " of " + certificate.string() +
                             " is missing: put it back, or remove the certificate, too, for new "
                             "ones; all access files change then");
  if (!has_key) write_private(key, new_private_key());
  Pem pem{.certificate = "", .key = read_private(key, key_file)};
  if (!has_certificate) {
    write_private(certificate, self_signed_certificate(pem.key, bind));
    spdlog::info("event=certificate_made file={}", certificate.string());
  }
  pem.certificate = read_text(certificate);
  return pem;
}

void warn_of_dates(const X509* certificate, const std::string& file) {
  const bool is_over = X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0;
  const bool is_early = X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0;
  if (is_over || is_early)
    spdlog::warn(
        "event=certificate_{} file={} what=\"Hone's programs know it by its fingerprint "
        "and go on; browsers will not\"",
        is_over ? "expired" : "not_yet_valid", file);
}

void restrict(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, ciphers_of_1_2);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
  // Nothing is resumed, so nothing is kept: a handshake with P-256 costs less than a millisecond.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);  // idle connections take less
}

void use(asio::ssl::context& context, const Pem& pem, const TlsSettings& files) {
  boost::system::error_code error;
  context.use_certificate_chain(asio::buffer(pem.certificate), error);
  if (error)
    throw std::runtime_error("the certificate " + files.certificate.string() +
                             " is not PEM, as 'openssl req -x509' writes it: " + error.message());
  if (!use_private_key(context, pem.key))
    throw std::runtime_error("the key " + files.key.string() + " is not that of the certificate " +
                             files.certificate.string() + ", or is not PEM without a password");
}

/// Nobody else gets as far as a request. A certificate of the file counts itself, too, not only
/// those that it signed: two machines need no authority.
void ask_clients(asio::ssl::context& context, const fs::path& file) {
  boost::system::error_code error;
  context.load_verify_file(file.string(), error);
  if (error)
    throw std::runtime_error("the certificates of clients " + file.string() +
                             " cannot be read as PEM: " + error.message());
  X509_STORE_set_flags(SSL_CTX_get_cert_store(context.native_handle()), X509_V_FLAG_PARTIAL_CHAIN);
  // Of several that a browser has, it offers those of these names.
  SSL_CTX_set_client_CA_list(context.native_handle(), SSL_load_client_CA_file(file.c_str()));
  context.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
}

asio::ssl::context context_of(const Pem& pem, const TlsSettings& files) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  restrict(context.native_handle());
  use(context, pem, files);
  if (!files.client_authorities.empty()) ask_clients(context, files.client_authorities);
  return context;
}

Pem pem_of(const TlsSettings& files) {
  return {.certificate = read_text(files.certificate), .key = read_private(files.key, key_file)};
}

}  // namespace

void require_tls_files(const TlsSettings& settings) {
  if (!settings.certificate.empty()) context_of(pem_of(settings), settings);
  asio::ssl::context any(asio::ssl::context::tls_server);
  if (!settings.client_authorities.empty()) ask_clients(any, settings.client_authorities);
}

std::optional<Identity> identity_of(const ServerSettings& settings) {
  if (!wants_tls(settings)) return {};
  TlsSettings files = settings.tls;
  Pem pem;
  if (files.certificate.empty()) {
    files.certificate = settings.state / "tls-certificate.pem";
    files.key = settings.state / "tls-key.pem";
    pem = found_or_made(files.certificate, files.key, settings.bind);
  } else {
    pem = pem_of(files);
  }
  asio::ssl::context context = context_of(pem, files);
  const X509* const shown = SSL_CTX_get0_certificate(context.native_handle());
  warn_of_dates(shown, files.certificate.string());
  std::string fingerprint = fingerprint_of(shown);
  return Identity{std::move(context), std::move(fingerprint)};
}

}  // namespace hone
