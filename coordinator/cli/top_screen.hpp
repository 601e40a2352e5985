#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "coordinator/cli/top_picture.hpp"

namespace hone::cli {

/// Draws what `read` returns for so many columns on the whole terminal, again and again, until a
/// person presses q. Arrows and Page keys move through what does not fit. Leaves the terminal as it
/// was. Throws CommandError if the terminal cannot be drawn on.
void show_full_screen(const std::function<std::vector<TopLine>(std::size_t columns)>& read,
                      std::chrono::milliseconds period);

}  // namespace hone::cli
