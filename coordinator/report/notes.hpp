#pragma once

#include <string>
#include <vector>

namespace hone {

/// "a, b, c".
std::string joined(const std::vector<std::string>& parts);

/// Each once, in the order in which they first come, with its number where that is above one:
/// "0.1, 0.3 (3 times)".
std::string tallied(const std::vector<std::string>& parts);

/// The first three, and how many more there are: "a; b; c; and 4 more".
std::string shortened(const std::vector<std::string>& parts);

}  // namespace hone
