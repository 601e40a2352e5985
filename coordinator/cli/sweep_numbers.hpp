#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hone::cli {

/// The sweeps that `text` selects (selection.hpp) of those that the answer to GET /sweeps lists.
/// Throws CommandError with exit code 2.
std::vector<std::int64_t> selected_sweeps(const std::string& list, const std::string& text);

/// Likewise the one sweep. Throws CommandError with exit code 2, also for several.
std::int64_t selected_sweep(const std::string& list, const std::string& text);

}  // namespace hone::cli
