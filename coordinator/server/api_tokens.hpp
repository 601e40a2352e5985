#pragma once

#include <string>

#include "coordinator/server/api.hpp"
#include "coordinator/server/keyring.hpp"

namespace hone {

/// The longest time that a replaced token may go on.
inline constexpr std::chrono::seconds longest_grace{30 * 24 * 3600};

/// {"role": "worker" or "admin", "grace_seconds": how long the old token goes on [86400],
/// "dry_run": whether it is only said}. The answer says in which file the new token is, and not the
/// token.
ApiResponse post_tokens(Keyring& keys, const std::string& body);

struct TokenChange {
  Privilege role = Privilege::worker;  // or admin
  std::chrono::seconds grace{0};       // at most longest_grace
  bool dry_run = false;                // change nothing
};

/// The same, of what was parsed already, for a state folder that no coordinator has.
std::string replace_token(Keyring& keys, const TokenChange& change);

}  // namespace hone
