#pragma once

#include <string>
#include <vector>

namespace hone {

/// "a, b, c".
std::string joined(const std::vector<std::string>& parts);

/// The first three, and how many more there are: "a; b; c; and 4 more".
std::string shortened(const std::vector<std::string>& parts);

}  // namespace hone
