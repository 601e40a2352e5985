#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/net/access.hpp"
#include "coordinator/server/routes.hpp"

namespace hone {

/// The tokens of a coordinator: one for workers, one for everything, and for a while the one that
/// each of them replaced. On disk: access.json (admin) and worker.json (worker) of the state
/// folder, which other programs read, and previous-tokens.json, with digests alone. One thread.
class Keyring {
 public:
  using Instant = std::chrono::system_clock::time_point;  // over restarts, so by the clock

  /// One token, in memory, that lets its holder do everything there is.
  Keyring();

  /// Those of a state folder, made where they are missing: a folder of an older Hone keeps its
  /// token. Throws AccessError, also when others may read a file.
  explicit Keyring(std::filesystem::path state);

  /// Writes access.json and worker.json, with where the coordinator listens and the SHA-256 of the
  /// certificate that it shows ('': it speaks no TLS). Throws AccessError.
  void publish(const std::string& host, std::uint16_t port, const std::string& certificate = "");

  /// A new token for that privilege, published at once. The old one goes on for `grace`; one that
  /// it had replaced itself ends now. Requires: a state folder, not Privilege::none. Throws
  /// AccessError.
  void replace(Privilege privilege, std::chrono::seconds grace, Instant now);

  /// What the token of that SHA-256 lets its holder do; none for one that is unknown or over.
  /// Takes the same time for each.
  Privilege privilege_of(const Digest& token, Instant now) const;

  const std::string& token(Privilege privilege) const;
  std::filesystem::path file(Privilege privilege) const;

 private:
  struct Key {
    Key(Privilege given, std::string text)
        : privilege(given), token(std::move(text)), digest(sha256(token)) {}
    Privilege privilege;
    std::string token;
    Digest digest;
    Digest previous = {};  // of the token before; empty: there is none
    Instant previous_until = {};
  };

  void write(const Key& key) const;
  void read_previous();
  void write_previous() const;

  std::filesystem::path state_;  // empty: in memory alone
  Access where_;                 // without a token of its own
  std::vector<Key> keys_;        // admin, worker; in memory admin alone
};

}  // namespace hone
