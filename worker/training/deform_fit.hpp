#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "worker/training/deform_law.hpp"
#include "worker/training/pack.hpp"
#include "worker/training/streams.hpp"

namespace hone {

/// Bins of equal width over [0, 1] that a mask's soft Dice with its truth falls into.
inline constexpr int dice_bins = 8;
using DiceHistogram = std::array<double, dice_bins>;  // shares, sum 1; all 0 where nothing fell

/// Masks that a fit looks at, at most.
inline constexpr int fitted_masks = 64;

int dice_bin(double dice);

/// What the parameters of one grid, one after the other, do to the masks' Dice.
struct DiceOfGrid {
  std::vector<DiceHistogram> histograms;
  std::vector<double> means;
};

/// What a fitted law does to the masks that it was fitted on.
struct ReachedDice {
  DiceHistogram histogram{};
  double flatness = 0;  // 1 for a flat histogram, 1/8 for one bin: what it shares with the flat one
  double mean_dice = 0;
};

struct DeformationFit {
  DeformationLaw law;
  std::array<ReachedDice, deformation_count> reached;
  int masks = 0;  // looked at
};

/// Fits the law by which each deformation's Dice is as uniform over [0, 1] as its grid allows
/// (A13), on at most fitted_masks of these images' true masks, drawn at random; those without a
/// pixel tell nothing and are left out. Deterministic.
DeformationFit fit_deformations(const Pack& pack, std::span<const std::int32_t> images,
                                const Streams& streams);

/// Weights p >= 0 of sum 1 under which the mixture of the histograms is closest to the flat one.
/// There are more weights than bins, so many are as close: the answer is the one that projected
/// gradient steps reach from equal weights. They move no further than they must, so that the
/// mixture stays spread over many parameters.
std::vector<double> flat_mixture(std::span<const DiceHistogram> histograms);

}  // namespace hone
