#pragma once

#include <string>

namespace hone {

/// A new private key, EC P-256, as PEM. Throws std::runtime_error.
std::string new_private_key();

/// A certificate for that key, signed with it, as PEM: for this machine's name, the loopback and
/// the IPv4 address `bind`, without an end. It is known by its fingerprint; names and extensions
/// are for browsers and for what else trusts it by a file (Prometheus, curl). Throws
/// std::runtime_error.
std::string self_signed_certificate(const std::string& private_key, const std::string& bind);

}  // namespace hone
