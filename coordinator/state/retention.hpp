#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/digest.hpp"
#include "sql/database.hpp"

namespace hone {

/// What retention makes of an artifact. Store::discard lets go of it.
enum class Fate : std::uint8_t {
  kept,        // a pack of a sweep, or of use to a trial, a cell or a verification
  spare,       // an output that may go: see the view spare_output
  spare_pack,  // a pack that no sweep has
  discarded    // let go before
};

/// Of every artifact that the database names. One that is named more than once has the first fate
/// that fits. Throws SqlError.
std::map<Digest, Fate> fates_of_artifacts(Database& database);

/// An artifact that results count on: of an accepted attempt, and not let go, or a pack.
struct KeptArtifact {
  Digest digest;
  std::string name;        // "weights"; "pack"
  std::int64_t trial = 0;  // that made it; 0: a pack
  bool operator==(const KeptArtifact&) const = default;
};

/// All of them, each once: packs, and the others by trial and name. Throws SqlError.
std::vector<KeptArtifact> kept_artifacts(Database& database);

/// When the first of the attempts began that run, in seconds since 1970; nothing if none runs.
std::optional<std::int64_t> running_since(Database& database);

}  // namespace hone
