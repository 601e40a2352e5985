#include "coordinator/stopping/parts.hpp"

#include <algorithm>
#include <cstdint>
#include <map>

namespace hone {

namespace {

constexpr std::size_t most_parts = 5;

/// Indices of the curves of each group, groups in the order of their first curves.
std::vector<std::vector<std::size_t>> groups_of(const std::vector<Curve>& curves) {
  std::map<std::int64_t, std::size_t> known;
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t at = 0; at < curves.size(); ++at) {
    const auto& group = curves[at].group;
    const std::size_t place =
        group ? known.try_emplace(*group, groups.size()).first->second : groups.size();
    if (place == groups.size()) groups.emplace_back();
    groups[place].push_back(at);
  }
  return groups;
}

}  // namespace

Parts parts_of(const std::vector<Curve>& curves) {
  const auto groups = groups_of(curves);
  Parts parts{std::min(most_parts, groups.size()), std::vector<std::size_t>(curves.size())};
  std::vector<std::size_t> images(parts.count);
  for (const std::vector<std::size_t>& group : groups) {
    const auto fewest = std::min_element(images.begin(), images.end());
    for (const std::size_t at : group)
      parts.of[at] = static_cast<std::size_t>(fewest - images.begin());
    *fewest += group.size();
  }
  return parts;
}

}  // namespace hone
