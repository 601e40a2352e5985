#pragma once

#include <string>

struct x509_st;  // OpenSSL's X509

namespace hone {

/// The SHA-256 of a certificate's DER form, as 64 hexadecimal digits: what browsers and `openssl
/// x509 -fingerprint -sha256` show of it. Throws std::runtime_error.
std::string fingerprint_of(const x509_st* certificate);

/// The same as people compare it: AB:CD:...
std::string spelled_fingerprint(const std::string& fingerprint);

}  // namespace hone
