#include "worker/training/deform_fit.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "worker/training/overlap.hpp"

namespace hone {

namespace {

using Truths = std::vector<std::span<const std::uint8_t>>;

/// Gathers the Dice of one deformation's results, by parameter.
class DiceTally {
 public:
  explicit DiceTally(std::size_t parameters)
      : result_{std::vector<DiceHistogram>(parameters), std::vector<double>(parameters)},
        counts_(parameters) {}

  void add(std::size_t parameter, double dice) {
    result_.histograms[parameter][static_cast<std::size_t>(dice_bin(dice))] += 1;
    result_.means[parameter] += dice;
    ++counts_[parameter];
  }

  DiceOfGrid shares() && {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      const double count = std::max(1, counts_[i]);
      for (double& bin : result_.histograms[i]) bin /= count;
      result_.means[i] /= count;
    }
    return std::move(result_);
  }

 private:
  DiceOfGrid result_;
  std::vector<int> counts_;
};

/// Measures every parameter of a grid on every mask.
class GridSurvey {
 public:
  GridSurvey(const Pack& pack, const Truths& truths, const Streams& streams)
      : truths_(truths),
        streams_(streams),
        deformer_(pack.size()),
        elastic_(pack.size()),
        mask_(static_cast<std::size_t>(pack.pixels())) {}

  DiceOfGrid measure(Deformation kind, const std::vector<DeformationParameters>& grid) {
    const bool random = kind == Deformation::elastic || kind == Deformation::noise;
    DiceTally tally(grid.size());
    for (int repetition = 0; repetition < (random ? 2 : 1); ++repetition) {
      for (std::size_t i = 0; i < truths_.size(); ++i) {
        Random stream = streams_.at(Purpose::deformation_fit,
                                    static_cast<int>(kind) + 5 * repetition, static_cast<int>(i));
        kind == Deformation::elastic ? warp(grid, i, stream, tally)
                                     : deform(kind, grid, i, stream, tally);
      }
    }
    return std::move(tally).shares();
  }

 private:
  void deform(Deformation kind, const std::vector<DeformationParameters>& grid, std::size_t truth,
              Random& stream, DiceTally& tally) {
    for (std::size_t i = 0; i < grid.size(); ++i) {
      deformer_.deform(kind, grid[i], truths_[truth], stream, mask_);
      tally.add(i, dice(soft_overlap(mask_, truths_[truth])));
    }
  }

  /// All strengths of one smoothness share a field: drawing it costs several times a warp, and each
  /// parameter's own law is the same.
  void warp(const std::vector<DeformationParameters>& grid, std::size_t truth, Random& stream,
            DiceTally& tally) {
    float drawn = -1;
    for (std::size_t i = 0; i < grid.size(); ++i) {
      const auto& [alpha, sigma, affine] = grid[i];
      if (sigma != drawn) elastic_.draw(static_cast<double>(sigma), stream);
      drawn = sigma;
      elastic_.apply(truths_[truth], static_cast<double>(alpha), static_cast<double>(affine),
                     mask_);
      tally.add(i, dice(soft_overlap(mask_, truths_[truth])));
    }
  }

