#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "common/random.hpp"
#include "coordinator/stopping/curves.hpp"

namespace hone {

/// A curve with nothing but its Dice.
inline Curve bare_curve(std::int32_t image, std::vector<double> dice) {
  Curve curve;
  curve.image = image;
  curve.observed.last = static_cast<std::int32_t>(dice.size()) - 1;
  curve.dice = std::move(dice);
  return curve;
}

/// A curve whose Dice rises by 0.03 up to `peak` and falls by 0.02 after it. Every signal knows the
/// peak: quality is Dice less a bias that grows with k (and q_0 is far too high), iterates agree by
/// 0.97 from the peak on and by 0.8 before, and so do flips; noise is a hundredth of that.
inline Curve peaked_curve(std::int32_t image, std::int32_t peak, std::int32_t last) {
  Random random({7, static_cast<std::uint64_t>(image)});
  Curve curve = bare_curve(image, {});
  curve.observed.last = last;
  double dice = random.uniform(0.6, 0.65);
  for (std::int32_t k = 0; k <= last; ++k) {
    if (k > 0) dice += k <= peak ? 0.03 : -0.02;
    const double agreement = (k >= peak ? 0.97 : 0.8) + random.uniform(-0.002, 0.002);
    curve.dice.push_back(dice);
    curve.dice_average.push_back(0.7 - 0.01 * (k - 4) * (k - 4));
    Observed& seen = curve.observed;
    seen.quality.push_back(k == 0 ? 0.99 : dice - 0.005 * k + random.uniform(-0.001, 0.001));
    seen.agreement.push_back(agreement);
    seen.change.push_back(1 - agreement);
    seen.area.push_back(random.uniform(0.2, 0.3));
    seen.entropy.push_back(random.uniform(0.1, 0.2));
    seen.flip_agreement.push_back(agreement - 0.1);
  }
  return curve;
}

/// Peaks from 1 to 5, drawn for `first_image` and those after it.
inline std::vector<Curve> peaked_curves(std::int32_t first_image, std::int32_t count) {
  std::vector<Curve> curves;
  for (std::int32_t image = first_image; image < first_image + count; ++image) {
    Random random({8, static_cast<std::uint64_t>(image)});
    curves.push_back(peaked_curve(image, 1 + static_cast<std::int32_t>(random.below(5)), 7));
  }
  return curves;
}

}  // namespace hone
