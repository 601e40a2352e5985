#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "coordinator/report/table.hpp"
#include "coordinator/statistics/bootstrap.hpp"

namespace hone {

// How analyses write their numbers.

/// "0.034", "<0.001", "1": p values with three digits.
std::string p_text(double p);

/// "[0.92, 3.40]"; '' for an interval of kind none.
std::string interval_text(const Interval& interval);

/// "0.41", "-0.41"; "none" for nothing.
std::string short_text(const std::optional<double>& value);

/// "+2.11", "+0.00": never a negative zero.
std::string signed_text(double value);

/// "1 data set", "3 data sets".
std::string counted(std::int64_t count, const std::string& noun);

/// Of the reason of a trial that crashed the first line says what happened; the rest are log lines.
std::string first_line(const std::string& text);

/// A difference with its sign, as a number of a table; never a negative zero.
TableCell signed_cell(double value);

/// A number of a table, or `word` where there is none.
TableCell number_or(const std::optional<double>& value, const std::string& word);

}  // namespace hone
