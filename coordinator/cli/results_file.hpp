#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "common/ids.hpp"
#include "sql/database.hpp"

/// The results of a state folder, for commands that only read them.
namespace hone::cli {

/// Whether the state folder (`state` as of --state) has a database.
bool has_results(const std::string& state);

/// Opens the database of the state folder (`state` as of --state) for reading. Throws CommandError
/// if there is none.
Database open_results(const std::string& state);

enum class Submission : std::uint8_t { experiment, told };

/// The newest sweep that was submitted as an experiment, or that `hone tell` handed over; nothing
/// if there is none.
std::optional<SweepId> last_sweep(Database& database, Submission as);

/// The one sweep that the text selects (selection.hpp), "last" or a number; the last is
/// one with tables, if there is such. Throws CommandError,
/// with exit code 2 for a text that names no sweep.
SweepId sweep_of(Database& database, const std::string& text);

/// Flushes. Throws CommandError if not everything was written: a full disk must not look like
/// success to a script.
void require_written(std::ostream& out);

}  // namespace hone::cli
