#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// How text looks where a person reads it.
namespace hone::cli {

/// Whether stdout is a terminal.
bool is_terminal();

/// Whether what is written to stdout may have colours: a terminal that can, and no NO_COLOR.
bool has_colours();

/// Columns of the terminal that the file descriptor `stream` is, stdout say; `otherwise` where it
/// is none.
std::size_t terminal_width(std::size_t otherwise, int stream = 1);

/// The state of a trial or a sweep as it is printed: coloured by what it means, or as it is.
std::string painted_state(const std::string& state, bool colours);

/// Characters of a UTF-8 text, each taken to be one column wide.
std::size_t columns_of(std::string_view text);

/// The first `columns` characters, the last of them "…" if there were more. Control characters,
/// which a name or a reason from elsewhere may have, become blanks.
std::string shortened(std::string_view text, std::size_t columns);

/// Lines of cells under each other, two blanks between columns, none at the end of a line.
/// `painted` names the column whose cells are painted_state, beyond all columns for none.
std::string text_table(const std::vector<std::vector<std::string>>& rows, std::size_t painted,
                       bool colours);

/// "42 s", "12 min", "3 h 05 min", "2 d 3 h": of at least 0 seconds.
std::string duration_text(double seconds);

}  // namespace hone::cli
