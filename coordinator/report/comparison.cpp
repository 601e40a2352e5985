#include "coordinator/report/comparison.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "coordinator/statistics/effect.hpp"
#include "coordinator/statistics/ranks.hpp"
#include "coordinator/statistics/replication.hpp"

namespace hone {

namespace {

constexpr double margin = 0.5;  // points
// Of five parts one is tested and three are trained on (A1).
constexpr ResampleSizes sizes = {.train = 3, .test = 1};

using Place = std::pair<int, std::int64_t>;     // rotation, image
using BySeed = std::map<std::int64_t, double>;  // of one image
using ScoresByPlace = std::map<Place, BySeed>;

ScoresByPlace by_place(const CellScores& cell) {
  ScoresByPlace places;
  for (const CellScore& score : cell.scores)
    places[{score.rotation, score.image}][score.seed] = scale_of(cell.metric) * score.value;
  return places;
}

std::set<std::int64_t> seeds_of(const CellScores& cell) {
  std::set<std::int64_t> seeds;
  for (const CellScore& score : cell.scores) seeds.insert(score.seed);
  return seeds;
}

/// The images that both cells scored under every common seed.
struct Pairs {
  std::vector<std::int64_t> seeds;
  std::vector<int> rotations;  // per image
  SeedScores first;
  SeedScores second;
};

Pairs pair_up(const CellScores& first, const CellScores& second) {
  Pairs pairs;
  const auto firsts = seeds_of(first);
  const auto seconds = seeds_of(second);
  std::set_intersection(firsts.begin(), firsts.end(), seconds.begin(), seconds.end(),
                        std::back_inserter(pairs.seeds));
  if (pairs.seeds.empty()) return pairs;
  pairs.first.resize(pairs.seeds.size());
  pairs.second.resize(pairs.seeds.size());
  const ScoresByPlace others = by_place(second);
  for (const auto& [place, scores] : by_place(first)) {
    const auto other = others.find(place);
    const auto has_all = [&pairs](const BySeed& each) {
      return std::all_of(pairs.seeds.begin(), pairs.seeds.end(),
                         [&each](std::int64_t seed) { return each.contains(seed); });
    };
    if (other == others.end() || !has_all(scores) || !has_all(other->second)) continue;
    pairs.rotations.push_back(place.first);
    for (std::size_t i = 0; i < pairs.seeds.size(); ++i) {
      pairs.first[i].push_back(scores.at(pairs.seeds[i]));
      pairs.second[i].push_back(other->second.at(pairs.seeds[i]));
    }
  }
  return pairs;
}

std::vector<double> means_by_rotation(const std::vector<double>& values,
                                      const std::vector<int>& rotations) {
  std::map<int, std::vector<double>> groups;
  for (std::size_t i = 0; i < values.size(); ++i) groups[rotations[i]].push_back(values[i]);
  std::vector<double> means;
  for (const auto& [rotation, group] : groups) means.push_back(mean_of(group));
  return means;
}

void test(const std::vector<double>& differences, Comparison& result) {
  result.wilcoxon = wilcoxon_test(differences).value();
  result.hodges_lehmann = hodges_lehmann_shift(differences).value();
  result.d_z = cohens_dz(differences);
  result.rank_biserial = rank_biserial(differences);
  result.sign = sign_test(differences);
  result.ties = result.images - result.sign.plus - result.sign.minus;
  if (unit_of(result.metric) == "points")
    result.equivalence = equivalence_test(differences, margin);
}

}  // namespace

std::optional<Comparison> compare(const CellScores& first, const CellScores& second) {
  if (first.cell.dataset != second.cell.dataset)
    throw std::invalid_argument(
        "two cells are compared image by image, so they have to be of one "
        "data set, not of " +
        first.cell.dataset + " and " + second.cell.dataset);
  if (first.metric != second.metric)
    throw std::invalid_argument("two cells are compared in one metric");
  if (!first.complete || !second.complete) return {};
  const Pairs pairs = pair_up(first, second);
  if (pairs.rotations.empty())
    throw std::invalid_argument(text_of(first.cell) + " and " + text_of(second.cell) +
                                " have no image in common under the same seed");
  Comparison result{.first = first.cell, .second = second.cell, .metric = first.metric};
  result.images = static_cast<std::int64_t>(pairs.rotations.size());
  result.seeds = static_cast<std::int64_t>(pairs.seeds.size());
  result.left_out = static_cast<std::int64_t>(first.scores.size() + second.scores.size()) -
                    2 * result.images * result.seeds;
  SeedScores differences_by_seed;
  for (std::size_t i = 0; i < pairs.first.size(); ++i)
    differences_by_seed.push_back(differences(pairs.first[i], pairs.second[i]));
  result.first_mean = replicated_interval(pairs.first).value();
  result.second_mean = replicated_interval(pairs.second).value();
  result.difference = replicated_interval(differences_by_seed).value();
  const std::vector<double> per_image = mean_over_seeds(differences_by_seed);
  test(per_image, result);
  const std::vector<double> per_rotation = means_by_rotation(per_image, pairs.rotations);
  result.rotations = static_cast<std::int64_t>(per_rotation.size());
  result.rotation_test = corrected_resampled_t(per_rotation, sizes);
  return result;
}

}  // namespace hone
