#include "common/partition.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <string>

#include "common/random.hpp"

namespace hone {

namespace {

// The split is part of a data set's definition, never of a trial's seed. Changing either number
// changes every result; identities would not notice, so raise trainer_version with it.
constexpr std::uint64_t split_seed = 42;
constexpr std::uint64_t split_stream = 0x5eed;

using Images = std::vector<std::int32_t>;

/// The images of every group; groups in ascending order of their first image, so that renumbering
/// the groups changes nothing.
std::vector<Images> gather(std::span<const std::int32_t> groups) {
  std::map<std::int32_t, std::size_t> position;
  std::vector<Images> gathered;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto [found, added] = position.try_emplace(groups[i], gathered.size());
    if (added) gathered.emplace_back();
    gathered[found->second].push_back(static_cast<std::int32_t>(i));
  }
  return gathered;
}

void shuffle(std::vector<Images>& groups) {
  Random random({split_seed, split_stream});
  for (std::size_t i = groups.size(); i > 1; --i)
    std::swap(groups[i - 1], groups[random.below(static_cast<std::uint32_t>(i))]);
}

std::array<Images, part_count> make_parts(std::span<const std::int32_t> groups) {
  std::vector<Images> gathered = gather(groups);
  if (gathered.size() < part_count)
    throw std::invalid_argument("a data set of " + std::to_string(gathered.size()) +
                                (gathered.size() == 1 ? " group" : " groups") +
                                " cannot be split into five parts");
  shuffle(gathered);
  // Large groups first: the single images then level what the large ones left uneven.
  const auto larger = [](const Images& a, const Images& b) { return a.size() > b.size(); };
  std::stable_sort(gathered.begin(), gathered.end(), larger);
  const auto smaller = [](const Images& a, const Images& b) { return a.size() < b.size(); };
  std::array<Images, part_count> parts;
  for (const Images& group : gathered) {
    const auto part = std::min_element(parts.begin(), parts.end(), smaller);
    part->insert(part->end(), group.begin(), group.end());
  }
  return parts;
}

void require_below(int value, int count, const char* name) {
  if (value < 0 || value >= count)
    throw std::invalid_argument(std::string(name) + " " + std::to_string(value) +
                                " is not in [0, " + std::to_string(count) + ")");
}

}  // namespace

Partition make_partition(std::span<const std::int32_t> groups, int rotation, int fold) {
  require_below(rotation, part_count, "rotation");
  require_below(fold, inner_fold_count, "fold");
  const auto parts = make_parts(groups);
  const int validation_part = (rotation + 1 + fold) % part_count;
  Partition partition;
  for (int i = 0; i < part_count; ++i) {
    Images& split = i == rotation          ? partition.test
                    : i == validation_part ? partition.validation
                                           : partition.train;
    const Images& part = parts[static_cast<std::size_t>(i)];
    split.insert(split.end(), part.begin(), part.end());
  }
  for (Images* split : {&partition.train, &partition.validation, &partition.test})
    std::sort(split->begin(), split->end());
  return partition;
}

}  // namespace hone
