#include "common/net/fingerprint.hpp"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <cctype>
#include <stdexcept>

namespace hone {

std::string fingerprint_of(const x509_st* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  if (certificate == nullptr || X509_digest(certificate, EVP_sha256(), bytes.data(), &size) != 1)
    throw std::runtime_error("a certificate cannot be read");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += digits[bytes.at(i) >> 4U];
    text += digits[bytes.at(i) & 15U];
  }
  return text;
}

std::string spelled_fingerprint(const std::string& fingerprint) {
  std::string text;
  for (std::size_t i = 0; i < fingerprint.size(); ++i) {
    if (i > 0 && i % 2 == 0) text += ':';
    text += static_cast<char>(std::toupper(static_cast<unsigned char>(fingerprint[i])));
  }
  return text;
}

}  // namespace hone
