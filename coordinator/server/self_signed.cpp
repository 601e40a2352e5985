#include "coordinator/server/self_signed.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <stdexcept>

namespace hone {

namespace {

template <class T, void (*release)(T*)>
struct Release {
  void operator()(T* object) const { release(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509, X509_free>>;
using Text = std::unique_ptr<BIO, Release<BIO, BIO_free_all>>;

constexpr int serial_bits = 127;                   // positive, and never the same
constexpr long day = 24L * 3600;                   // seconds
constexpr const char* no_end = "99991231235959Z";  // RFC 5280, 4.1.2.5
constexpr int version_3 = 2;

/// OpenSSL answers 1, or something that is not null, when it did what it was asked.
template <class Answer>
Answer require(Answer answer, const char* what) {
  if (!answer) throw std::runtime_error(std::string("OpenSSL cannot ") + what);
  return answer;
}

std::string text_of(BIO* memory) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

/// Of this machine; '' if it is none that a certificate may have.
std::string own_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "";
  const std::string text(name.data());
  const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.'; };
  return std::all_of(text.begin(), text.end(), fits) ? text : "";
}

void extend(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION, X509_EXTENSION_free>> extension(
      require(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()), "make an extension"));
  require(X509_add_ext(certificate, extension.get(), -1) == 1, "add an extension");
}

void set_serial(X509* certificate) {
  const std::unique_ptr<BIGNUM, Release<BIGNUM, BN_free>> number(BN_new());
  require(BN_rand(number.get(), serial_bits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1,
          "make a random number");
  require(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)), "set a number");
}

void set_name(X509* certificate) {
  X509_NAME* const name = X509_get_subject_name(certificate);
  const auto* const text = reinterpret_cast<const unsigned char*>("Hone coordinator");
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1, "set a name");
  require(X509_set_issuer_name(certificate, name) == 1, "set a name");
}

std::string names_of(const std::string& bind) {
  const std::string name = own_name();
  std::string names = "IP:127.0.0.1,DNS:localhost";
  if (bind != "127.0.0.1") names += ",IP:" + bind;
  if (!name.empty() && name != "localhost") names += ",DNS:" + name;
  return names;
}

}  // namespace

std::string new_private_key() {
  const Key key(require(EVP_EC_gen("P-256"), "make a key"));
  const Text memory(require(BIO_new(BIO_s_mem()), "find memory"));
  require(
      PEM_write_bio_PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
      "write a key");
  return text_of(memory.get());
}

std::string self_signed_certificate(const std::string& private_key, const std::string& bind) {
  const Text given(BIO_new_mem_buf(private_key.data(), static_cast<int>(private_key.size())));
  const Key key(
      require(PEM_read_bio_PrivateKey(given.get(), nullptr, nullptr, nullptr), "read the key"));
  const Certificate certificate(require(X509_new(), "find memory"));
  X509_set_version(certificate.get(), version_3);
  set_serial(certificate.get());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -day);  // clocks differ
  require(ASN1_TIME_set_string(X509_getm_notAfter(certificate.get()), no_end), "set a date");
  set_name(certificate.get());
  require(X509_set_pubkey(certificate.get(), key.get()) == 1, "set a key");
  extend(certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
  extend(certificate.get(), NID_key_usage, "critical,digitalSignature");
  extend(certificate.get(), NID_ext_key_usage, "serverAuth");
  extend(certificate.get(), NID_subject_key_identifier, "hash");
  extend(certificate.get(), NID_subject_alt_name, names_of(bind));
  require(X509_sign(certificate.get(), key.get(), EVP_sha256()), "sign a certificate");
  const Text memory(require(BIO_new(BIO_s_mem()), "find memory"));
  require(PEM_write_bio_X509(memory.get(), certificate.get()) == 1, "write a certificate");
  return text_of(memory.get());
}

}  // namespace hone