  const Truths& truths_;
  const Streams& streams_;
  Deformer deformer_;
  ElasticWarp elastic_;
  std::vector<float> mask_;
};

Truths some_truths(const Pack& pack, std::span<const std::int32_t> images, const Streams& streams) {
  std::vector<std::int32_t> order(images.begin(), images.end());
  Random random = streams.at(Purpose::deformation_fit, -1, 0);
  for (std::size_t left = order.size(); left > 1; --left) {
    std::swap(order[left - 1], order[random.below(static_cast<std::uint32_t>(left))]);
  }
  Truths truths;
  for (const std::int32_t image : order) {
    const auto truth = pack.truth(image);
    if (std::find(truth.begin(), truth.end(), 1) == truth.end()) continue;
    truths.push_back(truth);
    if (truths.size() == fitted_masks) break;
  }
  return truths;
}

DiceHistogram mix(std::span<const DiceHistogram> histograms, std::span<const double> weights) {
  DiceHistogram mixture{};
  for (std::size_t i = 0; i < histograms.size(); ++i) {
    for (std::size_t bin = 0; bin < dice_bins; ++bin) {
      mixture[bin] += weights[i] * histograms[i][bin];
    }
  }
  return mixture;
}

/// The point of {p >= 0, sum p = 1} that is closest to `p`.
void project_onto_simplex(std::vector<double>& p) {
  std::vector<double> sorted = p;
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  double sum = 0;
  double shift = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    sum += sorted[i];
    const double candidate = (sum - 1) / static_cast<double>(i + 1);
    if (sorted[i] > candidate) shift = candidate;
  }
  for (double& value : p) value = std::max(0.0, value - shift);
}

/// At least the largest eigenvalue of the sum of the histograms' outer products: of a matrix
/// without negative numbers, no more than its largest row sum.
double curvature(std::span<const DiceHistogram> histograms) {
  DiceHistogram rows{};
  for (const DiceHistogram& histogram : histograms) {
    const double sum = std::accumulate(histogram.begin(), histogram.end(), 0.0);
    for (std::size_t bin = 0; bin < dice_bins; ++bin) rows[bin] += histogram[bin] * sum;
  }
  return std::max(1e-9, *std::max_element(rows.begin(), rows.end()));
}

ReachedDice reached_by(const DiceOfGrid& measured, std::span<const double> weights) {
  ReachedDice reached{.histogram = mix(measured.histograms, weights)};
  for (const double share : reached.histogram) {
    reached.flatness += std::min(share, 1.0 / dice_bins);
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    reached.mean_dice += weights[i] * measured.means[i];
  }
  return reached;
}

}  // namespace

int dice_bin(double dice) {
  return std::clamp(static_cast<int>(dice * dice_bins), 0, dice_bins - 1);
}

std::vector<double> flat_mixture(std::span<const DiceHistogram> histograms) {
  constexpr int steps = 100;  // more win a percent of flatness and lose most of the parameters
  const double step = 1 / curvature(histograms);
  std::vector<double> p(histograms.size(), 1 / static_cast<double>(histograms.size()));
  std::vector<double> ahead = p;  // with Nesterov's momentum: the bins' curvatures differ a lot
  double momentum = 1;
  for (int i = 0; i < steps; ++i) {
    DiceHistogram residual = mix(histograms, ahead);
    for (double& bin : residual) bin -= 1.0 / dice_bins;
    std::vector<double> next = ahead;
    for (std::size_t k = 0; k < next.size(); ++k) {
      next[k] -=
          step * std::inner_product(residual.begin(), residual.end(), histograms[k].begin(), 0.0);
    }
    project_onto_simplex(next);
    const double grown = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
    for (std::size_t k = 0; k < next.size(); ++k) {
      ahead[k] = next[k] + (momentum - 1) / grown * (next[k] - p[k]);
    }
    p = std::move(next);
    momentum = grown;
  }
  return p;
}

DeformationFit fit_deformations(const Pack& pack, std::span<const std::int32_t> images,
                                const Streams& streams) {
  const Truths truths = some_truths(pack, images, streams);
  GridSurvey survey(pack, truths, streams);
  DeformationFit fit{.law = uniform_law(), .reached = {}, .masks = static_cast<int>(truths.size())};
  for (std::size_t kind = 0; kind < fit.law.size(); ++kind) {
    ParameterLaw& law = fit.law[kind];
    const DiceOfGrid measured = survey.measure(static_cast<Deformation>(kind), law.parameters);
    const std::vector<double> weights = flat_mixture(measured.histograms);
    std::transform(weights.begin(), weights.end(), law.probability.begin(),
                   [](double weight) { return static_cast<float>(weight); });
    fit.reached[kind] = reached_by(measured, weights);
  }
  return fit;
}

}  // namespace hone
