#pragma once

#include <cstdint>
#include <map>
#include <optional>

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

/// When the first of the attempts began that run, in seconds since 1970; nothing if none runs.
std::optional<std::int64_t> running_since(Database& database);

}  // namespace hone
